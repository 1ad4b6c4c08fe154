# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin recovery_verdict."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: recovery_verdict
short_description: Show the final table of a recovery and judge it
version_added: 0.1.0
description:
  - Shows one line per step, what is worth knowing, what failed in the engine's words, the verdict, and what to do next.
  - Fails when a step stopped, or when anything that the plan requires is not as it should be.
  - Runs on the controller and changes nothing.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.info_module
options:
  steps:
    description:
      - The steps in order.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: What the step is called.
        type: str
        required: true
      result:
        description: The registered result of the step's task; left out or empty when the step was not reached.
        type: dict
  not_started:
    description:
      - VMs that are registered and stay down because the plan says so.
    type: list
    elements: str
  left_out:
    description:
      - VMs of the inventory that no group of the plan names.
    type: list
    elements: str
  achieved:
    description:
      - What a good run has done, as the headline says it.
    type: str
    default: RECOVERED
  journal:
    description:
      - The path of the journal, to be shown.
    type: path
  run_id:
    description:
      - The id of the run, for O(summary).
    type: str
  summary:
    description:
      - A file on the controller that gets the verdict, the counts of each step and the failures as JSON. Its directory
        must exist. It is made with mode C(0600).
    type: path
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)
"""

EXAMPLES = r"""
---
- name: Show what became of the recovery
  ovirt_dr.storage.recovery_verdict:
    steps:
      - {name: attach, result: "{{ attached }}"}
      - {name: register VMs, result: "{{ registered }}"}
    journal: "{{ journal_path }}"
"""

RETURN = r"""
---
verdict:
  description:
    - The verdict in one word. V(recovered), V(warnings) (something came partially, was dropped, or failed as best
      effort), V(already) (nothing had to be changed), V(would) (check mode), V(incomplete) or V(stopped).
  returned: always
  type: str
counts:
  description: How many objects ended in which state, over all steps.
  returned: always
  type: dict
notes:
  description:
    - What is worth knowing, a sentence each. What is said of several objects alike is one sentence, and long lists
      of names are shortened; the file O(summary) holds all names.
  returned: always
  type: list
  elements: str
lines:
  description: The lines that were shown.
  returned: always
  type: list
  elements: str
"""
