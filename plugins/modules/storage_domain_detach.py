# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module storage_domain_detach: storage domains are detached."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: storage_domain_detach
short_description: Storage domains are detached from a data center
version_added: 0.1.0
description:
  - Brings storage domains to maintenance and detaches them. Their VMs and templates leave the engine with them and stay
    described in the domains' OVF stores, which the engine updates on the way.
  - Everything that stands in the way is found first and named, for all domains and rules at once. Nothing is written
    as long as there is anything.
  - The master goes last. Nothing is ever formatted. Local domains are refused, because the engine formats them when
    they are detached; so is the domain that carries the hosted engine.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
  - ovirt_dr.storage.common

options:
  data_center:
    description:
      - The data center, by name or id.
    type: str
    required: true
  domains:
    description:
      - The storage domains, by name, id or pattern.
    type: list
    elements: str
    required: true
  remove:
    description:
      - Whether the engine shall also forget the domains. Their data and their OVF stores stay on the storage, their
        connections go from the engine.
    type: bool
    default: false
  force:
    description:
      - Go to maintenance even though the OVF store cannot be updated, as when the storage is gone. It lifts no other
        rule.
    type: bool
    default: false
  stop_vms:
    description:
      - What to do with VMs on the domains that are not down. V(refuse) names them and changes nothing. V(poweroff)
        powers them off first.
    type: str
    choices: [refuse, poweroff]
    default: refuse
  elsewhere:
    description:
      - What a domain is that is attached to another data center. V(refuse) takes it for a mistake in O(data_center).
        V(accept) takes it for one that left already, as when a recovery runs again.
    type: str
    choices: [refuse, accept]
    default: refuse
  host:
    description:
      - The host, by name or id, that lets go of a removed domain; the first one that is up when left out.
    type: str
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
- name: Two domains leave the data center and the engine, with the VMs on them
  ovirt_dr.storage.storage_domain_detach:
    data_center: Production
    domains: [data-web, data-db]
    remove: true
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
  sample: {detach: [data-web]}
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
leaving:
  description: What leaves the engine with each domain.
  returned: when nothing stands in the way
  type: list
  elements: dict
  contains:
    domain:
      description: The name of the domain.
      type: str
    vms:
      description: The names of the VMs with a disk on it.
      type: list
      elements: str
    templates:
      description: The names of the templates with a disk on it.
      type: list
      elements: str
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.detach import detach
from ansible_collections.ovirt_dr.storage.plugins.module_utils._module import run_module

OPTIONS = {
    "data_center": {"type": "str", "required": True},
    "domains": {"type": "list", "elements": "str", "required": True},
    "remove": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "stop_vms": {"type": "str", "choices": ["refuse", "poweroff"], "default": "refuse"},
    "elsewhere": {"type": "str", "choices": ["refuse", "accept"], "default": "refuse"},
    "host": {"type": "str"},
}


def main() -> None:
    run_module(detach, OPTIONS)


if __name__ == "__main__":
    main()
