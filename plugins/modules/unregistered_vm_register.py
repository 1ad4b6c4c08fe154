# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module unregistered_vm_register: unregistered VMs are registered."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: unregistered_vm_register
short_description: VMs that lie on attached storage domains are registered
version_added: 0.1.0
description:
  - Registers VMs that lie unregistered on attached domains, many at once, with the mappings that they need.
  - Each domain is listed once. A VM that is registered already is left alone. VMs on a template need it to be
    registered before, see M(ovirt_dr.storage.unregistered_template_register) and O(templates).
  - While the engine is busy with a name, a template or an import, a register is tried again.
  - Before anything is registered, the engine is searched for LUN disks that no VM uses. Registering a VM beside the old
    record of its own LUN disk damages the engine's storage listing, so such a record is removed first (the data stays
    on the LUN) or the task stops; see O(leftover_luns).
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
  - ovirt_dr.storage.chap
  - ovirt_dr.storage.common
  - ovirt_dr.storage.register
  - ovirt_dr.storage.mappings
  - ovirt_dr.storage.verify
options:
  vms:
    description:
      - The VMs, by name, id or pattern (C(*), C(?), C([...])). V(*) means all that the domains list.
      - A name that two unregistered VMs carry is an error that tells their ids.
    type: list
    elements: str
    required: true
  reassign_bad_macs:
    description:
      - Whether a NIC whose MAC address is in use, or lies outside the cluster's MAC pool, gets another one.
    type: bool
    default: false
  templates:
    description:
      - What to do about the template that a VM stands on, when it is not registered.
      - With V(registered) such a VM fails, and nothing is asked of the engine for it.
      - With V(needed) the template is registered before it, from the same domains, base versions first. It goes into
        O(cluster), into the one that O(mappings.clusters) gives, or into that of O(each[].cluster) for the VM.
    type: str
    choices: [registered, needed]
    default: registered
  each:
    description:
      - What holds for single VMs. A VM that is named here must be one of those that are to be registered.
    type: list
    elements: dict
    suboptions:
      vm:
        description: The VM, by the name or id that it has on the storage. A name that two carry needs the id.
        type: str
        required: true
      cluster:
        description: The cluster, by name or id. It wins over O(cluster) and O(mappings.clusters).
        type: str
      name:
        description:
          - The name under which it is registered. One that is taken in the data center, or given to two, is refused
            before anything is written. What is registered already is not renamed.
        type: str
      clone:
        description:
          - Whether it is registered as a VM of its own under O(each[].name), beside another one that was made of the
            same description, or in place of it. Nothing is copied. All MAC addresses are new.
          - The clone gets those of the disks that no other VM has, so a VM with one disk on each of two domains becomes
            two VMs with one disk each. Which disks these are only an O(inventory) tells, so one is needed.
          - The engine itself would give the disks of a clone new ids under which there is no data. So the disks are
            registered first, and attached to the clone as they were before.
          - Disks with snapshots, and those of thin VMs, are not listed by the engine, and such a VM is refused.
        type: bool
        default: false
      quota:
        description: The quota, by name or id, of it and of its disks. It wins over O(quota) and O(mappings.quotas).
        type: str
      disk_quotas:
        description: The quotas of single disks. They win over all others.
        type: list
        elements: dict
        suboptions:
          disk:
            description: The disk, by name or id.
            type: str
            required: true
          quota:
            description: The quota, by name or id.
            type: str
            required: true
      partial:
        description: Whether it may come without the disks that are not there. It wins over O(partial).
        type: bool
      best_effort:
        description: Whether its failure is told and does not fail the task. It wins over O(best_effort).
        type: bool
  leftover_luns:
    description:
      - What to do with LUN disks that no VM uses and whose owner is not known from O(inventory).
      - V(refuse) stops before anything is written and lists them by id.
      - V(remove) removes their records from the engine; their attributes are returned and written into the journal.
      - V(keep) leaves them, which says that none of them belongs to one of these VMs.
    type: str
    choices: [refuse, keep, remove]
    default: refuse
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
- name: The web servers are registered, each in the cluster that takes the place of its own
  ovirt_dr.storage.unregistered_vm_register:
    data_center: Recovery
    domains: [data-web]
    vms: ["web*", mail01]
    mappings:
      clusters:
        - {from: prod, to: dr}
      vnic_profiles:
        - from: {network: frontend, profile: frontend}
          to: {network: frontend, profile: frontend}

- name: Everything comes with all it had; lost permissions are given again, and a missing disk or snapshot is a failure
  ovirt_dr.storage.unregistered_vm_register:
    data_center: Recovery
    domains: [data-web]
    vms: ["*"]
    cluster: dr
    inventory: /srv/dr/primary.json
    inventory_site: primary
    permissions: restore
    strict: [disks, snapshots]

- name: A database may come without the disks that are not replicated
  ovirt_dr.storage.unregistered_vm_register:
    data_center: Recovery
    domains: [data-db]
    vms: [db01]
    cluster: dr
    partial: [db01]

