# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module host_storage_probe: whether a hypervisor host reaches storage, tried from there."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_storage_probe
short_description: Try from a hypervisor host whether it reaches NFS exports and iSCSI LUNs
version_added: 0.1.0
description:
  - Tries everything that a host needs before storage can be used from it, path by path, and tells what does not work in
    words that lead to the cause. It runs on the hosts themselves, over SSH, and needs nothing there but Python 3.7 or
    newer. Nothing is mounted, no kernel session is made, and the host's own sessions are left alone.
  - Of an NFS export, the name, the portmapper and the mount service (version 3), the export, reading, writing as the
    user of the hypervisor, free space and time, by version 3 and by 4.0, 4.1 or 4.2, at every address of the name.
  - Of iSCSI storage, every portal by itself, with what it tells of targets, redirections, signing in with or without
    CHAP in one or both directions, and of each LUN the WWID as multipath names it, size, vendor, product, serial
    number, write protection, and whether it is ready.
  - Of a storage domain on either, that its own description is there and says the expected id and data center, so that
    a replica is known to be the right one.
  - All paths are tried at the same time, each within O(timeout), also when packets are lost.
  - That something does not work is a finding, not a failure of the task. Put RV(ok) into C(failed_when), or several
    hosts together with M(ovirt_dr.storage.host_storage_summary).
requirements:
  - Python 3.7 or newer on the host. Hosts of Enterprise Linux 8 need a Python beside the one of the platform, which is
    named in C(ansible_python_interpreter).
notes:
  - Run it as root (C(become)). NFS servers often answer only to source ports that root alone may use.
  - Of NFS security only C(sec=sys) is tried.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
attributes:
  check_mode:
    support: full
    details:
      - All is tried that only reads, also signing in. With O(write_test) nothing is written, and the result has a note
        that this was not proven.
  diff_mode:
    support: N/A
    details:
      - Nothing is changed, there is nothing to compare.
  idempotent:
    support: full
    details:
      - The file of O(write_test) is removed again.
