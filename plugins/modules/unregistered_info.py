# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module unregistered_info: what lies unregistered on attached storage domains."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: unregistered_info
short_description: List VMs, templates and disks that lie unregistered on attached storage domains
version_added: 0.1.0
description:
  - Lists what lies on attached domains and is not known to the engine, each entity once with every domain that lists
    it.
  - Only what the engine's lists tell is returned. A VM's disks, NICs and cluster are not in them.
  - The engine parses every description for these lists, about 60 ms of its time each, so a list of many VMs takes a
    while.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.info_module
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
options:
  data_center:
    description:
      - The data center, by name or id.
    type: str
    required: true
  domains:
    description:
      - The storage domains, by name, id or pattern; all data domains of the data center when left out.
    type: list
    elements: str
  kinds:
    description:
      - What to list.
      - Disks with snapshots are never among the unregistered disks that the engine lists.
    type: list
    elements: str
    choices: [vms, templates, disks]
    default: [vms, templates]
  concurrency:
    description:
      - How many requests may be in flight at once, from 1 to 64.
    type: int
    default: 8
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)
"""

EXAMPLES = r"""
---
- name: What can be registered from the recovered domains
  ovirt_dr.storage.unregistered_info:
    data_center: Recovery
    domains: ["data-*"]
  register: found
"""

RETURN = r"""
---
domains:
  description: The names of the domains that were looked through.
  returned: always
  type: list
  elements: str
vms:
  description: The unregistered VMs.
  returned: when O(kinds) has V(vms)
  type: list
  elements: dict
  contains:
    id:
      description: The id, which stays when the VM is registered.
      type: str
    name:
      description: The name.
      type: str
    template_id:
      description: The template that must be registered before, or nothing.
      type: str
    architecture:
      description: The CPU architecture, which the cluster must have.
      type: str
    memory:
      description: The memory in bytes.
      type: int
    status:
      description: The status when the description was written.
      type: str
    domains:
      description: The names of the domains that list the VM.
      type: list
      elements: str
templates:
  description: The unregistered templates.
  returned: when O(kinds) has V(templates)
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
    name:
      description: The name, which a template shares with its versions.
      type: str
    version:
      description: The number of the version, 1 for a base template.
      type: int
    base_template_id:
      description: The base template; the own id for a base template.
      type: str
    architecture:
      description: The CPU architecture.
      type: str
    domains:
      description: The names of the domains that list the template.
      type: list
      elements: str
disks:
  description: The unregistered disks.
  returned: when O(kinds) has V(disks)
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
    name:
      description: The name.
      type: str
    provisioned_size:
      description: The size that a guest sees, in bytes.
      type: int
    domains:
      description: The names of the domains that hold the disk.
      type: list
      elements: str
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.unregistered import unregistered
from ansible_collections.ovirt_dr.storage.plugins.module_utils._info_module import run_info

OPTIONS = {
    "data_center": {"type": "str", "required": True},
    "domains": {"type": "list", "elements": "str"},
    "kinds": {
        "type": "list",
        "elements": "str",
        "choices": ["vms", "templates", "disks"],
        "default": ["vms", "templates"],
    },
}


def main() -> None:
    run_info(unregistered, OPTIONS)


if __name__ == "__main__":
    main()
