# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module storage_domain_attach: storage domains are attached and active."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: storage_domain_attach
short_description: Storage domains are known, attached and active in a data center
version_added: 0.1.0
description:
  - Imports storage domains that the engine does not know, attaches them to a data center and waits until they are
    active.
  - Nothing is created but with O(domains[].create). A file domain is imported without a name, and the id that the
    engine found on the path is compared with O(domains[].id); another domain is forgotten again, without being
    formatted.
  - A block domain (iSCSI, Fibre Channel) is imported by its id, from what the host sees. For iSCSI the host is signed
    in to the targets of the domain before, with O(sign_in) only. What a target holds is looked at before the import;
    where the domain is not, nothing is imported.
  - All domains are attached at once. A domain that is active already is left alone.
  - A domain whose metadata names another data center is attached only when it is shown that no other side uses it, by
    O(evidence), O(other_engine) or O(takeover). The engine itself would take it away from there without asking.
    For a domain that the engine knows this is found out before the first write. One that it does not know is imported
    first, because only then its metadata can be read. Without evidence it then stays known and unattached.
  - A domain of a newer storage format than that of the data center is refused. One of an older format is raised to that
    of the data center, which cannot be undone. With that exception domains go to data centers of any version.
  - Before the first write it is told what cannot work, as far as reading shows it. That is a portal that cannot be
    reached, a target that is not offered, and a domain that is not where the host is signed in already. It stops the
    task, but not for a domain with O(domains[].required=false), which then fails alone.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
  - ovirt_dr.storage.chap
  - ovirt_dr.storage.domains
  - ovirt_dr.storage.guard
  - ovirt_dr.storage.common

options:
  data_center:
    description:
      - The data center, by name or id. It must have an active master domain, but for O(initialize=true) and for domains
        that O(domains[].create) makes.
    type: str
    required: true
  host:
    description:
      - The host, by name or id, that reaches for the storage during the import, and is signed in to iSCSI targets.
      - The first one that is up when left out.
    type: str
  arriving:
    description:
      - The ids of domains that a task before this one detaches from their data center and points at their new places.
        In check mode, where that was not done, they are looked at as if it was; otherwise this has no meaning.
    type: list
    elements: str
  list_unregistered:
    description:
      - What is told in RV(came_with) of the domains that this task attaches.
      - The engine parses the description of every VM and template for these lists, about 60 ms of its CPU each, and
        again for every task that needs them. Give an empty list where the next task registers them anyway.
    type: list
    elements: str
    choices: [vms, templates, disks]
    default: [vms, templates, disks]
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
- name: The replicas of two domains are active in the recovery site
  ovirt_dr.storage.storage_domain_attach:
    data_center: Recovery
    takeover:
      confirmed_by: Ada Byron
      reason: The main site has no power, confirmed by phone at 03:12
    domains:
      - id: f892eb5c-6c83-428c-acc1-9cfb8caac9c0
        name: data-web
        address: nfs-b.example
        path: /exports/data-web
      - id: dc0d2ea4-f3bd-4a0d-a085-0f4b4b27dabf
        address: nfs-b.example
        path: /exports/data-db
        required: false

- name: An iSCSI replica is active in the recovery site
  ovirt_dr.storage.storage_domain_attach:
    data_center: Recovery
    sign_in: true
    takeover:
      confirmed_by: Ada Byron
      reason: The main site has no power, confirmed by phone at 03:12
    chap:
      - target: iqn.2026-01.example.site-b:san
        login:
          username: recovery
          password: "{{ vault_san_password }}"
    domains:
      - id: 6c7f9f66-a04b-4a61-9646-f03b541bc20e
        name: data-erp
        type: iscsi
        targets:
          - {address: 192.0.2.150, target: "iqn.2026-01.example.site-b:san"}

- name: Replicas are taken after the array and the engine of the other side have shown that it is out of use
  ovirt_dr.storage.storage_domain_attach:
    data_center: Recovery
    other_engine:
      url: https://engine-a.example/ovirt-engine/api
      username: reader@internal
      password: "{{ vault_engine_a_password }}"
    evidence:
      - kind: array
        says: promoted
        said_by: hook promote.sh of array-b
        at: "{{ promoted_at }}"
        domains: [f892eb5c-6c83-428c-acc1-9cfb8caac9c0]
      - kind: fencing
        says: fenced
        said_by: fence_ipmilan
        at: "{{ fenced_at }}"
        hosts: [hv-a1, hv-a2]
    domains:
      - id: f892eb5c-6c83-428c-acc1-9cfb8caac9c0
        name: data-web
        address: nfs-b.example
        path: /exports/data-web

