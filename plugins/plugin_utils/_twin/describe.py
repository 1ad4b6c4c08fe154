# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes OVF stores: what each data domain of a data center says about the VMs and templates there (contract 04,
4.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf import (
    OvfDisk,
    OvfEntry,
    OvfNic,
    same_configuration,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import BLANK, Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.storage import image_record


def icons_of(site: Site) -> dict[str, Record]:
    """The icons that an engine has for machines: those of its blank template. No OVF carries them (07 recording 96)."""
    blank = site.get("template", BLANK)
    return {key: blank.data[key] for key in ("large_icon", "small_icon") if key in blank.data} if blank else {}


class Describer:
    """Describes the entities of one site; the look-ups by member are made once for all of them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._groups: dict[str, list[str]] = defaultdict(list)
        self._labels: dict[str, list[str]] = defaultdict(list)
        for found, tag in ((self._groups, "affinity_group"), (self._labels, "affinity_label")):
            for holder in site.all(tag):
                for member in holder.subs.get("vms", []):
                    found[member["id"]].append(holder.name)

    def entry(self, owner: Entity) -> OvfEntry:
        """The description of a VM or template."""
        site = self._site
        cluster = site.get("cluster", owner.ref("cluster"))
        disks = []
        for attachment in owner.subs.get("disk_attachments", []):
            disk = site.get("disk", attachment["id"])
            if disk is not None:
                disks.append(OvfDisk(attachment, image_record(disk.data), site.domains_of(disk)))
        nics = []
        for nic in owner.subs.get("nics", []):
            profile = site.get("vnic_profile", (nic.get("vnic_profile") or {}).get("id", ""))
            network = site.get("network", profile.ref("network")) if profile else None
            nics.append(OvfNic(nic, network.name if network else "", profile.name if profile else ""))
        lease = (owner.data.get("lease") or {}).get("storage_domain", {}).get("id") if owner.tag == "vm" else None
        return OvfEntry(
            owner.tag,
            owner.id,
            owner.data,
            cluster.name if cluster else "",
            tuple(disks),
            tuple(nics),
            tuple(self._groups.get(owner.id, ())),
            tuple(self._labels.get(owner.id, ())),
            self._grants(owner),
            tuple(owner.subs.get("snapshots", ())),
            lease,
        )

    def written(self, owner: Entity) -> OvfEntry:
        """What stores say about a VM or template: as it was when its configuration last changed.

        So a VM that was running then is told to be running, though it is down by now (07 recording 224)."""
        entry = self.entry(owner)
        held = self._site.described.get(owner.id)
        if held is None or not same_configuration(held[1], entry):
            held = self._site.described[owner.id] = (entry, entry)
        return held[0]

    def _grants(self, owner: Entity) -> tuple[tuple[str, str, str], ...]:
        found = []
        for permission in owner.subs.get("permissions", []):
            user = self._site.get("user", (permission.get("user") or {}).get("id", ""))
            role = self._site.get("role", (permission.get("role") or {}).get("id", ""))
            if user is not None and role is not None and role.name != "SuperUser":
                domain = str((user.data.get("domain") or {}).get("name", ""))
                found.append((str(user.data.get("principal", user.name)), domain, role.name))
        return tuple(found)


def write_stores(site: Site, data_center: str, only: str | None = None) -> None:
    """Brings the OVF stores of a data center's data domains (or of one) up to date; what is unregistered stays in.

    A domain whose metadata names another data center by now is not ours to write to."""
    describer = Describer(site)
    domains = [d for d in site.domains_in(data_center) if d.data.get("type") == "data" and only in (None, d.id)]
    stores: dict[str, dict[str, OvfEntry]] = {d.id: dict(site.unregistered.get(d.id, {})) for d in domains}
    for tag in ("vm", "template"):
        for owner in site.all(tag):
            if site.data_center_of(owner) != data_center:
                continue
            entry = describer.written(owner)
            images = {
                domain for disk in entry.disks if disk.record.get("shareable") != "true" for domain in disk.domains
            }
            for domain in images or stores.keys():
                if domain in stores:
                    stores[domain][entry.id] = entry
    for domain, store in stores.items():
        content = site.storage.contents.get(domain)
        if content is not None and content.pool in (None, data_center):
            content.ovf = store
            content.written = True


def keep_descriptions(site: Site, owners: Iterable[Entity]) -> Callable[[], None]:
    """Called before a domain takes disks away from VMs and templates, and what it returns afterwards: the engine does
    not describe them anew for that, so other domains still tell of the disks (04b recordings 116 and 210)."""
    before, kept = Describer(site), list(owners)
    for owner in kept:
        before.written(owner)

    def after() -> None:
        describer = Describer(site)
        for owner in kept:
            site.described[owner.id] = (site.described[owner.id][0], describer.entry(owner))

    return after


def write_images(site: Site, domain: str) -> None:
    """Makes a domain's images on storage those that the engine knows there."""
    content = site.storage.contents.get(domain)
    if content is None:
        return
    content.disks = {}
    content.layered = set()
    for disk in site.all("disk"):
        if domain in site.domains_of(disk):
            content.disks[disk.id] = image_record(disk.data)
            for owner in site.disk_users.get(disk.id, ()):
                vm = site.get("vm", owner)
                if vm is not None and len(vm.subs.get("snapshots", [])) > 1:
                    content.layered.add(disk.id)
