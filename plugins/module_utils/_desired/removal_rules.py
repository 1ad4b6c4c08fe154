# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the removal of an unregistered entity destroys, and what stands against it (contract 04, 4.8).

The engine deletes whatever the entity's description names on the domain of the request, registered by now or not, and
forgets the entity on all domains. Its disks on other domains stay there, and the engine does not delete them any more
until their domain is attached again. So disks elsewhere go first, as disks; and what cannot be shown to be safe is
refused here, because the engine refuses none of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.unregistered_content import owners_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import HasNameAndId, label
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    Disk,
    Domain,
    Template,
    UnregisteredDisk,
    UnregisteredTemplate,
    UnregisteredVm,
    Vm,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory_records import (
    Inventory,
    InventoryDisk,
    InventoryTemplate,
    InventoryVm,
)

ACCEPTABLE = ("delete_protected", "left_disks", "patterns", "unknown_disks")
UNTOUCHABLE = ("ovf_store", "hosted_engine")
"""What the content type of a disk that is never deleted begins with."""


@dataclass(frozen=True)
class Lying:
    """All that the removal of something depends on.

    vms, templates, disks: what the data center's domains list; domains: its domains by id; chosen: ids, in order, of
    those from which something may be removed. registered_*: by id, of the whole engine; floating: domain id ->
    registered disks there that nothing has attached.
    """

    vms: Sequence[UnregisteredVm]
    templates: Sequence[UnregisteredTemplate]
    disks: Mapping[str, UnregisteredDisk]
    domains: Mapping[str, Domain]
    chosen: Sequence[str]
    registered_vms: Mapping[str, Vm] = field(default_factory=dict)
    registered_templates: Mapping[str, Template] = field(default_factory=dict)
    registered_disks: Mapping[str, Disk] = field(default_factory=dict)
    floating: Mapping[str, Sequence[Disk]] = field(default_factory=dict)
    inventory: Inventory | None = None

    @cached_property
    def owners(self) -> tuple[dict[str, list[InventoryVm]], dict[str, list[InventoryTemplate]]]:
        """Disk id -> the VMs, and disk id -> the templates that have it, by the inventory."""
        return owners_of(self.inventory)

    @cached_property
    def inventory_vms(self) -> dict[str, InventoryVm]:
        """The VMs of the inventory by id."""
        return {vm.id: vm for vm in self.inventory.vms} if self.inventory else {}

    @cached_property
    def needed_by(self) -> dict[str, list[UnregisteredVm | UnregisteredTemplate | Vm]]:
        """Template id -> the VMs on it, listed and registered, and its listed versions."""
        every: list[UnregisteredVm | UnregisteredTemplate | Vm] = [*self.vms, *self.templates]
        every.extend(self.registered_vms.values())
        found: dict[str, list[UnregisteredVm | UnregisteredTemplate | Vm]] = {}
        for one in every:
            found.setdefault(one.template_id, []).append(one)
        return found

    def disks_of(self, entity: UnregisteredVm | UnregisteredTemplate) -> Sequence[InventoryDisk] | None:
        """The disks of an entity, None where no inventory tells them."""
        if isinstance(entity, UnregisteredVm):
            vm = self.inventory_vms.get(entity.id)
            return vm.disks if vm else None
        template = self.inventory.templates.get(entity.id) if self.inventory else None
        return template.disks if template else None

    def name(self, domain_id: str) -> str:
        """A domain as it is called here, else there, else its id."""
        if domain_id in self.domains:
            return self.domains[domain_id].name
        return (self.inventory.domains if self.inventory else {}).get(domain_id, domain_id)

    def active(self, domain_id: str) -> bool:
        """Whether a domain is here and active."""
        return domain_id in self.domains and self.domains[domain_id].status == "active"


