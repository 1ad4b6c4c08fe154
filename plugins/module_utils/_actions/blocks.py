# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to bring in block domains: sign a host in to a target, and import a domain by its id.

A block domain is looked for on the host before it is imported, and it is imported without a name: so an engine that
does not see it refuses, and nothing can be created (contract 03, 3.2; recordings 03 #392, 07 #89 to #92).
"""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.jobs import still_working
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done, Failed, Pending
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import Target, not_shown
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.wanted_domains import WantedDomain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import host_storage, reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import element

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


class SignIn:
    """Signs a host in to an iSCSI target. To do it again does no harm."""

    def __init__(self, client: Client, call_timeout: float) -> None:
        self._client = client
        self._call_timeout = call_timeout

    def do(self, step: Step) -> Answer:
        target = t.cast(Target, step.details["target"])
        try:
            self._client.post(
                f"/hosts/{step.details['host']}/iscsilogin",
                host_storage.iscsi_login(target),
                step=step.id,
                subject=f"target {target.label}",
                timeout=self._call_timeout,
            )
        except Fault as fault:
            who = f"as CHAP user {target.username}" if target.username else "without CHAP"
            # The engine's words for wrong CHAP speak of a discovery (recordings 06 #29), so they are not left alone.
            message = f"{fault} The host tried {who}: check user and password, and the address"
            return Failed(message, {**fault.failure(), "kind": "iscsi_sign_in", "message": message})
        return Done("signed in")

    def look(self, step: Step) -> Done | Failed | Pending | bool | None:
        return step.details["target"] in host_storage.signed_in(
            host_storage.host_luns(self._client, str(step.details["host"]))
        )


class ImportBlockDomain:
    """Makes the engine know a domain that lies on block storage."""

    def __init__(self, client: Client, call_timeout: float) -> None:
        self._client = client
        self._call_timeout = call_timeout

    def do(self, step: Step) -> Answer:
        domain = t.cast(WantedDomain, step.details["domain"])
        host_id = str(step.details["host"])
        seen = [
            found
            for found, _group in host_storage.unknown_domains(
                self._client, host_id, domain.targets, fibre_channel=domain.type == "fcp"
            )
        ]
        if not any(found.id == domain.id for found in seen):
            words = not_shown(domain.id, domain.place, seen, str(step.details["host_name"]))
            return Failed(f"Nothing was imported: {words}")
        answer = self._client.post(
            "/storagedomains",
            element(
                "storage_domain",
                element("import", text="true"),
                element("type", text="data"),
                element("storage", element("type", text=domain.type)),
                element("host", id=host_id),
                id=domain.id,
            ),
            step=step.id,
            subject=f"domain {domain.label}",
            timeout=self._call_timeout,
        )
        return Done("imported") if answer is None else _imported(Domain.from_xml(answer))

    def look(self, step: Step) -> Done | Failed | Pending | bool | None:
        known = next((one for one in reads.domains(self._client) if one.id == step.target_id), None)
        if known is not None:
            return _imported(known)
        return None if still_working(self._client, step) else False


def _imported(domain: Domain) -> Done:
    """The LUNs are told: a replica often shows under other LUN ids than its original."""
    luns = ", ".join(domain.lun_ids)
    return Done(f"imported from LUN {luns}" if luns else "imported", {"name": domain.name, "luns": domain.lun_ids})
