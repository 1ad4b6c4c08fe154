# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module inventory_info: what an inventory holds of some storage domains."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: inventory_info
short_description: Tell what an inventory holds of some storage domains
version_added: 0.1.0
description:
  - Reads an estate file, which M(ovirt_dr.storage.estate_export) has made, and tells which VMs, templates and floating
    disks lie on some of its storage domains.
  - The domains are returned as other modules take them, with the places of their storage. So a playbook need not
    repeat what is known from where they come.
  - No engine is asked.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.info_module
options:
  inventory:
    description:
      - The estate file, where the module runs.
    type: path
    required: true
  inventory_site:
    description:
      - The site in O(inventory).
    type: str
    required: true
  domains:
    description:
      - The data domains, by name, id or pattern (C(*), C(?), C([...])); all of the site when left out.
    type: list
    elements: str
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)
"""

EXAMPLES = r"""
---
- name: What lies on the domains of the web servers
  ovirt_dr.storage.inventory_info:
    inventory: inventory/primary.json
    inventory_site: primary
    domains: ["data-web*"]
  register: held

- name: They are active in the other data center
  ovirt_dr.storage.storage_domain_attach:
    data_center: Recovery
    domains: "{{ held.domains }}"
"""

RETURN = r"""
---
domains:
  description: The domains with the places of their storage, as O(ovirt_dr.storage.storage_domain_attach#module:domains)
    takes them.
  returned: success
  type: list
  elements: dict
  sample:
    - id: f892eb5c-6c83-428c-acc1-9cfb8caac9c0
      name: data-web
      type: nfs
      address: nfs-a.example
      path: /exports/data-web
vms:
  description: The VMs with a disk on one of the domains.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the VM.
      type: str
    name:
      description: Its name.
      type: str
    status:
      description: Its status when the inventory was made.
      type: str
    runs:
      description: Whether it ran then.
      type: bool
    cluster:
      description: The name of its cluster.
      type: str
    template_id:
      description: The id of its template.
      type: str
    further_domains:
      description: The names of further domains that hold disks of it, and are not among these.
      type: list
      elements: str
    luns:
      description: The ids of the LUNs that are its disks.
      type: list
      elements: str
running:
  description: The ids of those of RV(vms) that ran.
  returned: success
  type: list
  elements: str
templates:
  description: The templates with a disk on one of the domains, versions one by one.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the template or version.
      type: str
    name:
      description: Its name.
      type: str
    version:
      description: The number of the version.
      type: int
    base_template_id:
      description: The id of its base template, its own for a base.
      type: str
    cluster:
      description: The name of its cluster.
      type: str
disks:
  description: The disks on the domains that belong to no VM and no template.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the disk.
      type: str
    name:
      description: Its name.
      type: str
shared:
  description: The ids of the disks on the domains that several VMs may have.
  returned: success
  type: list
  elements: str
clusters:
  description: The names of the clusters of RV(vms) and RV(templates).
  returned: success
  type: list
  elements: str
unattached:
  description: The names of the domains that were in no data center, so that the inventory does not tell what lies on
    them.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._files_module import run_on_files
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.on_domains import on_domains

OPTIONS = {
    "inventory": {"type": "path", "required": True},
    "inventory_site": {"type": "str", "required": True},
    "domains": {"type": "list", "elements": "str"},
}


def main() -> None:
    run_on_files(on_domains, OPTIONS)


if __name__ == "__main__":
    main()
