# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module storage_connection: storage connections are there, point where they shall, or are gone."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: storage_connection
short_description: Storage connections are there, point where they shall, or are gone
version_added: 0.1.0
description:
  - Makes, edits and removes the connections through which an engine reaches storage. An edit points a connection to
    another place, as a replica; its id stays, and so do its storage domains with all that is on them.
  - A connection is meant by O(id), by the O(domains) that use it, by details that it has now (O(where)), or else by
    its place among the details. Only the details that are given are compared and changed.
  - The engine saves an edit whether or not the new place can be reached. What proves it is that the domains on it
    become active, which this module waits for with O(maintenance=allow).
  - Everything that stands in the way is found first and named, for all connections at once. Nothing is written as long
    as there is anything.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
  - ovirt_dr.storage.chap
  - ovirt_dr.storage.common
  - ovirt_dr.storage.connections

options:
  state:
    description:
      - V(present) makes a connection that is not there and edits one that is not as wanted.
      - V(absent) removes a connection that nothing uses. One that storage domains or LUN disks use is refused, and they
        are named.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - The id of the connection that is meant.
    type: str
  domains:
    description:
      - The storage domains, by name or id, that use the connection that is meant. Of several connections of an
        iSCSI domain one is chosen with O(where).
    type: list
    elements: str
  where:
    description:
      - Details that the connection that is meant has now. When none has them, one that has the wanted details
        already is meant.
    type: dict
    suboptions:
      type:
        description: The type.
        type: str
        choices: [nfs, posixfs, glusterfs, localfs, iscsi]
      address:
        description: The server.
        type: str
      path:
        description: The path.
        type: str
      port:
        description: The port.
        type: int
      target:
        description: The target.
        type: str
  attach_to:
    description:
      - iSCSI domains, by name or id, that shall use this connection beside those that they have, as a further path.
        A domain is in maintenance for it, as for an edit.
    type: list
    elements: str
  detach_from:
    description:
      - iSCSI domains, by name or id, that shall not use this connection any more, after others were attached to them.
        The last connection of a domain is refused, as the domain would lose its LUNs.
    type: list
    elements: str
  type:
    description:
      - The type of the storage. Needed for a new connection; of one that is there it never changes.
    type: str
    choices: [nfs, posixfs, glusterfs, localfs, iscsi]
  address:
    description:
      - The server. For V(posixfs) and V(glusterfs) it may be left out.
    type: str
  path:
    description:
      - The export, device or directory; for all types but V(iscsi). It must not hold a colon.
    type: str
  port:
    description:
      - The port of an V(iscsi) portal, from 1 to 65535. A new connection gets 3260 when it is left out.
    type: int
  target:
    description:
      - The name (IQN) of an V(iscsi) target.
    type: str
  portal:
    description:
      - The portal group tag of an V(iscsi) target, for a new connection. The engine never tells it.
    type: str
  username:
    description:
      - The CHAP user of an V(iscsi) target.
    type: str
  password:
    description:
      - The CHAP password of an V(iscsi) target. It goes with a new connection and with every edit that is made;
        whether it is a reason for an edit is said by O(update_secret).
    type: str
  vfs_type:
    description:
      - The file system type for V(posixfs); V(glusterfs) needs none.
    type: str
  mount_options:
    description:
      - Mount options, for V(nfs), V(posixfs) and V(glusterfs). Those that the engine sets itself are refused.
    type: str
  nfs_version:
    description:
      - The version of NFS.
    type: str
    choices: [auto, v3, v4, v4_0, v4_1, v4_2]
  nfs_timeo:
    description:
      - The NFS time-out in tenths of a second, from 1 to 6000.
    type: int
  nfs_retrans:
    description:
      - How often NFS tries again, from 0 to 32767.
    type: int
  repoint:
    description:
      - Rules for many connections at once, each applied to every connection that it is about. Instead of
        O(connections) and of a single connection.
      - A connection that is as O(repoint[].to) says already is left as it is, so that running again changes nothing.
        A rule that is about no connection at all is an error.
    type: list
    elements: dict
    suboptions:
      from:
        description:
          - Details that the connections have now. A text may hold one star, which stands for anything.
        type: dict
        required: true
        suboptions:
          type:
            description: The type.
            type: str
            choices: [nfs, posixfs, glusterfs, localfs, iscsi]
          address:
            description: The server.
            type: str
          path:
            description: The path.
            type: str
          port:
            description: The port.
            type: int
          target:
            description: The target.
            type: str
      to:
        description:
          - Details that they get. A star stands for what the star of the same detail in O(repoint[].from) met.
        type: dict
        required: true
        suboptions:
          address:
            description: The server.
            type: str
          path:
            description: The path.
            type: str
          port:
            description: The port of a portal.
            type: int
          target:
            description: The target.
            type: str
          username:
            description: The CHAP user.
            type: str
          vfs_type:
            description: The file system type.
            type: str
          mount_options:
            description: Mount options.
            type: str
          nfs_version:
            description: The version of NFS.
            type: str
            choices: [auto, v3, v4, v4_0, v4_1, v4_2]
          nfs_timeo:
            description: The NFS time-out in tenths of a second, from 1 to 6000.
            type: int
          nfs_retrans:
            description: How often NFS tries again, from 0 to 32767.
            type: int
      domains:
        description:
          - Storage domains, by name, id or pattern, to whose connections the rule is limited.
        type: list
        elements: str
  maintenance:
    description:
      - V(refuse) edits only what no active domain uses, and names the domains and VMs that hold a connection.
      - V(allow) brings the domains to maintenance, with the master last, edits, and brings them up again, with the
        master first. At the end every attached domain on these connections is active, also one that was not before, so
        that running again completes a run that was cut off.
    type: str
    choices: [refuse, allow]
    default: refuse
  stop_vms:
    description:
      - What to do with VMs that hold a domain or a connection, because they are not down. V(refuse) names them and
        changes nothing. V(shutdown) asks their guests to shut down, V(poweroff) pulls the plug.
    type: str
    choices: [refuse, shutdown, poweroff]
    default: refuse
  start_stopped:
    description:
      - Whether VMs that were stopped by O(stop_vms) are started again when everything that they lie on is back.
      - With O(journal) a further run also starts those that a run which was broken off had stopped; which these are
        is in no other place.
    type: bool
    default: true
  on_activation_failure:
    description:
      - What becomes of an edit when no domain on the connection becomes active, with O(maintenance=allow).
        V(restore) takes it back and brings the domains up where they were; the task fails all the same. It does so
        only where the old place is known to work, because the domains were active there and went to maintenance in
        the ordinary way; else, and with O(storage_lost), the edit stays and that is said.
      - V(keep) leaves the edit, so that a further run goes on once the new place can be reached.
    type: str
    choices: [restore, keep]
    default: restore
  storage_lost:
    description:
      - Whether the storage behind the connections is gone. The engine updates the OVF stores of a domain on its way to
        maintenance, and a domain whose storage is gone would fall back to active; with this it goes on without.
    type: bool
    default: false
  update_secret:
    description:
      - A password can never be read back. V(on_create) takes it as no reason for an edit, V(always) sends it each time,
        which counts as a change.
    type: str
    choices: [on_create, always]
    default: on_create
  host:
    description:
      - A host, by name or id, that connects to a new connection, to the new place of one that is edited, or lets go of
        a removed one. Without it the engine only stores the details, or forgets them. Type V(glusterfs) needs it.
      - A new connection that the host cannot reach is refused. An edit is saved all the same, which is why only active
        domains prove it.
      - For type V(iscsi) it looks whether a new target shows the LUNs that the engine knows; the first host of the data
        center that is up when left out.
    type: str
  arriving:
    description:
      - The ids of domains that a task before this one detaches from their data center. In
        check mode, where that was not done, they are looked at as if it was; otherwise this has no meaning.
    type: list
    elements: str
  sign_in:
    description:
      - Whether that host may be signed in to iSCSI targets at which connections are pointed and to which it is not
        signed in. A session on the host stays after the task.
      - What lies on such a connection must have the same LUN ids there. They are compared before anything is stopped or
        edited. So a target to which no host is signed in, and may not be, is refused.
    type: bool
    default: false
  disconnect:
    description:
      - Which hosts let go of a connection that is removed, with O(state=absent). V(none) leaves what they have mounted
        or are signed in to. V(host) lets O(host) disconnect, by the engine. V(all) wants every host of
        O(disconnect_hosts) to have let go of it already, as they have shown with
        M(ovirt_dr.storage.host_storage_disconnect) in an earlier task.
      - Without it a O(host) that is given disconnects, and no other one.
    type: str
    choices: [none, host, all]
  disconnect_hosts:
    description:
      - Hosts of the inventory for O(disconnect=all).
    type: list
    elements: str
  disconnect_variable:
    description:
      - The name under which that task registered its result.
    type: str
    default: disconnected
  disconnect_evidence:
    description:
      - What these hosts let go of. The action plugin of this module fills it in from O(disconnect_hosts); it is not for
        playbooks.
    type: dict
  probe_hosts:
    description:
      - Hosts of the inventory that have to reach the new places before anything is changed, as they have shown with
        M(ovirt_dr.storage.host_storage_probe) in an earlier task. What any of them lacks is told and nothing is
        changed.
      - Looked at are NFS exports and iSCSI targets; of other types only the activation of a domain tells.
    type: list
    elements: str
  probe_variable:
    description:
      - The name under which that task registered its result.
    type: str
    default: probe
  probe_evidence:
    description:
      - What these hosts found. The action plugin of this module fills it in from O(probe_hosts); it is not for
        playbooks.
    type: dict
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)

