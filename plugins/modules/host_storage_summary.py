# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin host_storage_summary."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_storage_summary
short_description: Tell which of many hosts lacks which storage
version_added: 0.1.0
description:
  - Puts the results of M(ovirt_dr.storage.host_storage_probe) of many hosts together, shows one line for each thing
    that hosts lack, and fails when there is any.
  - A host that was not probed, because it could not be reached or its task failed, lacks that. A LUN of a target that
    one host sees and another one does not is lacking there, even if nobody named it.
  - Runs on the controller, once for all hosts, and changes nothing.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.info_module
options:
  variable:
    description:
      - The name under which the task with M(ovirt_dr.storage.host_storage_probe) registered its result.
    type: str
    required: true
  hosts:
    description:
      - The hosts of the inventory that count. When left out, all hosts of the play, those included that were lost on
        the way.
    type: list
    elements: str
  fail:
    description:
      - Whether the task fails when a host lacks something.
    type: bool
    default: true
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)
"""

EXAMPLES = r"""
---
- name: Whether all hosts of a cluster reach the replica
  hosts: hypervisors
  gather_facts: false
  become: true
  tasks:
    - name: Try it from each of them
      ovirt_dr.storage.host_storage_probe:
        nfs:
          - {address: nas.recovery.example.com, path: /exports/data}
      register: probe

    - name: Which host lacks what
      ovirt_dr.storage.host_storage_summary:
        variable: probe
      run_once: true
"""

RETURN = r"""
---
ok:
  description: Whether no host lacks anything.
  returned: always
  type: bool
hosts_ok:
  description: The hosts that lack nothing.
  returned: always
  type: list
  elements: str
lacks:
  description: What is lacking, each with the hosts that lack it.
  returned: always
  type: list
  elements: dict
  contains:
    what:
      description: A word for the kind, as in the result of M(ovirt_dr.storage.host_storage_probe); or V(no_result).
      type: str
    place:
      description: The export, target, LUN or domain.
      type: str
    path:
      description: The address or portal.
      type: str
    message:
      description: What is wrong.
      type: str
    hosts:
      description: The hosts.
      type: list
      elements: str
by_host:
  description: For each host that lacks something, a sentence for each thing.
  returned: always
  type: dict
rescans:
  description: The hosts that have to look again before they see their LUNs as they are.
  returned: always
  type: list
  elements: str
lines:
  description: The lines that were shown.
  returned: always
  type: list
  elements: str
"""

OPTIONS = {
    "variable": {"type": "str", "required": True},
    "hosts": {"type": "list", "elements": "str"},
    "fail": {"type": "bool", "default": True},
}
