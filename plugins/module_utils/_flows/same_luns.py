# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking through a host whether new iSCSI targets show the LUNs of what lies on a connection."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Done, Failed
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import Target as Portal
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import not_to_be_had
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.same_luns import Lying, compared, unlike
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import host_storage, reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Host, HostLun

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


def with_luns_compared(client: Client, plan: Plan, things: Sequence[Lying], asked_host: str, *, sign_in: bool) -> Plan:
    """The plan with a look at the LUNs of ``things`` before anything else is done to them.

    asked_host: the id of a host, or ""; sign_in: whether it may be signed in to the new targets. BadInput for what is
    known to be wrong now, or can never be known.
    """
    if not things:
        return plan
    host = _host(client, asked_host, things)
    luns = host_storage.host_luns(client, host.id)
    there = host_storage.signed_in(luns)
    missing = [target for one in things for target in one.new if target not in there]
    view = host_storage.look_at(client, host, missing, fibre_channel=False) if missing else None
    problems: list[str] = []
    for one in things:
        if all(target in there for target in one.new):
            problems.append(unlike(one, _seen(luns), host.name))
        elif view is not None:
            words = not_to_be_had(one.name, "", "iscsi", one.new, view, host.name, sign_in)
            problems.append(words and f"{one.label}{words.removeprefix(f'domain {one.name}')}")
            if not one.luns:
                problems.append(unlike(one, {}, host.name))
    told = list(dict.fromkeys(problem for problem in problems if problem))
    if told:
        raise BadInput(f"Nothing was changed. {'; '.join(told)}", told)
    return compared(plan, things, host, there)


class CompareLuns:
    """Looks at the LUNs behind new targets, after the host was signed in there. It writes nothing."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def do(self, step: Step) -> Done | Failed:
        one = t.cast(Lying, step.details["lying"])
        luns = host_storage.host_luns(self._client, str(step.details["host"]))
        wrong = unlike(one, _seen(luns), str(step.details["host_name"]))
        return Failed(wrong) if wrong else Done("shows the same LUNs", already=True)

    def look(self, step: Step) -> Done | Failed:
        return self.do(step)


def _seen(luns: Iterable[HostLun]) -> dict[Portal, set[str]]:
    found: dict[Portal, set[str]] = {}
    for lun in luns:
        if lun.target:
            found.setdefault(Portal(lun.address, lun.port, lun.target), set()).add(lun.id)
    return found


def _host(client: Client, asked: str, things: Sequence[Lying]) -> Host:
    """The asked host, or else the first that is up in the data center of what lies there."""
    hosts = reads.every_host(client)
    if asked:
        return next(host for host in hosts if host.id == asked)
    center = next((one.data_center for one in things if one.data_center), "")
    clusters = {cluster.id for cluster in reads.clusters(client, center)} if center else set()
    up = sorted((host for host in hosts if host.status == "up"), key=lambda host: host.name)
    found = next((host for host in up if not center or host.cluster_id in clusters), None)
    if found is None:
        raise BadInput(
            f"Nothing was changed. {', '.join(one.label for one in things)}: no host is up to look whether the new "
            "targets show the same LUNs; activate one"
        )
    return found