"""

EXAMPLES = r"""
---
- name: A connection is there before any domain uses it
  ovirt_dr.storage.storage_connection:
    type: nfs
    address: nfs-b.example
    path: /exports/data-web
    nfs_version: v4_1

- name: The domains of a dead array go on with their replicas
  ovirt_dr.storage.storage_connection:
    maintenance: allow
    stop_vms: poweroff
    storage_lost: true
    connections:
      - domains: [data-web]
        address: nfs-b.example
        path: /exports/data-web
      - domains: [data-db]
        address: nfs-b.example
        path: /exports/data-db

- name: Everything of one NFS server goes on at its replica
  ovirt_dr.storage.storage_connection:
    maintenance: allow
    stop_vms: shutdown
    repoint:
      - from:
          address: nfs-a.example
          path: /exports/*
        to:
          address: nfs-b.example
          path: /replica/*
  register: moved

- name: All of that is taken back
  ovirt_dr.storage.storage_connection:
    maintenance: allow
    stop_vms: shutdown
    connections: "{{ moved.undo }}"

- name: A portal of an iSCSI target has moved
  ovirt_dr.storage.storage_connection:
    where:
      address: 192.0.2.50
      target: iqn.2026-01.example.array:erp
    address: 192.0.2.60

- name: An iSCSI domain goes on through another portal
  ovirt_dr.storage.storage_connection:
    maintenance: allow
    stop_vms: shutdown
    connections:
      - type: iscsi
        address: 192.0.2.60
        target: iqn.2026-01.example.array:erp
        attach_to: [data-erp]
      - where:
          address: 192.0.2.50
        detach_from: [data-erp]

- name: Only to where all hypervisors have shown that they get
  ovirt_dr.storage.storage_connection:
    maintenance: allow
    probe_hosts: "{{ groups.hypervisors }}"
    probe_variable: probe
    connections:
      - domains: [data-web]
        address: nfs-b.example

- name: A connection that nothing uses is removed
  ovirt_dr.storage.storage_connection:
    state: absent
    id: 15a99db3-64fb-4f17-b0f7-e83599f2bc21
"""

RETURN = r"""
---
msg:
  description: What was done, in one sentence; for a failure every object that failed, in the engine's words.
  returned: always
  type: str
  sample: "2 done, 1 already so"
counts:
  description: How many objects ended in which state.
  returned: always
  type: dict
  contains:
    done:
      description: Carried out; in check mode, would be.
      type: int
    already:
      description: Were so before.
      type: int
    skipped:
      description: Left alone on purpose.
      type: int
    failed:
      description: Refused by the engine, or not seen in the wanted state in time.
      type: int
    not_run:
      description: Never tried, because of another failure or an interrupt.
      type: int
ok:
  description: Whether everything that is required is as it should be.
  returned: always
  type: bool
stopped:
  description: Why the rest was not carried out, empty when all was.
  returned: always
  type: str
done:
  description: The names of what was carried out, by action; in check mode, of what would be.
  returned: always
  type: dict
  sample: {edit: ["nfs-b.example:/exports/data-web"]}
already:
  description: The names of what was so before, by action.
  returned: always
  type: dict
  sample: {}
left_alone:
  description: What was left alone on purpose, and why.
  returned: always
  type: list
  elements: dict
not_run:
  description: What was never tried, and why.
  returned: always
  type: list
  elements: dict
failures:
  description: What failed, required objects first, each with the engine's words and what to do next.
  returned: always
  type: list
  elements: dict
left_out:
  description: How many names or entries of a state were left out because they are too many; the journal holds all.
  returned: when something was left out
  type: dict
changes:
  description: What changed, or would change, a sentence each.
  returned: always
  type: list
  elements: str
not_proven:
  description: What check mode could not find out without a write.
  returned: always
  type: list
  elements: str
run_id:
  description: What the correlation ids of this run begin with, in the engine's jobs and events.
  returned: always
  type: str
  sample: k3f9a2c1
journal:
  description: The journal that was written, if one was asked for.
  returned: always
  type: str
requests:
  description: How many requests were sent, sign-in and sign-out not counted.
  returned: always
  type: dict
  contains:
    reads:
      description: Requests that only read.
      type: int
    writes:
      description: Requests that ask for a change.
      type: int
seconds:
  description: How long it took.
  returned: always
  type: float
connections:
  description: The connections, in the order in which they were asked for.
  returned: when nothing stands in the way
  type: list
  elements: dict
  contains:
    id:
      description: The id; empty for one that is not there.
      type: str
    type:
      description: The type.
      type: str
    place:
      description: Where it leads to.
      type: str
    address:
      description: The server, for the types that have one.
      type: str
    path:
      description: The path, of file storage.
      type: str
    port:
      description: The port of an iSCSI portal.
      type: int
    target:
      description: The target of an iSCSI portal.
      type: str
    domains:
      description: The names of the storage domains that use it.
      type: list
      elements: str
    domain_ids:
      description: Their ids.
      type: list
      elements: str
    moved:
      description: Whether it leads, or would lead, to another place than before.
      type: bool
probe:
  description: What M(ovirt_dr.storage.host_storage_probe) takes to try the new places, C(nfs) and C(iscsi).
  returned: when nothing stands in the way
  type: dict
undo:
  description: >-
    What takes the edits back, for the option O(connections) of a further call; the journal has it as well, written
    before the first change.
  returned: when nothing stands in the way
  type: list
  elements: dict
  sample:
    - id: 15a99db3-64fb-4f17-b0f7-e83599f2bc21
      address: nfs-a.example
undo_lacks:
  description: What RV(undo) cannot bring back, because the engine cannot empty a detail or nobody can read a password.
  returned: when nothing stands in the way
  type: list
  elements: str
taken_back:
  description: The former places of the connections whose edit was taken back, as no domain became active.
  returned: when nothing stands in the way
  type: list
  elements: str
kept:
  description: Why other edits were kept although no domain became active, a sentence each.
  returned: when nothing stands in the way
  type: list
  elements: str
stopped_vms:
  description: The names of the VMs that were stopped, or would be.
  returned: when nothing stands in the way
  type: list
  elements: str
started_vms:
  description: The names of the VMs that were started again, or would be.
  returned: when nothing stands in the way
  type: list
  elements: str
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._connection_options import (
    CONNECTION_OPTIONS,
    EXCLUSIVE,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.connection import connection
from ansible_collections.ovirt_dr.storage.plugins.module_utils._module import run_module

OPTIONS = CONNECTION_OPTIONS


def main() -> None:
    run_module(connection, OPTIONS, mutually_exclusive=EXCLUSIVE)


if __name__ == "__main__":
    main()
