# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vm_power: VMs are up or down."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: vm_power
short_description: VMs are up or down, in waves
version_added: 0.1.0
description:
  - Starts or stops many VMs at once and waits until the engine shows them in the wanted state.
  - With O(waves) a wave begins when every VM of the wave before has arrived or failed. A failure is told and does not
    hold back the waves after it.
  - All names of all waves are resolved before anything is started.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
  - ovirt_dr.storage.common

options:
  state:
    description:
      - The wanted state.
    type: str
    choices: [up, down]
    default: up
  vms:
    description:
      - The VMs, by name, id or pattern (C(*), C(?), C([...])).
    type: list
    elements: str
  waves:
    description:
      - Groups of VMs, one after another.
    type: list
    elements: dict
    suboptions:
      name:
        description: What the wave is called in the journal.
        type: str
        required: true
      vms:
        description: The VMs, by name, id or pattern.
        type: list
        elements: str
        required: true
      wait:
        description: Whether the next wave waits for the VMs of this one, or only for the engine to accept their start.
        type: bool
        default: true
  exclude:
    description:
      - Names, ids or patterns of those to leave alone.
    type: list
    elements: str
  best_effort:
    description:
      - Names or patterns of those whose failure is told and does not fail the task.
    type: list
    elements: str
  data_center:
    description:
      - Consider only the VMs of this data center, by name or id; all of the engine when left out.
    type: str
  method:
    description:
      - How to stop. V(shutdown) asks the guest, V(poweroff) pulls the plug.
    type: str
    choices: [shutdown, poweroff]
    default: shutdown
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
- name: Name service first, then everything else
  ovirt_dr.storage.vm_power:
    data_center: Recovery
    waves:
      - {name: infrastructure, vms: [dns01, dns02]}
      - {name: applications, vms: ["app*", "web*"]}

- name: Two VMs are down
  ovirt_dr.storage.vm_power:
    state: down
    vms: [web01, web02]
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
  sample: {up: [web01]}
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
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.power import power
from ansible_collections.ovirt_dr.storage.plugins.module_utils._module import run_module

WAVE = {
    "name": {"type": "str", "required": True},
    "vms": {"type": "list", "elements": "str", "required": True},
    "wait": {"type": "bool", "default": True},
}
OPTIONS = {
    "state": {"type": "str", "choices": ["up", "down"], "default": "up"},
    "vms": {"type": "list", "elements": "str"},
    "waves": {"type": "list", "elements": "dict", "options": WAVE},
    "exclude": {"type": "list", "elements": "str"},
    "best_effort": {"type": "list", "elements": "str"},
    "data_center": {"type": "str"},
    "method": {"type": "str", "choices": ["shutdown", "poweroff"], "default": "shutdown"},
}


def main() -> None:
    run_module(power, OPTIONS, required_one_of=[("vms", "waves")], mutually_exclusive=[("vms", "waves")])


if __name__ == "__main__":
    main()
