# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""preflight_info at one engine: domains that leave another data center, connections that are pointed elsewhere."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._connection_options import CONNECTION_OPTIONS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.attach import arrived
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.needs import Note, some
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows import connection_plan, detach

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

# What the role's later steps say, as far as a plan depends on it; what they do not say is the default.
CONNECTING: Mapping[str, t.Any] = {
    **{name: option.get("default") for name, option in CONNECTION_OPTIONS.items()},
    "maintenance": "allow",
    "start_stopped": False,
}
ASKED = ("host", "stop_vms", "storage_lost", "sign_in", "chap")
LEAVING: Mapping[str, t.Any] = {
    "remove": False,
    "format": False,
    "format_confirmed": None,
    "force": False,
    "ovf": "refresh",
    "inventory": None,
    "inventory_site": None,
    "host": None,
    "elsewhere": "accept",
}


def collect(problems: list[str], check: Callable[[], object]) -> None:
    """Run one check; what it refuses becomes problems, so that all are told at once."""
    try:
        check()
    except DrError as error:
        problems.extend(getattr(error, "problems", ()) or [str(error)])


def sign_ins(plan: Plan) -> list[Note]:
    """The sign-ins of a plan, before which nobody sees what lies there."""
    return [
        Note(f"needed: {step.sentence()}; what lies there shows only then, and the session stays", targets=(step.name,))
        for step in plan.steps
        if step.action == "sign_in"
    ]


def pointed(client: Client, params: Mapping[str, t.Any]) -> list[Note]:
    """What is to know of connections that are pointed elsewhere while their domains stay. DrError for blockers."""
    plan = connection_plan.prepare(client, _connecting(params)).plan
    return [*sign_ins(plan), *_stops(plan)]


def coming(
    client: Client, data_center: DataCenter, params: Mapping[str, t.Any], problems: list[str], notes: list[Note]
) -> Sequence[Domain]:
    """The engine's domains as they will be when those of ``params`` have left and lie on their new places.

    What stands in the way of that is added to the problems, what is to know to the notes.
    """
    collect(problems, lambda: connection_plan.meant(client, _connecting(params)))

    def leave() -> None:
        source = reads.data_center(client, params["source_data_center"])
        _leave(client, source, params, notes)

    collect(problems, leave)
    places = {domain["id"]: domain for domain in params["domains"]}
    leaving = [key for key, domain in places.items() if {key, domain.get("name")} & set(params["leaving"])]
    return arrived(reads.domains(client), places, leaving, data_center.id)


def _connecting(params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {**CONNECTING, **{name: params[name] for name in ASKED}, "connections": params["connections"] or []}


def _leave(client: Client, source: DataCenter, params: Mapping[str, t.Any], notes: list[Note]) -> None:
    asked = {**LEAVING, "data_center": source.id, "domains": params["leaving"], "stop_vms": params["stop_vms"]}
    made = detach.prepare(client, asked)
    notes.extend(_stops(made.plan))


def _stops(plan: Plan) -> list[Note]:
    names = [step.name for step in plan.steps if step.kind == "vm" and step.action in ("down", "wait")]
    return [Note(f"VMs {some(names)} are not down and will be stopped", stopped=tuple(names))] if names else []