- name: The first domain of a new data center is one that was detached cleanly elsewhere
  ovirt_dr.storage.storage_domain_attach:
    data_center: Fresh
    initialize: true
    domains:
      - id: f892eb5c-6c83-428c-acc1-9cfb8caac9c0
        address: nfs-b.example
        path: /exports/data-web

- name: The domain behind a storage connection that is there already
  ovirt_dr.storage.storage_domain_attach:
    data_center: Production
    domains:
      - id: f892eb5c-6c83-428c-acc1-9cfb8caac9c0
        connection: 15a99db3-64fb-4f17-b0f7-e83599f2bc21

- name: A new, empty domain on a storage connection
  ovirt_dr.storage.storage_domain_attach:
    data_center: Production
    domains:
      - name: data-new
        create: true
        connection: 15a99db3-64fb-4f17-b0f7-e83599f2bc21

- name: A Fibre Channel replica that the host sees is active in the recovery site
  ovirt_dr.storage.storage_domain_attach:
    data_center: Recovery
    domains:
      - id: 1bd75e55-7933-4a0b-b191-14f2469ab841
        type: fcp
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
  sample: {attach: [data-web]}
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
active:
  description: The ids of the domains that are active now; in check mode, that would be.
  returned: always
  type: list
  elements: str
guards:
  description: The domains that were to be attached, each with what was shown about other sides that may use it.
  returned: always
  type: list
  elements: dict
  contains:
    domain:
      description: The domain.
      type: str
    id:
      description: Its id.
      type: str
    marked:
      description: Whether its metadata names another data center; nothing when that could not be read.
      type: bool
    passed:
      description: Whether the domain may be attached.
      type: bool
    evidence:
      description: What shows that no other side uses it.
      type: list
      elements: dict
      contains:
        kind:
          description: engine, array, fencing or takeover.
          type: str
        says:
          description: What was said.
          type: str
        said_by:
          description: Who said so.
          type: str
        at:
          description: When, empty for a statement.
          type: str
        text:
          description: All of it in one sentence, as it stands in the journal.
          type: str
    against:
      description: What shows that another side may use it.
      type: list
      elements: str
    of_no_use:
      description: What was given and shows neither, with the reason.
      type: list
      elements: str
  sample:
    - domain: data-web
      id: f892eb5c-6c83-428c-acc1-9cfb8caac9c0
      marked: true
      passed: true
      evidence:
        - kind: array
          says: promoted
          said_by: hook promote.sh of array-b
          at: "2026-11-21T03:12:00Z"
          text: "array: promoted, said by hook promote.sh of array-b at 2026-11-21T03:12:00Z"
      against: []
      of_no_use: []
came_with:
  description:
    - What came with each domain that this task attached, for the kinds of O(list_unregistered). What lies on several
      domains stands with each of them. Empty in check mode and with O(wait=false).
  returned: always
  type: list
  elements: dict
  contains:
    domain:
      description: The domain.
      type: str
    id:
      description: Its id.
      type: str
    vms:
      description:
        - How many unregistered VMs (C(count)) and the first 1000 of their C(names); nothing when they could not be
          listed.
      type: dict
    templates:
      description: Likewise, the templates.
      type: dict
    disks:
      description: Likewise, the disks. Disks with snapshots are never listed by the engine.
      type: dict
  sample:
    - domain: data-web
      id: f892eb5c-6c83-428c-acc1-9cfb8caac9c0
      vms: {count: 2, names: [web01, web02]}
      templates: {count: 0, names: []}
      disks: {count: 1, names: [archive2025]}
luns:
  description: The block domains that were imported, each with the LUNs that it lies on here.
  returned: always
  type: list
  elements: dict
  contains:
    domain:
      description: The domain.
      type: str
    luns:
      description: The ids of its LUNs. Those of a replica often differ from those of its original.
      type: list
      elements: str
  sample: [{domain: data-erp, luns: [360014055b5b5b5b0000000100000001]}]
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._domain_options import DOMAIN_OPTIONS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.attach import attach
from ansible_collections.ovirt_dr.storage.plugins.module_utils._guard_options import GUARD_OPTIONS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._module import run_module

OPTIONS = {
    "data_center": {"type": "str", "required": True},
    "host": {"type": "str"},
    "arriving": {"type": "list", "elements": "str"},
    "list_unregistered": {
        "type": "list",
        "elements": "str",
        "choices": ["vms", "templates", "disks"],
        "default": ["vms", "templates", "disks"],
    },
    **DOMAIN_OPTIONS,
    **GUARD_OPTIONS,
}


def main() -> None:
    run_module(attach, OPTIONS)


if __name__ == "__main__":
    main()
