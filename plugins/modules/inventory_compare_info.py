# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module inventory_compare_info: what differs between two inventories, field by field."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: inventory_compare_info
short_description: Tell what differs between two inventories
version_added: 0.1.0
description:
  - Compares VMs, templates and floating disks of two inventories, field by field. An inventory is an estate file that
    M(ovirt_dr.storage.estate_export) wrote; the two may be of one site before and after something was done, or of two
    sites.
  - Objects are the same when their ids are. Compared are names, clusters, templates, sizes of memory, delete
    protection, high availability, leases, quotas, disks with their attributes, domains and LUNs, whether they are
    attached as active, bootable or read-only and by which interface, NICs with MAC addresses and vNIC profiles,
    snapshots, permissions, affinity groups and labels.
  - Not compared is what changes by itself, such as status, used space, statistics, times of a run, what guests tell,
    and the active snapshot.
  - What O(mappings) and O(renamed) say is expected and no difference. No engine is asked.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.info_module
  - ovirt_dr.storage.mappings
options:
  before:
    description:
      - The earlier inventory, or that of the site which was left, as a file where the module runs.
    type: path
    required: true
  before_site:
    description:
      - The site in O(before).
    type: str
    required: true
  after:
    description:
      - The later inventory, or that of the site which took over. It may be the same file.
    type: path
    required: true
  after_site:
    description:
      - The site in O(after). That of O(before_site) when left out.
    type: str
  vms:
    description:
      - The VMs to compare, by name, id or pattern.
    type: list
    elements: str
    default: ["*"]
  templates:
    description:
      - The templates to compare, by name, id or pattern, with all their versions.
    type: list
    elements: str
    default: ["*"]
  disks:
    description:
      - The disks to compare that no VM and no template has, by name, id or pattern. OVF stores and other disks that
        an engine keeps for itself are never compared. Disks of VMs and templates are compared with these.
    type: list
    elements: str
    default: ["*"]
  renamed:
    description:
      - VMs that are expected to have another name.
    type: list
    elements: dict
    suboptions:
      from:
        description: The earlier name, or the id.
        type: str
        required: true
      to:
        description: The later name.
        type: str
        required: true
  ignore:
    description:
      - Kinds of differences that are expected.
      - V(settings) are description, memory, architecture and delete protection. V(disks) are disks that are missing,
        V(disk_details) a disk's own attributes, V(disk_domains) where it lies, V(attachments) its interface and flags,
        V(active) whether it is active. V(vnics) are NICs that are missing, what they are bound to and their flags.
    type: list
    elements: str
    choices:
      - name
      - cluster
      - template
      - settings
      - high_availability
      - lease
      - quota
      - disks
      - disk_details
      - disk_domains
      - attachments
      - active
      - luns
      - vnics
      - macs
      - snapshots
      - permissions
      - affinity_groups
      - affinity_labels
  additional:
    description:
      - Whether something counts that is in O(after) only.
    type: bool
    default: true
seealso:
  - module: ovirt_dr.storage.estate_export
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)
"""

EXAMPLES = r"""
---
- name: What is different after a domain was moved to another data center and back
  ovirt_dr.storage.inventory_compare_info:
    before: /srv/dr/before.json
    before_site: primary
    after: /srv/dr/after.json
  register: moved
  delegate_to: localhost

- name: Nothing may be
  ansible.builtin.assert:
    that: moved.same
    fail_msg: "{{ moved.sentences }}"

- name: Whether the web servers are at the recovery site what they were at the main site
  ovirt_dr.storage.inventory_compare_info:
    before: /srv/dr/estate.json
    before_site: primary
    after: /srv/dr/estate.json
    after_site: recovery
    vms: ["web*"]
    templates: []
    disks: []
    mappings:
      clusters:
        - {from: prod, to: dr}
    ignore: [quota]
    additional: false
"""

RETURN = r"""
---
same:
  description: Whether nothing differs.
  returned: success
  type: bool
compared:
  description: How many objects of the earlier inventory were compared.
  returned: success
  type: dict
  sample: {vms: 15, templates: 3, disks: 1}
different:
  description: How many objects differ.
  returned: success
  type: int
kinds:
  description: How many differences there are of each kind, see O(ignore).
  returned: success
  type: dict
  sample: {macs: 1}
differences:
  description: The objects that differ, up to 1,000 of them.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: V(vm), V(template) or V(disk).
      type: str
    name:
      description: Its name in the earlier inventory.
      type: str
    id:
      description: Its id.
      type: str
    state:
      description: V(missing) in the later inventory, V(additional) there, or V(different).
      type: str
    differences:
      description: What differs.
      type: list
      elements: dict
      contains:
        kind:
          description: One of the choices of O(ignore).
          type: str
        part:
          description: What of the object it is, such as C(disk web01_os) or C(NIC nic1). Empty for the object itself.
          type: str
        field:
          description: Which field. Empty when the whole part is missing or additional.
          type: str
        was:
          description: The earlier value, or what the mappings make of it. Null for what was not there.
          type: raw
        now:
          description: The later value. Null for what is not there.
          type: raw
        reason:
          description: Why it is so, where that is known; else empty.
          type: str
        says:
          description: The same in words.
          type: str
sentences:
  description: All of it in words, a sentence each.
  returned: success
  type: list
  elements: str
  sample: ["VM web01: NIC nic1: MAC was 56:6f:0d:8a:00:1d, is 56:6f:0d:8a:01:02"]
left_out:
  description: How many objects that differ are not listed because they are too many.
  returned: success
  type: int
failure:
  description: What went wrong, for programs.
  returned: failure
  type: dict
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.compare import KINDS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._files_module import run_on_files
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.compare import compared
from ansible_collections.ovirt_dr.storage.plugins.module_utils._mapping_options import MAPPING_OPTIONS

_NAMES = {"type": "list", "elements": "str", "default": ["*"]}

OPTIONS = {
    "before": {"type": "path", "required": True},
    "before_site": {"type": "str", "required": True},
    "after": {"type": "path", "required": True},
    "after_site": {"type": "str"},
    "vms": _NAMES,
    "templates": _NAMES,
    "disks": _NAMES,
    "renamed": {
        "type": "list",
        "elements": "dict",
        "options": {"from": {"type": "str", "required": True}, "to": {"type": "str", "required": True}},
    },
    "ignore": {"type": "list", "elements": "str", "choices": list(KINDS)},
    "additional": {"type": "bool", "default": True},
    **MAPPING_OPTIONS,
}


def main() -> None:
    run_on_files(compared, OPTIONS)


if __name__ == "__main__":
    main()