options:
  nfs:
    description:
      - NFS exports.
    type: list
    elements: dict
    suboptions:
      address:
        description: The server, by name or address.
        type: str
        required: true
      path:
        description: The export.
        type: str
        required: true
      nfs_version:
        description:
          - The version that the host has to mount with. With V(auto) all are tried and one has to work, with V(v4) the
            best of the server.
        type: str
        choices: [auto, v3, v4, v4_0, v4_1, v4_2]
        default: auto
      port:
        description: The port of the NFS service, where it is not what the portmapper says or 2049.
        type: int
      access:
        description:
          - Whether the host has to be able to write. What the server says counts, unless O(write_test) proves it.
        type: str
        choices: [read, write]
        default: write
      domain:
        description: The storage domain that has to be there.
        type: dict
        suboptions:
          id:
            description: Its id.
            type: str
            required: true
          pool:
            description:
              - The id of the data center that its description has to name, empty for none; any when left out.
            type: str
  iscsi:
    description:
      - iSCSI storage.
    type: list
    elements: dict
    suboptions:
      portals:
        description:
          - The portals, as C(ADDRESS) or C(ADDRESS:PORT), an IPv6 address with a port in brackets. Each one has to
            work.
        type: list
        elements: str
        required: true
      targets:
        description:
          - The names of the targets to sign in to. When left out, all that each portal tells.
        type: list
        elements: str
      sign_in:
        description:
          - Whether to sign in to the targets. Without it the portals are only asked what they have.
        type: bool
        default: true
      username:
        description: The CHAP user.
        type: str
      password:
        description: The CHAP password.
        type: str
      mutual_username:
        description: The CHAP user by which the target has to prove itself.
        type: str
      mutual_password:
        description: The CHAP password by which the target has to prove itself.
        type: str
      luns:
        description:
          - The WWIDs, as multipath names the maps, of LUNs that have to be seen.
        type: list
        elements: str
      access:
        description:
          - Whether the LUNs have to be writable. Meant are O(iscsi[].luns) and those of O(iscsi[].domain), and without
            both all that are seen. A replica before its promotion is V(read).
        type: str
        choices: [read, write]
        default: write
      domain:
        description:
          - The storage domain that has to be there, whole. Its description is read through the target.
        type: dict
        suboptions:
          id:
            description: Its id.
            type: str
            required: true
          pool:
            description:
              - The id of the data center that its description has to name, empty for none; any when left out.
            type: str
  write_test:
    description:
      - Whether to prove that an export can be written by making a file of a random name, writing 4 KiB to the disk,
        reading them again, and removing it. Without it the module only reads. LUNs are never written.
    type: bool
    default: false
  follow_portals:
    description:
      - Whether to probe also the portals that others tell of. Each of them has to work then.
    type: bool
    default: false
  known:
    description:
      - Whether to tell what the host has already, its multipath maps, iSCSI sessions and network mounts, and where it
        has to look again because its storage has changed. It asks C(multipathd), C(iscsiadm) and C(lsblk).
    type: bool
    default: false
  timeout:
    description:
      - Seconds that one path may take, from 0.5 to 300. One path is an address of an export by one version, what a
        portal tells, or one target through one portal. With many lost packets it should be 10 or more.
    type: float
    default: 10
  uid:
    description:
      - The user to be on NFS. The default is C(vdsm).
    type: int
    default: 36
  gid:
    description:
      - The group to be on NFS. The default is C(kvm).
    type: int
    default: 36
  initiator_name:
    description:
      - The name to sign in with, when it is not that of the host in C(/etc/iscsi/initiatorname.iscsi).
    type: str
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)
"""

EXAMPLES = r"""
---
- name: Before a failover, whether every host reaches the replicas
  hosts: hypervisors
  gather_facts: false
  become: true
  tasks:
    - name: Try the NFS replica, with a real write, and the iSCSI replica through both portals
      ovirt_dr.storage.host_storage_probe:
        nfs:
          - address: nas.recovery.example.com
            path: /exports/data
            domain:
              id: 0f1c5a4e-9d4b-4a59-8c0e-2d0f5c3b7a11
        iscsi:
          - portals: [10.20.1.40, "10.20.2.40:3260"]
            targets: [iqn.2026-11.com.example:replica]
            username: dr
            password: "{{ chap_password }}"
            luns: [3600a098038304437415d4b6a59686101]
        write_test: true
      register: probe

    - name: Which host lacks what
      ovirt_dr.storage.host_storage_summary:
        variable: probe
      run_once: true

- name: Whether the LUNs of a replica are there, before they are promoted
  ovirt_dr.storage.host_storage_probe:
    iscsi:
      - portals: ["[2001:db8::40]:3260"]
        access: read
  register: probe
  failed_when: not probe.ok

- name: Whether the host has to look again after the promotion
  ovirt_dr.storage.host_storage_probe:
    iscsi:
      - portals: [10.20.1.40]
    known: true
  register: probe
"""

RETURN = r"""
---
ok:
  description: Whether nothing is lacking.
  returned: always
  type: bool
problems:
  description: What is lacking.
  returned: always
  type: list
  elements: dict
  contains: &problem
    what:
      description:
        - A word for the kind. C(unresolved), C(unreachable), C(refused), C(reset), C(timeout), C(malformed),
          C(protocol) and C(security) of any path; C(portmapper), C(mount), C(read) and C(write) of NFS; C(initiator),
          C(signin), C(chap), C(mutual_chap), C(acl), C(target), C(offline), C(busy) and C(redirect) of iSCSI; C(luns),
          C(lun), C(lun_missing), C(not_ready), C(standby) and C(write_protected) of LUNs; C(domain) and C(pool) of
          storage domains.
      type: str
    place:
      description: The export, the target, C(discovery), the WWID of the LUN, or the id of the domain.
      type: str
    path:
      description: The address with the version of NFS, or the portal.
      type: str
    message:
      description: What is wrong.
      type: str
  sample:
    - what: timeout
      place: iqn.2026-11.com.example:replica
      path: 10.20.2.40:3260
      message: no answer within 10 s (connecting)
