# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that are LUNs: making one, looking at its device again (contract 06, 6.1 and 6.2; recordings 06 37-81,
131-135, 252, 262)."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import luns, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.blocks import portal
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.connection_rules import STORAGE_TYPES
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
    known_id,
    location,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member, portless

SGIO = ("filtered", "unfiltered", "disabled")
_ISCSI = ("address", "target", "port", "id")
_USED = "The provided lun is used by another disk."
_UNSEEN = "The provided LUN is not visible by the specified host, please check storage server connectivity."


@dataclass(frozen=True)
class Wanted:
    """What a body asks for: the LUN as it was named there, its kind, and the host to look at it with (an id, empty
    when none is to look)."""

    unit: Record
    kind: str
    host: str
    sgio: str


def asked(site: Site, body: Record) -> Wanted:
    """Reads the ``lun_storage`` of a disk body. Only the first logical unit counts. Raises Refusal."""
    storage = body["lun_storage"] if isinstance(body["lun_storage"], dict) else {}
    units = members(storage, "logical_units", "logical_unit")
    if not units:
        raise refusals.incomplete("LogicalUnit  required for add")
    if not storage.get("type"):
        raise refusals.incomplete("HostStorage [type] required for add")
    kind = refusals.one_of(storage["type"], "StorageType", STORAGE_TYPES)
    unit = units[0] if isinstance(units[0], dict) else {}
    missing = [name for name in (_ISCSI if kind == "iscsi" else ("id",)) if not unit.get(name)]
    if missing:
        raise refusals.incomplete(f"LogicalUnit [{', '.join(missing)}] required for invoke")
    host = _host(site, storage.get("host"), "")
    sgio = refusals.one_of(body["sgio"], "ScsiGenericIO", SGIO) if "sgio" in body else "disabled"
    return Wanted(unit, kind, host if site.get("host", host) is not None else "", sgio)


def _host(site: Site, held: object, prefix: str) -> str:
    """The id of the host that a body names, known or not; empty when it names none. Raises Refusal."""
    named = held if isinstance(held, dict) else {}
    if named.get("id"):
        return known_id(named["id"])
    if not named.get("name"):
        return ""
    host = site.named("host", named["name"])
    if host is None:
        raise refusals.not_found(f"{prefix}{named['name']}")
    return host.id


def add(site: Site, body: Record, alias: str, attachment: Record | None = None) -> Entity:
    """Takes a LUN disk in, for a VM when there is an attachment. What a host reads of it is kept; without a look there
    is no size (06 #43), unless the LUN is known as a domain's (06 #60, #251). Raises Refusal."""
    action = "Cannot add Virtual Disk."
    wanted = asked(site, body)
    lun = wanted.unit["id"]
    found = luns.looked_at(site, lun, wanted.host) if wanted.host else {}
    data = _record(site.new_id(), body, alias, wanted, {**(found or {}), **luns.known(site, lun)})
    luns.check_device(data, attachment or {}, action)
    if luns.disk_on(site, lun) is not None:
        raise refusals.command(409, f"{action} {_USED}")
    if found is None:
        raise refusals.command(400, f"{action} {_UNSEEN}")
    reached = {}
    if wanted.kind != "fcp" and wanted.unit.get("address") and wanted.unit.get("target"):
        reached = {"connections": [{"id": _connection(site, wanted.unit).id}]}
    disk = site.add(Entity("disk", data, reached))
    luns.tell_owner(site, lun, disk.id)
    return disk


def _record(identity: str, body: Record, alias: str, wanted: Wanted, device: Record) -> Record:
    """The disk as it will be known."""
    lun = wanted.unit["id"]
    unit: Record = {"active_paths": "0", "discard_zeroes_data": "false", "paths": "0", "size": "0", **device}
    unit |= {"id": lun, "disk_id": identity}
    if wanted.kind != "fcp":
        unit |= {key: wanted.unit[key] for key in luns.PORTAL if wanted.unit.get(key)}
    return {
        "id": identity,
        "name": alias,
        "description": str(body.get("description", "")),
        "alias": alias,
        "content_type": "data",
        "lun_storage": {"id": lun, "logical_units": {"logical_unit": luns.ordered(unit)}},
        "propagate_errors": _flag(body, "propagate_errors"),
        **({"sgio": wanted.sgio} if wanted.sgio != "disabled" else {}),
        "shareable": _flag(body, "shareable"),
        "storage_type": "lun",
        "wipe_after_delete": _flag(body, "wipe_after_delete"),
    }


def create(site: Site, request: Request) -> Answer:
    """POST /disks with a ``lun_storage``: done when it is answered; no task, no status. How the LUN is reached is not
    in the answer (06 #37, #38)."""
    body = request.record("disk", "disks/methods/add")
    disk = add(site, body, str(body.get("alias") or body.get("name") or "") or default_alias(None))
    site.job(f"Adding Disk {disk.name}", request.correlation)
    href = f"{API}/disks/{disk.id}"
    answer = document(member_writer(site, Member(portless(disk.data), href, "disks"), {}))
    return Answer(201, answer, headers={"Location": location(request.host, href)})


def default_alias(vm: Entity | None) -> str:
    """The name of a disk that was given none (06 #77): counted per VM, and 1 for a floating one."""
    if vm is None:
        return "_Disk1"
    return f"{vm.name}_Disk{len(vm.subs.get('disk_attachments', [])) + 1}"


def _connection(site: Site, unit: Record) -> Entity:
    """The connection record of the portal: one that is there is used again, a new one keeps the credentials."""
    known = set(site.tables["storage_connection"])
    connection = portal(site, unit)
    if connection.id not in known and unit.get("password"):
        connection.subs["chap"] = [{"password": unit["password"]}]
    return connection


def _flag(body: Record, name: str) -> str:
    return "true" if str(body.get(name, "")).lower() == "true" else "false"


def refresh(site: Site, request: Request) -> Answer:
    """POST /disks/{disk}/refreshlun: a host reads size and details again. What it does not see stays as it was, and
    the answer is 200 all the same (06 #262)."""
    sent = request.action("disk/methods/refresh_lun")
    named = sent.get("host")
    if not isinstance(named, dict) or not (named.get("id") or named.get("name")):
        raise refusals.invalid_input("Parameters 'host.id' or 'host.name' are mandatory but both were not provided.")
    host = site.get("host", _host(site, named, "Hosts: name="))
    disk = site.get("disk", request.ids[0])
    if disk is None or not luns.disk_units(disk):
        raise refusals.command(400, "Cannot sync Virtual Disk. The specified disk does not exist.")
    if host is None:
        raise refusals.command(400, "Cannot sync Virtual Disk. Invalid Host Id.")
    if host.data.get("status") != "up":
        raise refusals.command(409, "Cannot sync Virtual Disk. Operation can be performed only when Host status is Up.")
    unit = luns.disk_units(disk)[0]
    found = luns.looked_at(site, unit["id"], host.id)
    if found is not None:
        unit = luns.ordered({**unit, **found})
        disk.set(lun_storage={**disk.data["lun_storage"], "logical_units": {"logical_unit": unit}})
    shown = {"id": disk.id, "href": f"{API}/disks/{disk.id}"}
    return action_answer(sent, {"disk": shown, "status": "complete"})
