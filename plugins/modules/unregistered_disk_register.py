# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module unregistered_disk_register: floating and shareable disks, and what VMs came without."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: unregistered_disk_register
short_description: Disks that lie on attached storage domains are registered
version_added: 0.1.0
description:
  - Registers floating disks that lie unregistered on attached domains, many at once. They keep the names that they had.
  - A disk that several VMs share comes with each of these when they are registered. One whose domain was not attached
    then, or that no VM had, comes back as an ordinary floating disk. With an O(inventory) it is registered once, made
    shareable again, and attached to each of its registered VMs as it was.
  - Completes VMs that were registered without some of their disks, when the domain of these is attached later, see
    O(complete).
  - Disks of VMs and templates come with these, see M(ovirt_dr.storage.unregistered_vm_register). Registered as a
    floating disk, a VM's disk keeps its VM from being registered. The list of a domain does not say which is which, so
    a disk that may belong to a VM or template is left alone; see O(owners).
  - Register templates and VMs first, then disks, then start the VMs.
  - Disks with snapshots, and LUN disks, are never listed as unregistered; they come with their VM.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
  - ovirt_dr.storage.common
options:
  data_center:
    description:
      - The data center, by name or id, whose attached domains hold the unregistered disks.
    type: str
    required: true
  domains:
    description:
      - The data domains, by name or id, that are looked through. They must be attached and active.
      - In check mode a domain that is not attached yet is told in RV(ignore:not_proven).
    type: list
    elements: str
    required: true
  disks:
    description:
      - The floating and shareable disks, by name, id or pattern (C(*), C(?), C([...])). V(*) means all that the domains
        list and that belong to nothing.
      - A disk that is named and belongs to a VM or template, or may, is a failure. One that a pattern meets is left
        alone, see RV(ignore:left_alone).
      - A name that two disks carry is an error that tells their ids.
      - One of O(disks) and O(complete) is needed.
    type: list
    elements: str
  exclude:
    description:
      - Names, ids or patterns of disks to leave alone.
    type: list
    elements: str
  complete:
    description:
      - VMs that were registered without some of their disks and shall get them, by name, id or pattern. V(*) means all
        registered VMs that O(inventory) knows.
      - Each disk is registered and attached to its VM with the interface and flags that it had, in the order in which
        it was attached. The VM must be down.
      - That is done only while the VM has the snapshots that it had. A VM with a snapshot more or less was changed
        since, and its disk would not fit to it; that is a failure, and the disk stays as it is.
      - What cannot be had is told in RV(not_completable), such as disks on a domain that is not attached yet, and disks
        with snapshots, which an engine takes in only together with their VM.
    type: list
    elements: str
  owners:
    description:
      - What to do with a disk that may belong to a VM or template.
      - A disk that O(inventory) holds belongs to whom it says. Any other one may belong to every VM and template that
        its domain lists as unregistered, and is floating when it lists none.
      - V(refuse) leaves it alone and lists it in RV(unknown_owners).
      - V(unknown_is_floating) registers it when it is not known whose it is, which says that it belongs to nobody. One
        without a name, as disks are that stand on those of templates, must be named by its id then.
      - V(any) registers also a disk that is known to belong to a VM or template, when O(disks) gives its name or id and
        no pattern. That VM or template cannot be registered whole any more.
    type: str
    choices: [refuse, unknown_is_floating, any]
    default: refuse
  attach:
    description:
      - Whether shareable disks are attached to those of their VMs that are registered. These must be down.
    type: bool
    default: true
  rename:
    description:
      - Disks that get another name on their way in.
    type: list
    elements: dict
    suboptions:
      from:
        description:
          - The name or id of the disk.
        type: str
        required: true
      to:
        description:
          - Its new name.
        type: str
        required: true
  quota:
    description:
      - The quota, by name or id, that the disks count for. It is set by an edit after the register, and read back.
      - Needed when the data center enforces quotas. Without it a disk that was registered counts for none.
    type: str
  disk_profile:
    description:
      - The disk profile, by name or id. Each of O(domains) must have one of this name. The engine chooses when it is
        left out.
    type: str
  inventory:
    description:
      - An inventory of the source site, as a file where the module runs. It tells which disks are floating, shareable
        or whose, and how they were attached. Needed for O(complete), and to attach shareable disks.
    type: path
  inventory_site:
    description:
      - The site in O(inventory) that the disks come from.
    type: str
  best_effort:
    description:
      - Names or patterns of disks, and of VMs, whose failure is told and does not fail the task.
    type: list
    elements: str
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
- name: All floating disks of two domains come back, each under its own name
  ovirt_dr.storage.unregistered_disk_register:
    data_center: Recovery
    domains: [data-web, data-db]
    disks: ["*"]
    exclude: ["scratch*"]

