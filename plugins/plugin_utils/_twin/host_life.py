# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adding hosts, maintenance and activation (recordings 00 24-52, 03b 263-300, 06 246-258)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import defaults, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.made import created
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.named import named
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.spm import host_came, host_left
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member

INSTALL_SECONDS = 3.5
MAINTENANCE_SECONDS = 1.5
ACTIVATE_SECONDS = 3.0


def create(site: Site, request: Request) -> Answer:
    """POST /hosts: unassigned at first, up when the engine has spoken with it."""
    body = request.record("host", "hosts/methods/add")
    missing = [field for field in ("name", "address") if not body.get(field)]
    if missing:
        raise refusals.incomplete(f"Host [{', '.join(missing)}] required for add")
    cluster = named(site, "cluster", body.get("cluster") or {"name": "Default"}, "Cluster", "Host [cluster] required")
    if site.named("host", body["name"]) is not None:
        # Not recorded; contract faults.md.
        raise refusals.command(409, "Cannot add Host. The Host name is already in use.")
    data = {"id": site.new_id(), **defaults.host(body["name"], body["address"], cluster.id)}
    entity = site.add(Entity("host", data))
    site.later(INSTALL_SECONDS, lambda: _up(site, entity))
    shown = {**data, "network_operation_in_progress": "false"}
    return created(site, request, Member(shown, f"{API}/hosts/{entity.id}", "hosts"))


def _up(site: Site, host: Entity) -> None:
    """The host answers: it tells what it is, and sees its Fibre Channel LUNs."""
    if host.data["status"] != "unassigned":
        return
    host.set(**defaults.reported(host.name), status="up")
    for place in site.storage.luns.values():
        if place.record.get("type") == "fcp":
            place.hosts.add(host.id)
    cluster = site.get("cluster", host.ref("cluster"))
    if cluster is not None and cluster.data.get("fips_mode") == "undefined":
        cluster.set(fips_mode="disabled")
    host_came(site, host)


def deactivate(site: Site, request: Request) -> Answer:
    """POST /hosts/{h}/deactivate: preparing_for_maintenance, then maintenance."""
    sent = request.action("host/methods/deactivate")
    host = _host(site, request)
    host.set(status="preparing_for_maintenance")
    host_left(site, host)
    site.later(MAINTENANCE_SECONDS, lambda: host.set(status="maintenance"))
    return _done(sent, host)


def activate(site: Site, request: Request) -> Answer:
    """POST /hosts/{h}/activate: unassigned, then up."""
    sent = request.action("host/methods/activate")
    host = _host(site, request)
    host.set(status="unassigned")
    site.later(ACTIVATE_SECONDS, lambda: _up(site, host))
    job = site.job(f"Activating Host {host.name}", request.correlation)
    return _done(sent, host, {"job": {"id": job.id}})


def _host(site: Site, request: Request) -> Entity:
    host = site.get("host", request.ids[0])
    if host is None:
        raise refusals.empty(404)
    return host


def _done(sent: dict[str, object], host: Entity, more: dict[str, object] | None = None) -> Answer:
    shown = {"id": host.id, "href": f"{API}/hosts/{host.id}"}
    return action_answer(sent, {**(more or {}), "host": shown, "status": "complete"})
