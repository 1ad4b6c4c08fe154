# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The master of a data center: who it is, who is next, and changing it on request (contract 03, 3.6 and 3.9; recordings
03 331-343, 03b 113-132, 195, 226-230)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
    known_id,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.spm import elect

_SINCE = (4, 5)
"""Compatibility version of data centers that can switch their master on request."""
SWITCH_SECONDS = 2.4
"""How long both domains are locked while the role moves (findings, 7)."""


def master_of(site: Site, data_center: str) -> Entity | None:
    """The master domain of a data center."""
    return next((d for d in site.domains_in(data_center) if d.data.get("master") == "true"), None)


def tasks_of(center: Entity) -> str:
    """The key under which a data center's running tasks are held."""
    return f"tasks {center.id}"


def taken_in(site: Site, entity: Entity, center: Entity) -> None:
    """A domain is in a data center from now on, and active. The first data domain brings the data center up."""
    first = entity.data["type"] == "data" and master_of(site, center.id) in (None, entity)
    entity.set(status="active", master="true" if first else "false", data_centers={"data_center": {"id": center.id}})
    site.storage.contents[entity.id].pool = center.id
    site.active_since[entity.id] = site.time()
    if first:
        elect(site, center)
        bring_up(center, str(entity.data["storage_format"]))


def bring_up(center: Entity, storage_format: str = "") -> None:
    """A data center is up; its first domain says in which format its domains are."""
    last = ("supported_versions", "version", "mac_pool")
    shown = {**center.data, "status": "up"}
    if storage_format:
        shown["storage_format"] = storage_format
    center.data = {key: shown[key] for key in (*(k for k in shown if k not in last), *(k for k in last if k in shown))}
    center.cache.clear()


def heir(site: Site, leaving: Entity) -> Entity | None:
    """Who becomes master when one leaves: of the active data domains that are no backups the one whose last election
    is longest ago. Among equals the engine takes what its database gives first; here files and iSCSI come before
    Fibre Channel, then what is active longest."""
    able = [
        d
        for d in site.domains_in(site.data_center_of(leaving))
        if d is not leaving
        and d.data["type"] == "data"
        and d.data.get("backup") != "true"
        and d.data["status"] in ("active", "unknown")
    ]

    def rank(domain: Entity) -> tuple[float, bool, float]:
        is_fibre = domain.data["storage"].get("type") == "fcp"
        return site.elected.get(domain.id, 0.0), is_fibre, site.active_since.get(domain.id, 0.0)

    return min(able, key=rank, default=None)


def hand_over(site: Site, leaving: Entity) -> bool:
    """The next master takes the role of one that goes into maintenance; whether there is one."""
    new = heir(site, leaving)
    if new is None:
        return False
    leaving.set(master="false")
    new.set(master="true")
    site.elected[new.id] = site.time()
    return True


def switch(site: Site, request: Request) -> Answer:
    """POST /datacenters/{dc}/setmaster. A refused one leaves a failed job behind."""
    sent = request.action("data_center/methods/set_master")
    center = site.get("data_center", request.ids[0])
    held = sent.get("storage_domain")
    asked = held if isinstance(held, dict) else {}
    if not asked.get("id") and not asked.get("name"):
        raise refusals.invalid_input(
            "Parameters 'storage_domain.id' or 'storage_domain.name' are mandatory but both were not provided."
        )
    if center is None:  # not recorded
        raise refusals.command(400, "Data Center doesn't exist.")
    if asked.get("id"):
        wanted = site.get("storage_domain", known_id(asked["id"]))
    else:
        wanted = site.named("storage_domain", asked["name"])
        if wanted is None:  # not recorded
            raise refusals.not_found(f"Storage: name={asked['name']}")
    old = master_of(site, center.id)
    names = f"from {old.name if old else '<UNKNOWN>'} to {wanted.name if wanted else '<UNKNOWN>'}"
    job = site.job(f"Switching master storage domain {names}", request.correlation, "started")
    try:
        new = _able(site, center, wanted)
    except refusals.Refusal:
        site.end_job(job, "failed")
        raise
    for domain in (new, old):
        if domain is not None:
            domain.set(status="locked")

    def done() -> None:
        if old is not None:
            old.set(status="active", master="false")
        new.set(status="active", master="true")
        site.end_job(job)

    site.later(SWITCH_SECONDS, done)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})


def _able(site: Site, center: Entity, wanted: Entity | None) -> Entity:
    """The domain that may become master. Raises Refusal."""
    verb = "Cannot switch master storage domain."
    if wanted is None or site.data_center_of(wanted) != center.id:
        raise refusals.command(409, f"{verb} The selected Storage Domain is not part of the Data Center.")
    if wanted.data["type"] != "data" or wanted.data.get("backup") == "true":
        raise refusals.command(400, f"{verb} Action is only applicable for Data domains.")
    if wanted.data.get("master") == "true":
        raise refusals.command(409, f"{verb} The storage domain is already the master storage domain.")
    if wanted.data["status"] != "active":
        raise refusals.command(409, f"{verb} Storage domain {wanted.name} must be active.")
    version = center.data.get("version") or {}
    if (int(version.get("major", "4")), int(version.get("minor", "8"))) < _SINCE:  # not recorded
        raise refusals.command(400, f"{verb} This operation is not supported by the version of the Data Center.")
    if site.held(tasks_of(center)):  # not recorded
        raise refusals.command(409, f"{verb} The Data Center has running tasks.")
    return wanted
