# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts do for block storage: discover, sign in, look for domains (contract 03 and 06; recordings 07 89-91, 06
13-32, 03 389-391)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import luns, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.blocks import volume_group
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.places import Place
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.sessions import sign_in
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site


def _targets(site: Site, address: str) -> list[Record]:
    """What a portal tells of its targets."""
    found: dict[str, Record] = {}
    for place in site.storage.luns.values():
        for way in place.portals if place.reachable else ():
            if way.up and way.address == address:
                shown = {"address": address, "port": way.port, "portal": f"{address}:{way.port},1"}
                found[way.target] = {**shown, "target": way.target}
    return [found[target] for target in sorted(found)]


def _iscsi(sent: Record, *needed: str) -> Record:
    """The ``iscsi`` element of an action, with what must be in it. Raises Refusal."""
    iscsi = sent.get("iscsi")
    for name in needed:
        if not isinstance(iscsi, dict) or not iscsi.get(name):
            raise refusals.invalid_input(f"Parameter 'iscsi.{name}' is mandatory but was not provided.")
    return dict(iscsi) if isinstance(iscsi, dict) else {}


def discover(site: Site, request: Request) -> Answer:
    """POST /hosts/{h}/iscsidiscover or discoveriscsi: the targets of a portal. Needs no right credentials."""
    sent = request.action("host/methods/discover_iscsi")
    iscsi = _iscsi(sent, "address")
    if site.get("host", request.ids[0]) is None:
        raise refusals.text(400, "Host not found.")
    found = _targets(site, iscsi["address"])
    if not found:
        raise refusals.text(400, "Failed discovery of iSCSI targets")
    return action_answer(
        sent,
        {
            "discovered_targets": {"iscsi_details": found},
            "iscsi_targets": {"iscsi_target": [target["target"] for target in found]},
            "status": "complete",
        },
    )


def login(site: Site, request: Request) -> Answer:
    """POST /hosts/{h}/iscsilogin: from here on the host sees the LUNs of the target."""
    sent = request.action("host/methods/iscsi_login")
    iscsi = _iscsi(sent, "address", "target")
    host = site.get("host", request.ids[0])
    if host is None:
        raise refusals.engine_error()
    words = sign_in(
        site, host.id, iscsi["address"], iscsi["target"], iscsi.get("username", ""), iscsi.get("password", "")
    )
    if words:
        raise refusals.command(400, words.lower())
    job = site.job("Connecting Host <UNKNOWN> to Storage server", request.correlation)
    return action_answer(
        sent, {"host": {"id": host.id, "href": f"{API}/hosts/{host.id}"}, "job": {"id": job.id}, "status": "complete"}
    )


def unregistered_domains(site: Site, request: Request) -> Answer:
    """POST /hosts/{h}/unregisteredstoragedomainsdiscover: block domains that this engine does not know.

    It signs the host in to the targets that it is asked for; without ``iscsi`` it looks at Fibre Channel."""
    sent = request.action("host/methods/unregistered_storage_domains_discover")
    host = site.get("host", request.ids[0])
    if host is None:
        raise refusals.not_found(request.ids[0])
    wanted = _wanted(sent)
    if "iscsi" in sent:
        wanted = [each for each in wanted if not sign_in(site, host.id, *each)]
        if not wanted:
            raise refusals.text(400, "couldn't connect to the specified targets")
    portals = [each[:2] for each in wanted]
    by_domain: dict[str, list[Place]] = {}
    for place in site.storage.luns.values():
        seen = place.reaches(host.id)
        if "iscsi" in sent:
            seen = seen and any(place.behind(*portal) for portal in portals)
        else:
            seen = seen and place.record.get("type") == "fcp"
        if seen and place.content is not None:
            by_domain.setdefault(place.content.id, []).append(place)
    found = [
        _shown(identity, places, "iscsi" if "iscsi" in sent else "fcp")
        for identity, places in by_domain.items()
        if site.get("storage_domain", identity) is None
        and not any(luns.owner_of(site, p.record["id"]) or luns.disk_on(site, p.record["id"]) for p in places)
    ]
    return action_answer(sent, {"status": "complete", "storage_domains": {"storage_domain": found} if found else {}})


def _wanted(sent: Record) -> list[tuple[str, str, str, str]]:
    """The targets asked for: address, target, user name, password."""
    base = sent.get("iscsi")
    shared: Record = base if isinstance(base, dict) else {}
    rows = [{**shared, "target": name} for name in members(sent, "iscsi_targets", "iscsi_target")]
    rows += [dict(row) for row in members(sent, "discovered_targets", "iscsi_details")]
    return [
        (row.get("address", ""), row.get("target", ""), row.get("username", ""), row.get("password", ""))
        for row in rows
    ]


def _shown(identity: str, places: list[Place], kind: str) -> Record:
    content = places[0].content
    record = content.record if content is not None else {}
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
        "href": "",
        **{k: record[k] for k in kept if k in record},
        "committed": "0",
        "master": "false",
        "storage": {"type": kind, "volume_group": {"id": volume_group(identity, places)}},
    }