notes:
  description:
    - What is worth knowing and no reason to refuse, as addresses or versions that do not work beside others that do,
      and what was not proven.
  returned: always
  type: list
  elements: dict
  contains: *problem
nfs:
  description: What was found of each entry of O(nfs), in their order.
  returned: always
  type: list
  elements: dict
  contains:
    place:
      description: The export as people write it.
      type: str
    address:
      description: The server as it was given.
      type: str
    path:
      description: The export.
      type: str
    ok:
      description: Whether nothing is lacking.
      type: bool
    problem:
      description: Why the name has no address, if it has none; C(what) and C(message).
      type: dict
    addresses:
      description: Each address of the name.
      type: list
      elements: dict
      contains:
        address:
          description: The address.
          type: str
        ok:
          description: Whether one of the versions works.
          type: bool
        versions:
          description: What was found by each version that was tried.
          type: list
          elements: dict
          contains:
            version:
              description: The version, down to the minor one when it came to that.
              type: str
            ok:
              description: Whether all worked.
              type: bool
            problem:
              description: What did not, if anything; C(what) and C(message).
              type: dict
            seconds:
              description: How long it took.
              type: float
            portmapper:
              description: Whether the portmapper answered; only of version 3.
              type: bool
            exported:
              description: Whether the mount service lists the export; only of version 3. Servers may hide exports.
              type: bool
            spoken:
              description: The versions that the server speaks, the best first; only of version 4.
              type: list
              elements: str
            mounted:
              description: Whether the export could be entered.
              type: bool
            reserved_port:
              description: Whether the source port was one that only root may use.
              type: bool
            mode:
              description: The mode of the export's directory.
              type: str
            owner:
              description: The owner of the export's directory.
              type: str
            group:
              description: The group of the export's directory.
              type: str
            space:
              description: The bytes in all (C(total)) and those that can still be used (C(available)).
              type: dict
            readable:
              description: Whether the export could be listed.
              type: bool
            may_write:
              description: Whether the server says that the user may write.
              type: bool
            written:
              description: Whether a file was made, written, read and removed; null when it was not tried.
              type: bool
            left_behind:
              description: The name of a test file that could not be removed, if any.
              type: str
            domains: &domains
              description: The storage domains whose description was found.
              type: list
              elements: dict
              contains:
                id:
                  description: The id.
                  type: str
                pool:
                  description: The id of the data center, empty when it is in none.
                  type: str
                name:
                  description: The name.
                  type: str
                version:
                  description: The version of its format.
                  type: str
                type:
                  description: The type of its storage.
                  type: str
                role:
                  description: Whether it is the master.
                  type: str
                luns:
                  description: The WWIDs of its LUNs that are seen; only of block domains.
                  type: list
                  elements: str
                luns_expected:
                  description: How many LUNs it lies on; only of block domains.
                  type: int
