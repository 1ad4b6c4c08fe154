# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts do for block storage: discover, sign in, look for domains (contract 03 and 06; recordings 07 89-91, 06
13-28)."""

from __future__ import annotations

from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.blocks import block_storage
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.storage import Place


def _targets(site: Site, address: str) -> list[Record]:
    found: dict[str, Record] = {}
    for place in site.storage.luns.values():
        unit = place.record
        if place.reachable and unit.get("address") == address and "target" in unit:
            found[unit["target"]] = {key: unit[key] for key in ("address", "port", "portal", "target") if key in unit}
    return list(found.values())


def discover(site: Site, request: Request) -> Answer:
    """POST /hosts/{h}/iscsidiscover or discoveriscsi."""
    sent = request.action("host/methods/discover_iscsi")
    if site.get("host", request.ids[0]) is None:
        raise refusals.text(400, "Host not found.", in_action=True)
    iscsi = sent.get("iscsi")
    if not isinstance(iscsi, dict) or not iscsi.get("address"):
        raise refusals.invalid_input("Parameter 'iscsi.address' is mandatory but was not provided.")
    found = _targets(site, iscsi["address"])
    if not found:
        raise refusals.text(400, "Failed discovery of iSCSI targets", in_action=True)
    results: dict[str, Any] = {"discovered_targets": {"iscsi_details": found}, "status": "complete"}
    if request.segments[2] == "iscsidiscover":
        results["iscsi_targets"] = {"iscsi_target": [target["target"] for target in found]}
    return action_answer(sent, results)


def login(site: Site, request: Request) -> Answer:
    """POST /hosts/{h}/iscsilogin: from here on the host sees the LUNs of the target."""
    sent = request.action("host/methods/iscsi_login")
    host = site.get("host", request.ids[0])
    if host is None:
        raise refusals.engine_error()
    iscsi = sent.get("iscsi")
    if not isinstance(iscsi, dict) or not iscsi.get("address") or not iscsi.get("target"):
        raise refusals.invalid_input("Parameter 'iscsi.target' is mandatory but was not provided.")
    places = [
        p
        for p in site.storage.luns.values()
        if p.reachable and (p.record.get("address"), p.record.get("target")) == (iscsi["address"], iscsi["target"])
    ]
    if not places:
        raise refusals.command(400, "failed to setup iscsi subsystem")
    for place in places:
        place.hosts.add(host.id)
    job = site.job("Connecting Host <UNKNOWN> to Storage server", request.correlation)
    return action_answer(
        sent, {"host": {"id": host.id, "href": f"{API}/hosts/{host.id}"}, "job": {"id": job.id}, "status": "complete"}
    )


def unregistered_domains(site: Site, request: Request) -> Answer:
    """POST /hosts/{h}/unregisteredstoragedomainsdiscover: block domains that this engine does not know."""
    sent = request.action("host/methods/unregistered_storage_domains_discover")
    host = site.get("host", request.ids[0])
    if host is None:
        raise refusals.not_found(request.ids[0])
    by_domain: dict[str, list[Place]] = {}
    for place in site.storage.luns.values():
        if (
            place.content is not None
            and place.reachable
            and host.id in place.hosts
            and site.get("storage_domain", place.content.id) is None
        ):
            by_domain.setdefault(place.content.id, []).append(place)
    found = [_shown(identity, places) for identity, places in by_domain.items()] if sent else []
    return action_answer(sent, {"status": "complete", "storage_domains": {"storage_domain": found} if found else {}})


def _shown(identity: str, places: list[Place]) -> Record:
    content = places[0].content
    record = content.record if content is not None else {}
    group = block_storage("iscsi", identity, places)["volume_group"]["id"]
    kept = (
        "name",
        "description",
        "comment",
        "backup",
        "block_size",
        "external_status",
        "storage_format",
        "supports_discard_zeroes_data",
        "type",
    )
    return {
        "id": identity,
        **{k: record[k] for k in kept if k in record},
        "committed": "0",
        "master": "false",
        "storage": {"type": "iscsi", "volume_group": {"id": group}},
    }