@dataclass(frozen=True)
class Part:
    """A disk of an entity on one domain. Sizes are bytes; actual_size is known of listed disks only.

    hidden: it is not listed and the inventory knows of snapshots, which keep it from being listed.
    """

    id: str
    name: str
    domain_id: str
    provisioned_size: int | None
    actual_size: int | None
    hidden: bool = False

    @property
    def listed(self) -> bool:
        """Whether the engine's list of unregistered disks shows it, so that it can be removed as a disk."""
        return self.actual_size is not None


@dataclass(frozen=True)
class Content:
    """What goes with an entity, None where it is not known: here, with the entity; first, as disks before it; left."""

    domain_id: str
    here: tuple[Part, ...] | None
    first: tuple[Part, ...]
    left: tuple[Part, ...] | None


def content_of(entity: UnregisteredVm | UnregisteredTemplate, going: Collection[str], lying: Lying) -> Content:
    """Where the entity is best removed, and what goes or stays then. going: ids of VMs and templates that are removed.

    A shareable disk stands in the description of each VM that has it, so it goes with any of them.
    """
    disks = lying.disks_of(entity)
    places = [one for one in lying.chosen if one in entity.domain_ids]
    if disks is None:
        return Content(places[0], None, (), None if len(entity.domain_ids) > 1 else ())
    parts = [part for disk in disks if not disk.lun_id for part in _parts(disk, entity, lying)]
    # Disks with snapshots are not listed and go with their VM only, so where most of them lie is the place.
    lying_at = {one: [part for part in parts if part.domain_id == one] for one in places}
    place = max(places, key=lambda one: (sum(part.hidden for part in lying_at[one]), len(lying_at[one])))
    elsewhere = [part for part in parts if part.domain_id != place]
    first = tuple(
        part
        for part in elsewhere
        if part.listed and part.domain_id in lying.chosen and not shared_with(part.id, entity, going, lying)
    )
    left = tuple(part for part in elsewhere if part not in first)
    return Content(place, tuple(lying_at[place]), first, left)


def shared_with(
    disk_id: str, entity: UnregisteredVm | UnregisteredTemplate, going: Collection[str], lying: Lying
) -> list[InventoryVm]:
    """The VMs beside an entity that have a disk of it and stay."""
    return [vm for vm in lying.owners[0].get(disk_id, ()) if vm.id != entity.id and vm.id not in going]


def _parts(disk: InventoryDisk, entity: UnregisteredVm | UnregisteredTemplate, lying: Lying) -> list[Part]:
    """A disk once per domain: where it is listed, else where the inventory saw it."""
    listed = lying.disks.get(disk.id)
    if listed is None:
        known = lying.inventory_vms.get(entity.id)
        snapshots = [one for one in known.snapshots if one.type != "active"] if known else []
        hidden = any(not one.disks or disk.id in {disk_id for disk_id, _image in one.disks} for one in snapshots)
        return [Part(disk.id, disk.name, one, disk.size, None, hidden) for one in disk.domain_ids]
    name = listed.name or disk.name
    return [Part(disk.id, name, one, listed.provisioned_size, listed.actual_size) for one in listed.domain_ids]


def against_entity(
    entity: UnregisteredVm | UnregisteredTemplate,
    content: Content,
    going: Collection[str],
    accepted: Collection[str],
    lying: Lying,
) -> list[str]:
    """What stands against the removal of a VM or template, a sentence each. going: as in content_of()."""
    disks = lying.disks_of(entity)
    registered: Collection[str] = (
        lying.registered_vms if isinstance(entity, UnregisteredVm) else lying.registered_templates
    )
    problems = []
    if entity.id in registered:
        problems.append("it is registered; a domain that came later lists it again, and its disks there would be lost")
    if entity.delete_protected and "delete_protected" not in accepted:
        problems.append("it is protected against deletion, which the engine does not heed here")
    if disks is None:
        problems.extend(_unknown(entity, content, accepted, lying))
        return problems
    here = {part.id: part for part in content.here or ()}
    used = [disk for disk in disks if disk.id in lying.registered_disks and (disk.id in here or not disk.shareable)]
    used = [disk for disk in used if not disk.lun_id]
    if used:
        problems.append(f"{_disks(used)} registered, and the engine would delete what is registered too")
    for part in here.values():
        others = shared_with(part.id, entity, going, lying)
        if others:
            words = ", ".join(label(vm) for vm in others)
            problems.append(f"disk {part.name} ({part.id}) would go with it, and {words} has it too")
    left = [part for part in content.left or () if not shared_with(part.id, entity, going, lying)]
    reasons = sorted({f"{part.name} ({part.id}) {why}" for part in left if (why := _why_left(part, lying))})
    if reasons and "left_disks" not in accepted:
        problems.append(f"disks of it would stay behind: {'; '.join(reasons)}")
    return problems


