# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who lies on domains that leave, who goes with them and who stays behind (contract 03, 3.7; findings 3). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.leaving import Contents, Image, Machine
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain

AT_REST = ("down", "suspended")
# What an engine keeps its descriptions in: it comes and goes with the domain.
OVF_STORE = "ovf_store"
HELD_BY_TASKS = "image_locked"


@dataclass(frozen=True)
class Finding:
    """Something to know of one domain that leaves. kind: for programs; text: for people, without the names.

    names, ids: of what it is about, side by side; clear: what to do about it, "" when nothing can or need be done.
    """

    domain: str
    domain_id: str
    kind: str
    text: str
    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    clear: str = ""

    @property
    def sentence(self) -> str:
        """All of it for people."""
        named = f": {', '.join(self.names)}" if self.names else ""
        return f"domain {self.domain}: {self.text}{named}" + (f" ({self.clear})" if self.clear else "")

    def data(self) -> dict[str, object]:
        """All of it for programs."""
        return {
            "domain": self.domain,
            "domain_id": self.domain_id,
            "kind": self.kind,
            "text": self.text,
            "names": list(self.names),
            "ids": list(self.ids),
            "clear": self.clear,
        }


def about(
    domain: Domain, kind: str, text: str, found: Iterable[Machine | Image | Domain] = (), clear: str = ""
) -> Finding:
    """A finding about these objects, by name."""
    listed = sorted(found, key=lambda one: (one.name, one.id))
    return Finding(
        domain.name, domain.id, kind, text, tuple(one.name for one in listed), tuple(one.id for one in listed), clear
    )


@dataclass(frozen=True)
class Leaving:
    """The domains that leave a data center, with all that the engine holds. attached: all domains of the data center.

    pools: pool id -> name; granted: ids of users, groups and roles -> names; clusters: the ids of those of the data
    center, needed only where an ISO domain leaves.
    """

    domains: Sequence[Domain]
    attached: Sequence[Domain]
    held: Contents
    pools: Mapping[str, str] = field(default_factory=dict)
    granted: Mapping[str, str] = field(default_factory=dict)
    clusters: frozenset[str] = frozenset()

    @cached_property
    def ids(self) -> frozenset[str]:
        """The domains that leave."""
        return frozenset(domain.id for domain in self.domains)

    def images(self, machine: Machine) -> list[Image]:
        """The image disks of a VM or template."""
        found = (self.held.images.get(disk) for disk in machine.disks)
        return [image for image in found if image is not None and not image.lun]

    def luns(self, machine: Machine) -> list[Image]:
        """The direct LUN disks of a VM."""
        return [image for disk in machine.disks if (image := self.held.images.get(disk)) is not None and image.lun]

    def on(self, domain: Domain, machine: Machine) -> list[Image]:
        """The image disks of a VM or template that lie on a domain."""
        return [image for image in self.images(machine) if domain.id in image.domain_ids]

    @cached_property
    def _on(self) -> dict[str, tuple[list[Machine], list[Machine]]]:
        """Domain id -> the VMs and the templates with a disk on it."""
        found: dict[str, tuple[list[Machine], list[Machine]]] = {domain.id: ([], []) for domain in self.domains}
        for number, machines in enumerate((self.held.vms, self.held.templates)):
            for machine in machines:
                for key in {key for image in self.images(machine) for key in image.domain_ids} & self.ids:
                    found[key][number].append(machine)
        return found

    def vms(self, domain: Domain) -> list[Machine]:
        """The VMs with a disk on a domain."""
        return self._on[domain.id][0]

    def templates(self, domain: Domain) -> list[Machine]:
        """The templates with a disk, or a copy of one, on a domain."""
        return self._on[domain.id][1]

    @cached_property
    def owned(self) -> frozenset[str]:
        """The disks that are attached to a VM or template."""
        return frozenset(disk for machine in (*self.held.vms, *self.held.templates) for disk in machine.disks)

    def goes(self, machine: Machine) -> bool:
        """Whether the engine forgets a VM or template when all of these domains have left.

        It does when no image disk of it, and no copy of one, lies anywhere else. Direct LUNs do not hold it (04b #48).
        """
        images = self.images(machine)
        return bool(images) and all(image.domain_ids <= self.ids for image in images)

    @cached_property
    def _leaving_templates(self) -> frozenset[str]:
        """The templates that the engine forgets, with their versions, wherever these lie."""
        gone = {template.id for template in self.held.templates if self.goes(template)}
        return frozenset(gone | {template.id for template in self.held.templates if template.base_id in gone})

    def vanishes(self, machine: Machine) -> bool:
        """Whether the engine forgets it for its own disks, or together with the template that it stands on.

        A thin VM is forgotten with its template although it has further disks elsewhere, which stay alone: seen at a
        running engine.
        """
        if machine.kind == "template":
            return machine.id in self._leaving_templates
        return self.goes(machine) or machine.template_id in self._leaving_templates

    def in_use(self, domain: Domain, machine: Machine) -> bool:
        """Whether a VM has an active disk on a domain."""
        return any(machine.disks[image.id] for image in self.on(domain, machine))

    def cd(self, domain: Domain, machine: Machine) -> bool:
        """Whether what is in a drive of a VM lies on a domain: an image there, or a file of the ISO domain.

        A data center has one ISO domain at most (contract 03, 3.4).
        """
        files = domain.type == "iso" and machine.cluster_id in self.clusters
        return any(
            domain.id in self.held.images[held].domain_ids if held in self.held.images else files
            for held in machine.cd_ids
        )

    def holding(self, domain: Domain) -> list[Machine]:
        """The VMs that must be stopped before a domain can leave: with an active disk, a lease or an ISO image there.

        Also one that runs with nothing but inactive disks there: the engine would forget it while it runs.
        """
        return [vm for vm in self.held.vms if vm.status not in (*AT_REST, HELD_BY_TASKS) and self._holds(domain, vm)]

    def _holds(self, domain: Domain, vm: Machine) -> bool:
        return (
            self.in_use(domain, vm)
            or vm.lease_domain_id == domain.id
            or self.cd(domain, vm)
            or (bool(self.on(domain, vm)) and self.vanishes(vm))
        )

    def sharing(self) -> dict[str, frozenset[str]]:
        """Domain id -> the other leaving domains on which a VM or template of it lies too."""
        ids = {
            domain.id: {machine.id for machine in (*self.vms(domain), *self.templates(domain))}
            for domain in self.domains
        }
        return {
            key: frozenset(other for other, theirs in ids.items() if other != key and mine & theirs)
            for key, mine in ids.items()
        }
