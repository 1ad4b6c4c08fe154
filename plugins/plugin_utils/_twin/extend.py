# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The LUNs of a block domain: more of them, grown ones, fewer of them (contract 03, 3.3 and 3.9; recordings 03 179-195,
287-296, 03b 363)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.blocks import block_storage, portals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.create_block import check_units, not_used, units_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import BUSY, status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Place
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.sessions import sign_in
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

_NPE = (
    "java.lang.RuntimeException: org.jboss.resteasy.spi.UnhandledException: java.lang.NullPointerException: Cannot "
    'invoke "org.ovirt.engine.api.model.LogicalUnits.getLogicalUnits()" because the return value of '
    '"org.ovirt.engine.api.model.Action.getLogicalUnits()" is null'
)
REDUCE_SECONDS = 7.0
"""How long LUNs that leave a domain are emptied (03 288-294)."""


def extend(site: Site, entity: Entity, storage: Record) -> None:
    """PUT /storagedomains/{id} with LUNs: those that are not in the domain yet come in. Raises Refusal."""
    held = {unit["id"] for unit in units_of(entity.data["storage"])}
    units = units_of(storage)
    check_units(units)
    more = [unit for unit in units if unit["id"] not in held]
    if not more:
        return
    if entity.data["status"] != "active":  # not recorded
        raise refusals.command(409, f"Cannot extend Storage. {status_text(entity)}")
    not_used(site, more, "extend")
    host = site.host_up(site.data_center_of(entity))
    if host is None:  # not recorded
        raise refusals.command(409, "Cannot extend Storage. There is no active Host in the Data Center.")
    content = site.storage.contents[entity.id]
    places = [site.storage.luns[identity] for identity in held if identity in site.storage.luns]
    for unit in more:
        place = _seen(site, unit, host)
        place.content = content
        places.append(place)
    _stand_on(site, entity, places)


def _seen(site: Site, unit: Record, host: Entity) -> Place:
    """The device of a LUN that comes in, when the host reaches it. Raises Refusal."""
    if unit.get("address") and unit.get("target"):
        sign_in(site, host.id, unit["address"], unit["target"], unit.get("username", ""), unit.get("password", ""))
    place = site.storage.luns.get(unit["id"])
    if place is None or not place.reachable or host.id not in place.hosts:  # not recorded
        words = f"Cannot extend Storage Domain. Storage device {unit['id']} is unreachable from {host.name}."
        raise refusals.command(409, words)
    return place


def _stand_on(site: Site, entity: Entity, places: list[Place]) -> None:
    """The domain shows these LUNs from now on, and has the connections of all of them."""
    ordered = sorted(places, key=lambda place: str(place.record["id"]))
    entity.set(storage=block_storage(entity.data["storage"]["type"], entity.id, ordered))
    known = entity.subs.get("storage_connections", [])
    more = [{"id": c.id} for c in portals(site, ordered) if {"id": c.id} not in known]
    entity.subs["storage_connections"] = [*known, *more]


def _asked_for(site: Site, request: Request, method: str) -> tuple[Entity, Record]:
    """The attached domain and the action of refreshluns and reduceluns. Raises Refusal."""
    sent = request.action(f"storage_domain/methods/{method}")
    entity = site.get("storage_domain", request.ids[0])
    if entity is None or not site.data_center_of(entity):
        raise refusals.command(400, "Data Center doesn't exist.")
    return entity, sent


def _free(site: Site, entity: Entity, wanted: str) -> None:
    if entity.data["storage"].get("type") not in ("iscsi", "fcp"):
        raise refusals.command(400, "Cannot edit Storage. Storage Domain type is illegal.")
    if site.held(entity.id):  # not recorded
        raise refusals.command(409, f"Cannot edit Storage. {BUSY}")
    if entity.data["status"] != wanted:
        raise refusals.command(409, f"Cannot edit Storage. {status_text(entity)}")


def _own(entity: Entity, units: list[Record]) -> list[str]:
    """The ids of LUNs, when they are in the domain. Raises Refusal."""
    held = {unit["id"] for unit in units_of(entity.data["storage"])}
    asked = [str(unit.get("id", "")) for unit in units]
    if not held.issuperset(asked):
        raise refusals.command(400, "action type failed luns not part of storage domain")
    return asked


def refresh(site: Site, request: Request) -> Answer:
    """POST /storagedomains/{id}/refreshluns: what grew on the array is taken in; without LUNs nothing happens."""
    entity, sent = _asked_for(site, request, "refresh_luns")
    _free(site, entity, "active")
    _own(entity, units_of(sent))
    _stand_on(site, entity, site.storage.places(entity.data["storage"]))
    job = site.job(f"Refreshing Storage Domain {entity.name}", request.correlation)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def reduce(site: Site, request: Request) -> Answer:
    """POST /storagedomains/{id}/reduceluns: LUNs are emptied behind the answer and leave the domain then."""
    entity, sent = _asked_for(site, request, "reduce_luns")
    if "logical_units" not in sent:
        raise refusals.stack_trace(request.path, request.query, _NPE)
    asked = units_of(sent)
    if not asked:
        raise refusals.command(400, "Cannot edit Storage. No devices were provided.")
    _free(site, entity, "maintenance")
    going = _own(entity, asked)
    staying = [p for p in site.storage.places(entity.data["storage"]) if p.record["id"] not in going]
    if not staying:
        raise refusals.command(400, "Cannot edit Storage. A Block Storage Domain cannot remain without any LUNs.")
    job = site.job(f"Reducing Storage Domain {entity.name}", request.correlation, "started")
    site.hold(entity.id, REDUCE_SECONDS)

    def leave() -> None:
        for identity in going:
            site.storage.luns[identity].content = None
        _stand_on(site, entity, staying)
        site.end_job(job)

    site.later(REDUCE_SECONDS, leave)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})