def _unknown(
    entity: UnregisteredVm | UnregisteredTemplate, content: Content, accepted: Collection[str], lying: Lying
) -> list[str]:
    place = lying.name(content.domain_id)
    problems = []
    if "unknown_disks" not in accepted:
        knows = "the inventory does not know it" if lying.inventory else "no inventory is given"
        problems.append(f"which disks on {place} the engine would delete with it is not known, as {knows}")
    floating = lying.floating.get(content.domain_id, ())
    if floating:
        problems.append(
            f"registered disks on {place} belong to no VM and may be its own, and the engine would delete them: "
            + ", ".join(label(disk) for disk in floating)
        )
    if len(entity.domain_ids) > 1 and "left_disks" not in accepted:
        others = " and ".join(lying.name(one) for one in entity.domain_ids if one != content.domain_id)
        problems.append(f"{others} lists it too, and disks of it there would stay behind")
    return problems


def _why_left(part: Part, lying: Lying) -> str:
    """Why a disk would stay behind; empty for one that is gone, as after a run that was broken off."""
    place = lying.name(part.domain_id)
    if not lying.active(part.domain_id):
        return f"lies on {place}, which is not active here"
    if part.hidden:
        return f"has snapshots, so {place} does not list it, and it goes only with a VM that is removed there"
    return f"lies on {place}, which 'domains' does not name" if part.listed else ""


def against_template(template: UnregisteredTemplate, going: Collection[str], lying: Lying) -> list[str]:
    """What needs a template: thin VMs and versions that stay. going: ids of VMs and templates that are removed."""
    problems = []
    staying = [one for one in lying.needed_by.get(template.id, ()) if one.id not in going]
    thin = [label(one) for one in staying if not isinstance(one, UnregisteredTemplate)]
    if thin:
        problems.append(f"VMs need it: {', '.join(thin)}")
    versions = [f"version {one.version} ({one.id})" for one in staying if isinstance(one, UnregisteredTemplate)]
    if versions:
        problems.append(f"it is the base of {', '.join(versions)}")
    return problems


def against_disk(disk: UnregisteredDisk, going: Collection[str], accepted: Collection[str], lying: Lying) -> list[str]:
    """What stands against the removal of a single disk. going: ids of VMs and templates that are removed."""
    problems = []
    if disk.content_type.startswith(UNTOUCHABLE):
        problems.append(f"it holds {disk.content_type}, which is never removed")
    if disk.id in lying.registered_disks:
        problems.append("a disk of this id is registered; this is another copy of it")
    vms, templates = lying.owners
    owners = [f"VM {label(vm)}" for vm in vms.get(disk.id, ()) if vm.id not in going]
    owners += [f"template {label(one)}" for one in templates.get(disk.id, ()) if one.id not in going]
    if owners:
        problems.append(f"it belongs to {', '.join(owners)}")
    known = lying.inventory is not None and disk.id in lying.inventory.disks
    if not known and "unknown_disks" not in accepted:
        knows = "the inventory does not know it" if lying.inventory else "no inventory is given"
        problems.append(f"whose disk it is is not known, as {knows}")
    return problems


def _disks(disks: Sequence[HasNameAndId]) -> str:
    words = ", ".join(label(disk) for disk in disks)
    return f"its disk {words} is" if len(disks) == 1 else f"its disks {words} are"
