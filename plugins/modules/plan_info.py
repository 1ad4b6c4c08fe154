# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin plan_info."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: plan_info
short_description: Read a recovery plan and turn it into options of the other modules
version_added: 0.1.0
description:
  - Reads a plan file on the controller, checks it against its schema, and returns it as it looks from one site to
    another.
  - Every mistake is told at once, with the place where it stands.
  - The plan may be encrypted with ansible-vault. It holds no credentials.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.info_module
options:
  path:
    description:
      - The plan file, relative to the playbook.
    type: path
    required: true
  from:
    description:
      - The site of the plan that is lost, or left.
    type: str
    required: true
  to:
    description:
      - The site of the plan that takes over.
    type: str
    required: true
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)
"""

EXAMPLES = r"""
---
- name: The plan as it looks from the main site to the recovery site
  ovirt_dr.storage.plan_info:
    path: dr_plan.yml
    from: primary
    to: recovery
  register: found
"""

RETURN = r"""
---
plan:
  description: The plan in one direction; its keys are options of the modules of this collection.
  returned: success
  type: dict
  contains:
    source:
      description: The site that is left.
      type: str
    target:
      description: The site that takes over.
      type: str
    url:
      description: The engine of the target.
      type: str
    data_center:
      description: The data center of the target.
      type: str
    host:
      description: The host that imports, if the plan names one.
      type: str
    cluster:
      description: The one cluster for all VMs, if the plan names one.
      type: str
    quota:
      description: The one quota for all VMs, templates and their disks, if the plan names one.
      type: str
    inventory:
      description: The absolute path of the inventory of the source, if the plan names one.
      type: str
    inventory_site:
      description: The site in the inventory.
      type: str
    domains:
      description: The domains with their places at the target, see M(ovirt_dr.storage.storage_domain_attach).
      type: list
      elements: dict
    connections:
      description:
        - The connections that must lead to the target's places, for domains that stay at one engine, see
          M(ovirt_dr.storage.storage_connection).
      type: list
      elements: dict
    leaving:
      description: The ids of the domains that leave the source's data center for that of the target, at one engine.
      type: list
      elements: str
    source_url:
      description: The engine of the source.
      type: str
    source_data_center:
      description: The data center of the source.
      type: str
    mappings:
      description: The mappings, see M(ovirt_dr.storage.unregistered_vm_register).
      type: dict
    disks:
      description:
        - The floating and shareable disks that the plan names, see M(ovirt_dr.storage.unregistered_disk_register).
      type: list
      elements: str
    vms:
      description: The VMs of all groups, patterns replaced by names where an inventory is given.
      type: list
      elements: str
    exclude:
      description: What the groups exclude, where no inventory is given.
      type: list
      elements: str
    partial:
      description: The VMs that may come without some of their disks.
      type: list
      elements: str
    best_effort:
      description: The VMs whose failure does not fail the recovery.
      type: list
      elements: str
    waves:
      description: The groups that are started, in order, see M(ovirt_dr.storage.vm_power).
      type: list
      elements: dict
    not_started:
      description: The VMs that are registered and stay down.
      type: list
      elements: str
    left_out:
      description: The VMs of the inventory that no group names.
      type: list
      elements: str
problems:
  description: What is wrong with the plan, a sentence each.
  returned: failure
  type: list
  elements: str
"""