- name: Floating and shareable disks come back, the latter to the VMs that had them
  ovirt_dr.storage.unregistered_disk_register:
    data_center: Recovery
    domains: [data-web, data-db]
    disks: ["*"]
    inventory: estate.json
    inventory_site: primary

- name: The domain data-erp was attached later, and the databases get their disks on it
  ovirt_dr.storage.unregistered_disk_register:
    data_center: Recovery
    domains: [data-erp]
    complete: ["db*"]
    inventory: estate.json
    inventory_site: primary

- name: A disk gets another name and counts for a quota
  ovirt_dr.storage.unregistered_disk_register:
    data_center: Recovery
    domains: [data-db]
    disks: [archive]
    rename:
      - {from: archive, to: archive-dr}
    quota: silver
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
  sample: {register: [shared01], edit: [shared01], attach: [shared01 to db01, shared01 to db02]}
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
attached:
  description: What was attached to which VM and how; in check mode, what would be.
  returned: always
  type: list
  elements: dict
  contains:
    disk:
      description: The name of the disk.
      type: str
    id:
      description: Its id.
      type: str
    vm:
      description: The name of the VM.
      type: str
    vm_id:
      description: Its id.
      type: str
    interface:
      description: The interface of the disk in this VM.
      type: str
    active:
      description: Whether it is plugged.
      type: bool
    bootable:
      description: Whether the VM boots from it.
      type: bool
    read_only:
      description: Whether the VM may only read it.
      type: bool
not_completable:
  description: The disks that VMs of O(complete) lack and did not get, and why.
  returned: always
  type: list
  elements: dict
  contains:
    vm:
      description: The name of the VM.
      type: str
    vm_id:
      description: Its id.
      type: str
    disk:
      description: The name of the disk.
      type: str
    id:
      description: Its id.
      type: str
    why:
      description: Why, and what can be done.
      type: str
unknown_owners:
  description: The disks of which it is not known whether they belong to a VM or template.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The name of the disk, empty where the storage tells none.
      type: str
    id:
      description: Its id.
      type: str
    domains:
      description: The domains that hold it.
      type: list
      elements: str
    may_belong_to:
      description: The names of VMs and templates that these domains list as unregistered, ten at most.
      type: list
      elements: str
unnamed:
  description: The disks that were registered and of which neither the storage nor an inventory told a name.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The id of the disk.
      type: str
    name:
      description: The name that the engine gave it, empty in check mode.
      type: str
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.disks import register_disks
from ansible_collections.ovirt_dr.storage.plugins.module_utils._module import run_module

OPTIONS = {
    "data_center": {"type": "str", "required": True},
    "domains": {"type": "list", "elements": "str", "required": True},
    "disks": {"type": "list", "elements": "str"},
    "exclude": {"type": "list", "elements": "str"},
    "complete": {"type": "list", "elements": "str"},
    "owners": {"type": "str", "choices": ["refuse", "unknown_is_floating", "any"], "default": "refuse"},
    "attach": {"type": "bool", "default": True},
    "rename": {
        "type": "list",
        "elements": "dict",
        "options": {"from": {"type": "str", "required": True}, "to": {"type": "str", "required": True}},
    },
    "quota": {"type": "str"},
    "disk_profile": {"type": "str"},
    "inventory": {"type": "path"},
    "inventory_site": {"type": "str"},
    "best_effort": {"type": "list", "elements": "str"},
}


def main() -> None:
    run_module(
        register_disks,
        OPTIONS,
        required_one_of=[("disks", "complete")],
        required_together=[("inventory", "inventory_site")],
        required_by={"complete": ("inventory",)},
    )


if __name__ == "__main__":
    main()