iscsi:
  description: What was found of each entry of O(iscsi), in their order.
  returned: always
  type: list
  elements: dict
  contains:
    ok:
      description: Whether nothing is lacking.
      type: bool
    luns:
      description: All LUNs, each once.
      type: list
      elements: dict
      contains:
        wwid:
          description: The WWID as multipath names the map.
          type: str
        vendor:
          description: The vendor.
          type: str
        product:
          description: The product.
          type: str
        revision:
          description: The revision of the product.
          type: str
        serial:
          description: The serial number.
          type: str
        size:
          description: The size in bytes.
          type: int
        ready:
          description: Whether it is ready on all paths.
          type: bool
        write_protected:
          description: Whether it is write protected on any path.
          type: bool
        paths:
          description:
            - The paths through which it is seen, each with C(portal), C(target), C(lun), C(ready), C(write_protected)
              and C(problem).
          type: list
          elements: dict
    domains: *domains
    portals:
      description: Each portal.
      type: list
      elements: dict
      contains:
        portal:
          description: The portal.
          type: str
        asked:
          description: Whether it is one of the option, and not one that others told of.
          type: bool
        problem:
          description: Why the name has no address, if it has none; C(what) and C(message).
          type: dict
        addresses:
          description: Each address of the name.
          type: list
          elements: dict
          contains:
            address:
              description: The address.
              type: str
            discovery:
              description:
                - What the portal told; C(ok), C(problem), C(seconds), C(redirected_to), C(authentication), and C(told),
                  a list of C(target), C(portal) and C(tag).
              type: dict
            targets:
              description:
                - What was found behind each target; C(target), C(ok), C(problem), C(seconds), C(signed_in),
                  C(authentication) (V(none), V(chap), V(mutual_chap)), C(redirected_to), C(luns) and C(domains).
              type: list
              elements: dict
initiator_name:
  description: The name that was signed in with.
  returned: always
  type: str
known:
  description: What the host has already.
  returned: when O(known)
  type: dict
  contains:
    maps:
      description:
        - The multipath maps, each with C(wwid), C(device), C(vendor), C(product), C(size), C(writable), C(paths_up) and
          C(paths).
      type: list
      elements: dict
    sessions:
      description: The iSCSI sessions, each with C(target), C(portal), C(state) and C(disks).
      type: list
      elements: dict
    mounts:
      description:
        - The network mounts, each with C(source), C(directory), C(type), C(nfs_version) and C(writable).
      type: list
      elements: dict
    unknown:
      description: Why any of the three could not be read, by its name; it is null then.
      type: dict
rescan_needed:
  description: Whether the host has to look again before it sees LUNs as they are now; with O(known).
  returned: always
  type: bool
rescans:
  description: The differences.
  returned: always
  type: list
  elements: dict
  contains:
    wwid:
      description: The LUN.
      type: str
    what:
      description: V(unseen), V(read_only), V(writable) or V(size).
      type: str
    message:
      description: What differs.
      type: str
    command:
      description: What makes the host look again.
      type: str
seconds:
  description: How long all of it took.
  returned: always
  type: float
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import BadOption
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.probe import probe

ACCESS = {"type": "str", "choices": ["read", "write"], "default": "write"}
DOMAIN = {"type": "dict", "options": {"id": {"type": "str", "required": True}, "pool": {"type": "str"}}}
NFS = {
    "address": {"type": "str", "required": True},
    "path": {"type": "str", "required": True},
    "nfs_version": {"type": "str", "choices": ["auto", "v3", "v4", "v4_0", "v4_1", "v4_2"], "default": "auto"},
    "port": {"type": "int"},
    "access": ACCESS,
    "domain": DOMAIN,
}
ISCSI = {
    "portals": {"type": "list", "elements": "str", "required": True},
    "targets": {"type": "list", "elements": "str"},
    "sign_in": {"type": "bool", "default": True},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "mutual_username": {"type": "str"},
    "mutual_password": {"type": "str", "no_log": True},
    "luns": {"type": "list", "elements": "str"},
    "access": ACCESS,
    "domain": DOMAIN,
}
OPTIONS = {
    "nfs": {"type": "list", "elements": "dict", "options": NFS},
    "iscsi": {"type": "list", "elements": "dict", "options": ISCSI},
    "write_test": {"type": "bool", "default": False},
    "follow_portals": {"type": "bool", "default": False},
    "known": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 10},
    "uid": {"type": "int", "default": 36},
    "gid": {"type": "int", "default": 36},
    "initiator_name": {"type": "str"},
}


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        answer = probe(module.params, module.check_mode)
    except BadOption as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **answer)


if __name__ == "__main__":
    main()
