# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module storage_domain_attach: storage domains are attached and active."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: storage_domain_attach
short_description: Storage domains are known, attached and active in a data center
version_added: 0.1.0
description:
  - Imports storage domains that the engine does not know, attaches them to a data center and waits until they are
    active.
  - Nothing is created but with O(domains[].create). A file domain is imported without a name, and the id that the
    engine found on the path is compared with O(domains[].id); another domain is forgotten again, without being
    formatted.
  - A block domain (iSCSI, Fibre Channel) is imported by its id, from what the host sees. For iSCSI the host is signed
    in to the targets of the domain before, with O(sign_in) only. What a target holds is looked at before the import;
    where the domain is not, nothing is imported.
  - All domains are attached at once. A domain that is active already is left alone.
  - Before the first write it is told what cannot work, as far as reading shows it. That is a portal that cannot be
    reached, a target that is not offered, and a domain that is not where the host is signed in already. It stops the
    task, but not for a domain with O(domains[].required=false), which then fails alone.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
  - ovirt_dr.storage.domains
  - ovirt_dr.storage.common

options:
  data_center:
    description:
      - The data center, by name or id. It must have an active master domain of its own.
    type: str
    required: true
  host:
    description:
      - The host, by name or id, that reaches for the storage during the import, and is signed in to iSCSI targets.
      - The first one that is up when left out.
    type: str
  arriving:
    description:
      - The ids of domains that a task before this one detaches from their data center and points at their new places.
        In check mode, where that was not done, they are looked at as if it was; otherwise this has no meaning.
    type: list
    elements: str
  takeover:
    description:
      - A statement that no other side writes to these domains any more.
      - A replica still carries the mark of the data center that it was cut from, and the engine takes such a domain
        over without asking. This module does so only with this statement, which is written into the journal.
    type: dict
    suboptions:
      confirmed_by:
        description: Who says so.
        type: str
        required: true
      reason:
        description: How it was made sure.
        type: str
        required: true
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
- name: The replicas of two domains are active in the recovery site
  ovirt_dr.storage.storage_domain_attach:
    data_center: Recovery
    takeover:
      confirmed_by: Ada Byron
      reason: The main site has no power, confirmed by phone at 03:12
    domains:
      - id: f892eb5c-6c83-428c-acc1-9cfb8caac9c0
        name: data-web
        address: nfs-b.example
        path: /exports/data-web
      - id: dc0d2ea4-f3bd-4a0d-a085-0f4b4b27dabf
        address: nfs-b.example
        path: /exports/data-db
        required: false

- name: An iSCSI replica is active in the recovery site
  ovirt_dr.storage.storage_domain_attach:
    data_center: Recovery
    sign_in: true
    takeover:
      confirmed_by: Ada Byron
      reason: The main site has no power, confirmed by phone at 03:12
    chap:
      - target: iqn.2026-01.example.site-b:san
        login:
          username: recovery
          password: "{{ vault_san_password }}"
    domains:
      - id: 6c7f9f66-a04b-4a61-9646-f03b541bc20e
        name: data-erp
        type: iscsi
        targets:
          - {address: 192.0.2.150, target: "iqn.2026-01.example.site-b:san"}

- name: The domain behind a storage connection that is there already
  ovirt_dr.storage.storage_domain_attach:
    data_center: Production
    domains:
      - id: f892eb5c-6c83-428c-acc1-9cfb8caac9c0
        connection: 15a99db3-64fb-4f17-b0f7-e83599f2bc21

- name: A new, empty domain on a storage connection
  ovirt_dr.storage.storage_domain_attach:
    data_center: Production
    domains:
      - name: data-new
        create: true
        connection: 15a99db3-64fb-4f17-b0f7-e83599f2bc21

- name: A Fibre Channel replica that the host sees is active in the recovery site
  ovirt_dr.storage.storage_domain_attach:
    data_center: Recovery
    domains:
      - id: 1bd75e55-7933-4a0b-b191-14f2469ab841
        type: fcp
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
  sample: {attach: [data-web]}
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
active:
  description: The ids of the domains that are active now; in check mode, that would be.
  returned: always
  type: list
  elements: str
luns:
  description: The block domains that were imported, each with the LUNs that it lies on here.
  returned: always
  type: list
  elements: dict
  contains:
    domain:
      description: The domain.
      type: str
    luns:
      description: The ids of its LUNs. Those of a replica often differ from those of its original.
      type: list
      elements: str
  sample: [{domain: data-erp, luns: [360014055b5b5b5b0000000100000001]}]
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._domain_options import DOMAIN_OPTIONS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.attach import attach
from ansible_collections.ovirt_dr.storage.plugins.module_utils._module import run_module

OPTIONS = {
    "data_center": {"type": "str", "required": True},
    "host": {"type": "str"},
    "takeover": {
        "type": "dict",
        "options": {
            "confirmed_by": {"type": "str", "required": True},
            "reason": {"type": "str", "required": True},
        },
    },
    "arriving": {"type": "list", "elements": "str"},
    **DOMAIN_OPTIONS,
}


def main() -> None:
    run_module(attach, OPTIONS)


if __name__ == "__main__":
    main()