- name: All VMs with the templates they need, one under another name, one in another cluster
  ovirt_dr.storage.unregistered_vm_register:
    data_center: Recovery
    domains: [data-web, data-db]
    vms: ["*"]
    templates: needed
    mappings:
      clusters:
        - {from: prod, to: dr}
    each:
      - {vm: web01, name: web01-dr}
      - {vm: 4191aa10-4bee-4778-9258-953778017034, cluster: dr-power}

- name: A VM of which another domain's disk is registered already becomes a second VM with the disk that lies here
  ovirt_dr.storage.unregistered_vm_register:
    data_center: Recovery
    domains: [data-b]
    vms: [files]
    cluster: dr
    inventory: /var/lib/dr/production.json
    inventory_site: production
    each:
      - {vm: files, clone: true, name: files-archive}

- name: The data center enforces quotas; the disk with the logs of a database has one of its own
  ovirt_dr.storage.unregistered_vm_register:
    data_center: Recovery
    domains: [data-db]
    vms: ["db*"]
    cluster: dr
    quota: databases
    each:
      - vm: db01
        disk_quotas:
          - {disk: db01_logs, quota: logs}
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
  sample: {register_template: [tmpl-debian12], register: [web01], set_quota: [web01, web01_disk1]}
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
partial:
  description: The VMs that came without some of their disks.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The name of the VM.
      type: str
    id:
      description: Its id.
      type: str
    why:
      description: Why the engine refused the whole VM, in its own words.
      type: str
    missing_disks:
      description: The names of the disks that did not come, or null where no inventory knows the VM.
      type: list
      elements: str
clones:
  description: The VMs that were registered as clones.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The name of the clone.
      type: str
    id:
      description: Its id.
      type: str
    of:
      description: The id of the VM that it was made of.
      type: str
    left_out:
      description: The disks of that VM which the clone did not get, and why.
      type: list
      elements: dict
forgotten_luns:
  description: The LUN disks whose leftover records were removed, with what is needed to make them again.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The name of the disk.
      type: str
    id:
      description: Its id.
      type: str
    saved:
      description: The attributes of the disk and of its LUN, by the engine's names. CHAP passwords are never told.
      type: dict
dropped:
  description: What the engine left out of what it registered, in its own words, from its events.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The name of the entity.
      type: str
    id:
      description: Its id.
      type: str
    messages:
      description: The engine's warnings and errors.
      type: list
      elements: str
verified:
  description: What was compared with the inventory. Null when nothing was to be compared.
  returned: always
  type: dict
  contains:
    compared:
      description: How many entities were compared.
      type: int
    same:
      description: How many are as they should be.
      type: int
    different:
      description: How many are not, see RV(differences).
      type: int
    unknown:
      description: The names of those that the inventory does not know.
      type: list
      elements: str
    elsewhere:
      description:
        - The names of those that are registered in another data center of the engine already, and are not compared.
      type: list
      elements: str
differences:
  description:
    - The entities that are not as the inventory and the mappings want them, up to 1,000 of them. What came to one since
      is no difference.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description: V(vm) or V(template).
      type: str
    name:
      description: Its name.
      type: str
    id:
      description: Its id in the engine.
      type: str
    differences:
      description: What differs, the most important first.
      type: list
      elements: dict
      contains:
        kind:
          description: One of the choices of O(strict).
          type: str
        part:
          description: What of it, such as C(disk web01_os). Empty for the entity itself.
          type: str
        field:
          description: Which field. Empty when the whole part is missing.
          type: str
        was:
          description: The value it should have.
          type: raw
        now:
          description: The value it has. Null for what is missing.
          type: raw
        reason:
          description: Why it is so, where that is known; else empty.
          type: str
        says:
          description: The same in words.
          type: str
          sample: "permission UserRole of ada@ldap is missing: the engine knows no user ada@ldap"
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._domain_options import SIGN_IN_OPTIONS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.register import register_vms
from ansible_collections.ovirt_dr.storage.plugins.module_utils._mapping_options import TARGET_OPTIONS, WISH_OPTIONS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._module import run_module
from ansible_collections.ovirt_dr.storage.plugins.module_utils._verify_options import VERIFY_OPTIONS

OPTIONS = {
    **TARGET_OPTIONS,
    **VERIFY_OPTIONS,
    "chap": SIGN_IN_OPTIONS["chap"],
    "vms": {"type": "list", "elements": "str", "required": True},
    "reassign_bad_macs": {"type": "bool", "default": False},
    "templates": {"type": "str", "choices": ["registered", "needed"], "default": "registered"},
    "each": {
        "type": "list",
        "elements": "dict",
        "options": {
            "vm": {"type": "str", "required": True},
            "name": {"type": "str"},
            "clone": {"type": "bool", "default": False},
            **WISH_OPTIONS,
        },
    },
    "leftover_luns": {"type": "str", "choices": ["refuse", "keep", "remove"], "default": "refuse"},
}


def main() -> None:
    run_module(register_vms, OPTIONS, required_together=[("inventory", "inventory_site")])


if __name__ == "__main__":
    main()
