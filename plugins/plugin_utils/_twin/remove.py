# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage domains out of the engine: removed with a host, or destroyed without touching storage (contract 03, 3.8;
recordings 03 203-205, 364-376, 400-407, 03b 136-142, 334-337)."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.detach import leave, only_here
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import (
    BUSY,
    INACCESSIBLE,
    running_on,
    status_text,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.forget import forget
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.master import hand_over, heir
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import lies_on, unmount
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import UUID, Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import BLANK, Entity, Site

EXTERNAL_SECONDS = 15.0
"""How long until guests whose VMs were destroyed under them are found on their hosts: seen at a running engine, 10 to
20 s."""


def remove(site: Site, request: Request) -> Answer:
    """DELETE /storagedomains/{id}: remove, format or destroy. The connection record goes too."""
    entity = site.get("storage_domain", request.ids[0])
    if entity is None:
        raise refusals.empty(404)
    words = f"Removing Storage Domain {entity.name}"
    if request.flag("destroy"):
        center = site.get("data_center", site.data_center_of(entity))
        words += f" (Force Remove) from Data Center {center.name}" if center is not None else " (Force Remove)"
        _destroy(site, request, entity)
    else:
        _remove(site, request, entity)
    job = site.job(words, request.correlation)
    if request.flag("async"):
        return Answer(202)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def _remove(site: Site, request: Request, entity: Entity) -> None:
    if not request.params.get("host"):
        raise refusals.reason_only(400, "host parameter is missing")
    host = _removing_host(site, request.params["host"])
    if site.held(entity.id):
        raise refusals.command(409, f"Cannot remove Storage. {BUSY}")
    if members(entity.data, "data_centers", "data_center"):
        raise refusals.command(409, f"Cannot remove Storage. {INACCESSIBLE}")
    content = site.storage.contents.get(entity.id)
    if request.flag("format"):
        if content is not None and content.pool is not None:  # not recorded
            raise refusals.command(
                409,
                "Cannot remove Storage. Storage Domain metadata indicates it is already attached to a Data Center "
                "hence cannot be formatted.",
            )
        for place in lies_on(site, entity):
            place.content = None
    unmount(site, entity, (host,))
    forget(site, entity)


def _removing_host(site: Site, named: str) -> Entity:
    """The host that is to let go of the storage. Raises Refusal."""
    if UUID.fullmatch(named):
        host = site.get("host", named)
        if host is None:
            raise refusals.command(400, "Can not Remove Storage Domain - the underlying Host ID is invalid.")
    else:
        host = site.named("host", named)
        if host is None:
            raise refusals.not_found(named)
    if host.data.get("status") != "up":
        raise refusals.command(409, f"Cannot remove Storage. Host {host.name} is not up.")
    return host


def _destroy(site: Site, request: Request, entity: Entity) -> None:
    """Takes a domain with all that lies only on it out of the engine. VMs are not looked at: guests run on."""
    if site.held(entity.id):
        raise refusals.command(409, f"Cannot destroy Storage. {BUSY}")
    if entity.data["status"] in ("active", "locked", "preparing_for_maintenance"):
        raise refusals.command(409, f"Cannot destroy Storage. {status_text(entity)}")
    center = site.get("data_center", site.data_center_of(entity))
    others = [d for d in site.domains_in(center.id) if d is not entity] if center is not None else []
    if center is not None and entity.data.get("master") == "true" and others:
        _succeeded(site, entity, center)
    guests = [vm for vm in running_on(site, entity) if vm in only_here(site, entity, "vm")]
    site.event(
        981,
        f"Storage Domain {entity.name} was forcibly removed by admin@internal-authz",
        (entity,),
        request.correlation,
    )
    leave(site, entity)
    forget(site, entity)
    if center is not None and not others:
        center.set(status="uninitialized")
    if guests:
        site.later(EXTERNAL_SECONDS, lambda: _found_running(site, guests))


def _succeeded(site: Site, entity: Entity, center: Entity) -> None:
    """Another domain takes the role of a master that is destroyed. Raises Refusal when none can (not recorded)."""
    if site.host_up(center.id) is None:
        raise refusals.command(
            409,
            "Cannot destroy the master Storage Domain from the Data Center without an active Host in the Data Center.",
        )
    if heir(site, entity) is None:
        raise refusals.command(
            409,
            "Cannot destroy the master Storage Domain from the Data Center without another active Storage Domain to "
            "take its place.",
        )
    hand_over(site, entity)


def _found_running(site: Site, guests: Iterable[Entity]) -> None:
    """Hosts report guests that the engine does not know: they come back as VMs without disks, under another name."""
    for guest in guests:
        if site.get("vm", guest.id) is not None:
            continue
        data = {**guest.data, "name": f"external-{guest.name}", "origin": "external"}
        data.update({"template": {"id": BLANK}, "original_template": {"id": BLANK}})
        site.add(Entity("vm", data, {"disk_attachments": [], "nics": [], "snapshots": []}))
