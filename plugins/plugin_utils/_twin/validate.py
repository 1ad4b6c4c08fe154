# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What speaks against registering a VM, in the order in which the engine finds it (contract 04, 4.3; findings, 4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.mappings import Mappings
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import OvfDisk, OvfEntry
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import BLANK, Entity, Site, mac_of

_MACS = (
    "Cannot import Virtual Machine, because that action would create duplicates in target MAC pool, which are "
    "not allowed. Either "
    "allow duplicate MACs in MAC Pool, or allow reassignment of bad MACs during import. Problematic NICs are \t"
)
NO_CLUSTER = "Cannot import VM. The relevant Cluster doesn't exist."


@dataclass
class Import:
    """What will come in: the entity's description, its target, and the disks that make it."""

    entry: OvfEntry
    cluster: Entity
    name: str
    clone: bool
    reassign: bool
    disks: list[OvfDisk] = field(default_factory=list)
    luns: list[tuple[OvfDisk, Record]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


def flag(action: Record, name: str) -> bool:
    """A boolean of an action body."""
    return str(action.get(name, "")).lower() == "true"


def known_vm(site: Site, vm: Entity, reassign: bool) -> refusals.Refusal:
    """The refusal for a VM that is registered already: its own MACs come first."""
    if not reassign:
        names = [nic["name"] for nic in vm.subs.get("nics", []) if site.macs.get(mac_of(nic))]
        if names:
            return refusals.command(409, _MACS + ", ".join(names))
    return refusals.command(
        409,
        "Import VM failed - VM ID already exists in the system. "
        f"Please remove the VM ({vm.name}) from the system first",
    )


def vm(site: Site, entry: OvfEntry, action: Record, mappings: Mappings, target: Entity | None) -> Import:
    """Checks an import. Raises Refusal."""
    partial, clone = flag(action, "allow_partial_import"), flag(action, "clone")
    images = [disk for disk in entry.disks if disk.lun is None]
    center = target.ref("data_center") if target is not None else ""
    there = [disk for disk in images if _exists(site, disk)]
    registered = site.get("vm", entry.id)
    if there and not partial:
        raise _known_disks(there[:1])
    kept: list[OvfDisk] = []
    dropped = [str(disk.record.get("name", "")) for disk in there]
    for disk in images:
        if disk in there:
            continue
        refusal = _storage(site, disk, center)
        if refusal is None:
            kept.append(disk)
        elif partial:
            dropped.append(str(disk.record.get("name", "")))
        else:
            raise refusal
    if target is None:
        raise refusals.command(400, NO_CLUSTER)
    name, reassign = str(action.get("name") or entry.name), flag(action, "reassign_bad_macs")
    wanted = Import(entry, target, name, clone, reassign, kept, dropped=dropped)
    _macs(site, wanted, target)
    check_center(site, center, "VM")
    _free_macs(site, wanted, target)
    if registered is not None and not clone:
        raise known_vm(site, registered, True)
    if there and not clone:
        raise _known_disks(there)
    if entry.template != BLANK and site.get("template", entry.template) is None:
        raise refusals.command(400, "Cannot import VM. The relevant Template doesn't exist.")
    _template(site, wanted)
    holder = site.named("vm", wanted.name)
    if holder is not None:
        raise refusals.command(
            409,
            "Import VM failed - VM Name already exists in the Data Center. "
            "Please rename the VM in the Data Center first",
        )
    for disk in (disk for disk in entry.disks if disk.lun is not None):
        unit, refusal = _lun(site, disk, mappings)
        if refusal is None:
            wanted.luns.append((disk, unit))
        elif partial:
            wanted.dropped.append(str(disk.record.get("name", "")))
        else:
            raise refusal
    check_architecture(entry, target, "VM")
    return wanted


def _known_disks(disks: list[OvfDisk]) -> refusals.Refusal:
    """The refusal for disks that the engine knows: a partial import leaves them out only of a clone."""
    names = ", ".join(str(disk.record.get("name", "")) for disk in disks)
    return refusals.command(
        409, f"Cannot import VM. The following disks already exist: {names}. Please import as a clone."
    )


def _exists(site: Site, disk: OvfDisk) -> bool:
    """Whether an image is known and stands in the way: a shareable one that is known as such does not."""
    known = site.get("disk", disk.record["id"])
    shared = known is not None and disk.record.get("shareable") == "true" == known.data.get("shareable")
    return known is not None and not shared


def check_center(site: Site, center: str, word: str) -> None:
    """A data center that is not up takes nothing in. Not recorded."""
    held = site.get("data_center", center)
    if held is not None and held.data["status"] != "up":
        raise refusals.command(409, f"Cannot import {word}. Unknown Data Center status.")


def check_architecture(entry: OvfEntry, target: Entity, word: str) -> None:
    """The cluster must be of the machine's architecture. Not recorded."""
    own = (entry.record.get("cpu") or {}).get("architecture", "undefined")
    there = (target.data.get("cpu") or {}).get("architecture", "undefined")
    if "undefined" not in (own, there) and own != there:
        raise refusals.command(400, f"Cannot import {word}. The {word}'s architecture is not supported by the Cluster.")


def _free_macs(site: Site, wanted: Import, target: Entity) -> None:
    """A clone needs a new address for each NIC. Not recorded."""
    pool = site.get("mac_pool", target.ref("mac_pool"))
    if wanted.clone and wanted.entry.nics and pool is not None and not site.free_mac(pool):
        raise refusals.command(409, "Cannot import VM. Not enough MAC addresses left in MAC Address Pool.")


def _template(site: Site, wanted: Import) -> None:
    """A thin VM needs its template at rest, and the template's disks where its own are. Not recorded."""
    template = site.get("template", wanted.entry.template)
    if template is not None and template.data.get("status") == "locked":
        raise refusals.command(409, "Cannot import VM. VM Template Image is locked. Please try again in a few minutes.")
    for disk in wanted.disks:
        for domain in disk.domains:
            content = site.storage.contents.get(domain)
            base = site.get("disk", content.backing.get(disk.record["id"], "")) if content is not None else None
            if base is not None and domain not in site.domains_of(base):
                raise refusals.command(
                    400, "Cannot import VM. The selected Storage Domain does not contain the VM Template."
                )


def _storage(site: Site, disk: OvfDisk, center: str) -> refusals.Refusal | None:
    found = [site.get("storage_domain", domain) for domain in disk.domains]
    attached = [
        d
        for d in found
        if d is not None and site.data_center_of(d) and (not center or site.data_center_of(d) == center)
    ]
    if not attached:
        return refusals.command(400, "Cannot import VM. Storage Domain doesn't exist.")
    if all(d.data["status"] != "active" for d in attached):
        return refusals.command(409, f"Cannot import VM. {status_text(attached[0])}")
    return None


def _macs(site: Site, wanted: Import, target: Entity) -> None:
    pool = site.get("mac_pool", target.ref("mac_pool"))
    if wanted.clone or wanted.reassign or (pool is not None and pool.data.get("allow_duplicates") == "true"):
        return
    names = [str(nic.record["name"]) for nic in wanted.entry.nics if nic.mac and site.macs.get(nic.mac)]
    if names:
        raise refusals.command(409, _MACS + ", ".join(names))


def _lun(site: Site, disk: OvfDisk, mappings: Mappings) -> tuple[Record, refusals.Refusal | None]:
    """The LUN a LUN disk will stand on, and what speaks against it."""
    own = members(disk.record["lun_storage"], "logical_units", "logical_unit")[0]
    mapped = mappings.luns.get(own["id"])
    unit, kind = own, str(disk.record["lun_storage"].get("type") or ("iscsi" if "target" in own else "fcp"))
    if mapped is not None:
        units = (
            members(mapped["lun_storage"], "logical_units", "logical_unit")
            if isinstance(mapped["lun_storage"], dict)
            else []
        )
        if units:
            unit, kind = units[0], str(mapped["lun_storage"].get("type", kind))
    if kind == "iscsi" and not all(unit.get(key) for key in ("address", "port", "target")):
        return unit, refusals.command(
            409, "Cannot import VM. The provided lun is missing at least one connection parameter (address/port/iqn)."
        )
    users = [
        d
        for d in site.all("disk")
        if isinstance(d.data.get("lun_storage"), dict) and d.data["lun_storage"].get("id") == unit["id"]
    ]
    if users:
        return unit, refusals.command(409, "Cannot import VM. The provided lun is used by another disk.")
    visible = _visible(site, unit, kind)
    if not visible:
        return unit, refusals.command(
            400,
            "Cannot import VM. The provided LUN is not visible by the specified host, "
            "please check storage server connectivity.",
        )
    return unit, None


def _visible(site: Site, unit: Record, kind: str) -> bool:
    """Whether a host of this site sees the LUN, or would after signing in with these details.

    What only hosts of another site have seen so far is that site's own storage and out of reach, unless the estate says
    that all storage is in one network."""
    place = site.storage.luns.get(unit["id"])
    if place is None or not place.reachable:
        return False
    if any(host in place.hosts for host in site.tables["host"]):
        return True
    given = (unit.get("address"), unit.get("target"))
    wanted = site.storage.chap.get(str(place.record.get("target")))
    if wanted not in (None, (unit.get("username", ""), unit.get("password", ""))):
        return False
    there = (place.record.get("address"), place.record.get("target"))
    return (not place.hosts or site.storage.one_network) and (kind == "fcp" or there == given)
