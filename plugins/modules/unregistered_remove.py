# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module unregistered_remove: what lies unregistered and nobody wants is deleted from the storage."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: unregistered_remove
short_description: Unregistered VMs, templates and disks that nobody wants are deleted from the storage
version_added: 0.1.0
description:
  - Deletes VMs, templates and disks that lie unregistered on attached domains, B(with their data), and makes the engine
    forget them. It is meant for what a failed failover or an old copy left behind. Nothing brings it back.
  - The engine deletes whatever the description of a VM or template names on the domain of the request, even disks that
    were registered since or that other VMs share, and tells nobody what that is. So an O(inventory) of the source site
    has to say which disks go; without it such a removal is refused unless V(unknown_disks) is accepted.
  - Everything that stands against it is found first and told for all objects at once. Nothing is deleted as long as
    something that is required may not be.
  - Refused are entities and disks that are registered, templates that listed VMs or versions need, disks that belong to
    a VM or template which stays, VMs whose disks such a VM shares, other copies of registered disks, and disks that the
    engine keeps for itself.
  - One removal makes the engine forget an entity on all domains, but deletes its disks on one. Its disks on other
    domains are deleted before it, one by one; with snapshots that cannot be, as the engine lists no such disk, so the
    entity is removed on the domain where those lie.
  - The engine tells of no task that fails, so all is listed once more in the end. What is still listed has failed.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
  - ovirt_dr.storage.common
options:
  data_center:
    description:
      - The data center, by name or id, whose attached domains hold what is unwanted.
    type: str
    required: true
  domains:
    description:
      - The storage domains, by name, id or pattern, from which something may be deleted. They must be active. All
        active data domains of the data center when left out.
      - The other domains of the data center are listed too, because who else lists an entity matters.
    type: list
    elements: str
  vms:
    description:
      - The VMs, by name or id. A name that two unregistered VMs carry is an error that tells their ids.
      - Patterns (C(*), C(?), C([...])) need V(patterns) in O(accept), and never one that meets everything.
      - Something of this name or id that does not lie unregistered here is taken for removed before.
    type: list
    elements: str
  templates:
    description:
      - The templates and versions, likewise. A template and its versions carry one name, so those go by their ids.
      - They go after the VMs and versions that need them, when those go too.
    type: list
    elements: str
  disks:
    description:
      - The disks, likewise. One that lies on several domains is deleted on all that O(domains) allows.
    type: list
    elements: str
  exclude:
    description:
      - Names, ids or patterns of those to leave alone.
    type: list
    elements: str
  keep:
    description:
      - What is wanted registered, as the lists of the register tasks. Whatever is both in there and unwanted is an
        error before anything is deleted.
    type: dict
    suboptions:
      vms:
        description:
          - Names, ids or patterns of VMs.
        type: list
        elements: str
      templates:
        description:
          - Names, ids or patterns of templates.
        type: list
        elements: str
      disks:
        description:
          - Names, ids or patterns of disks.
        type: list
        elements: str
  inventory:
    description:
      - An inventory of the source site, as a file where the module runs. It tells which disks belong to which VM and
        template, and which to none.
    type: path
  inventory_site:
    description:
      - The site in O(inventory) that what lies here comes from.
    type: str
  accept:
    description:
      - Risks that are taken knowingly. Each needs O(confirm).
      - V(unknown_disks), VMs and templates are removed although no inventory tells which disks go with them, and disks
        although no inventory tells whose they are. VMs and templates still are refused while their domain holds
        registered disks that belong to nothing, because one of these may be theirs.
      - V(left_disks), a VM or template is removed although disks of it stay behind on domains that are not active, that
        O(domains) does not name, or where they have snapshots. Nothing lists a disk with snapshots any more then.
      - V(delete_protected), VMs and templates are removed although they are protected against deletion.
      - V(patterns), patterns choose what is deleted.
    type: list
    elements: str
    choices: [delete_protected, left_disks, patterns, unknown_disks]
  confirm:
    description:
      - Who answers for the removal, and why. It is written into the journal and returned.
    type: dict
    suboptions:
      confirmed_by:
        description: Who says so.
        type: str
        required: true
      reason:
        description: Why this may go.
        type: str
        required: true
  best_effort:
    description:
      - Names or patterns of those whose refusal or failure is told and does not fail the task.
    type: list
    elements: str
attributes:
  check_mode:
    support: full
    details:
      - It tells in RV(ignore:removals) what would be deleted, with sizes.
  diff_mode:
    support: full
  idempotent:
    support: full
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)
"""

EXAMPLES = r"""
---
- name: An old VM and a floating disk are not wanted any more
  ovirt_dr.storage.unregistered_remove:
    data_center: Recovery
    vms: [old-web]
    disks: [scratch2019]
    keep:
      vms: "{{ vms_to_register }}"
    inventory: inventory/primary.json
    inventory_site: primary

- name: What test runs left behind is gone, whatever it holds
  ovirt_dr.storage.unregistered_remove:
    data_center: Recovery
    domains: [data-web]
    vms: ["test-*"]
    accept: [patterns, unknown_disks, left_disks]
    confirm:
      confirmed_by: Ada Byron
      reason: Test VMs of the spring rehearsal, ticket 4711
    journal: removal.jsonl
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
      description: Refused, or still listed in the end.
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
  sample: {remove: [old-web]}
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
removals:
  description: What was, or in check mode would be, deleted, a request each, in the order of the plan.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description: V(vm), V(template) or V(disk).
      type: str
    name:
      description: The name.
      type: str
    id:
      description: The id.
      type: str
    domain:
      description: The domain on which it is deleted.
      type: str
    listed_by:
      description: The domains that list it. A VM or template is forgotten on all of them.
      type: list
      elements: str
    disks:
      description: The disks that go with it, each with C(id), C(name), C(domain), C(provisioned_size) and
        C(actual_size) in bytes, the latter V(unknown) for a disk that is not listed; or V(unknown) for all.
      type: raw
    left_disks:
      description: The disks of it that stay behind, likewise, or are gone already; V(unknown) where that is not known.
      type: raw
    state:
      description: V(done), V(already), V(failed) or V(not_run).
      type: str
confirmed:
  description: Who answers for the removal, and why; empty when O(confirm) was not given.
  returned: always
  type: str
  sample: "confirmed by Ada Byron: test VMs of the spring rehearsal"
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.remove_unregistered import remove_unregistered
from ansible_collections.ovirt_dr.storage.plugins.module_utils._module import run_module

NAMES = {"type": "list", "elements": "str"}
OPTIONS = {
    "data_center": {"type": "str", "required": True},
    "domains": NAMES,
    "vms": NAMES,
    "templates": NAMES,
    "disks": NAMES,
    "exclude": NAMES,
    "keep": {"type": "dict", "options": {"vms": NAMES, "templates": NAMES, "disks": NAMES}},
    "inventory": {"type": "path"},
    "inventory_site": {"type": "str"},
    "accept": {
        "type": "list",
        "elements": "str",
        "choices": ["delete_protected", "left_disks", "patterns", "unknown_disks"],
    },
    "confirm": {
        "type": "dict",
        "options": {
            "confirmed_by": {"type": "str", "required": True},
            "reason": {"type": "str", "required": True},
        },
    },
    "best_effort": NAMES,
}


def main() -> None:
    run_module(
        remove_unregistered,
        OPTIONS,
        required_one_of=[("vms", "templates", "disks")],
        required_together=[("inventory", "inventory_site")],
    )


if __name__ == "__main__":
    main()
