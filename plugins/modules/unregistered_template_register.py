# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module unregistered_template_register: unregistered templates are registered."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: unregistered_template_register
short_description: Templates that lie on attached storage domains are registered
version_added: 0.1.0
description:
  - Registers templates and their versions that lie unregistered on attached domains, base templates first.
  - Register the templates of all domains before any VM, because a VM on a template is refused without it; or leave them
    to O(ovirt_dr.storage.unregistered_vm_register#module:templates).
  - A template whose disks have copies on several domains is registered once, with the copies on the domains that are
    active then. A domain that is attached later does not add its copies by itself, which is told as a warning.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
  - ovirt_dr.storage.common
  - ovirt_dr.storage.register
  - ovirt_dr.storage.mappings
  - ovirt_dr.storage.verify
options:
  templates:
    description:
      - The templates, by name, id or pattern (C(*), C(?), C([...])). V(*) means all that the domains list.
      - A template and its versions carry one name; the name stands for all of them.
    type: list
    elements: str
    default: ["*"]
  bases:
    description:
      - What to do about the base template of a version, when it is neither registered nor one of O(templates).
      - With V(registered) such a version fails, and nothing is asked of the engine for it.
      - With V(needed) the base is registered before it, from the same domains.
    type: str
    choices: [registered, needed]
    default: registered
  each:
    description:
      - What holds for single templates. One that is named here must be one of those that are to be registered.
    type: list
    elements: dict
    suboptions:
      template:
        description: The template, by id, or by name, which then means all its versions.
        type: str
        required: true
      cluster:
        description: The cluster, by name or id. It wins over O(cluster) and O(mappings.clusters).
        type: str
      clone:
        description:
          - Whether it is registered as a copy under another id. No engine can do that with a template, so V(true) is
            refused, with the reason, before anything is asked.
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
- name: All templates of two domains are registered
  ovirt_dr.storage.unregistered_template_register:
    data_center: Recovery
    domains: [data-web, data-db]
    mappings:
      clusters:
        - {from: prod, to: dr}
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
  sample: {register: [tmpl-debian12]}
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

from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.register import register_templates
from ansible_collections.ovirt_dr.storage.plugins.module_utils._mapping_options import TARGET_OPTIONS, WISH_OPTIONS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._module import run_module
from ansible_collections.ovirt_dr.storage.plugins.module_utils._verify_options import VERIFY_OPTIONS

OPTIONS = {
    **TARGET_OPTIONS,
    **VERIFY_OPTIONS,
    "templates": {"type": "list", "elements": "str", "default": ["*"]},
    "bases": {"type": "str", "choices": ["registered", "needed"], "default": "registered"},
    "each": {
        "type": "list",
        "elements": "dict",
        "options": {
            "template": {"type": "str", "required": True},
            "clone": {"type": "bool", "default": False},
            **WISH_OPTIONS,
        },
    },
}


def main() -> None:
    run_module(register_templates, OPTIONS, required_together=[("inventory", "inventory_site")])


if __name__ == "__main__":
    main()
