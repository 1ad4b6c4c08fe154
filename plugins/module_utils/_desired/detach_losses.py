# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a detach loses or leaves behind without refusing: told before, because nobody can read it from the domain after.

Direct LUN disks do not come along (04b #43 to #49). Shareable ones are described by a running engine 4.5.8 and were not
by earlier ones. A VM with disks elsewhere stays and loses those that leave (contract 03, 3.7).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.leaving import (
    AT_REST,
    OVF_STORE,
    Finding,
    Leaving,
    about,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.leaving import Image, Machine
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain

MOST_NAMES = 12
PAUSED = ("paused", "cancelled")


def find_losses(leaving: Leaving, *, formatted: bool = False) -> list[Finding]:
    """What the detach of these domains means for what lies on them or is tied to them, by domain and kind.

    formatted: they are formatted afterwards, so everything on them is lost for good.
    """
    found: list[Finding] = []
    for domain in leaving.domains:
        if formatted:
            found.extend(_destroyed(domain, leaving))
        found.extend(_losing(domain, leaving))
        found.extend(_left_behind(domain, leaving))
        found.extend(_permissions(domain, leaving))
        found.extend(_others(domain, leaving))
    return found


def shortened(finding: Finding) -> str:
    """A finding as a warning: hundreds of names stay in the result."""
    rest = len(finding.names) - MOST_NAMES
    names = ", ".join(finding.names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")
    return f"domain {finding.domain}: {finding.text}" + (f": {names}" if names else "")


def _destroyed(domain: Domain, leaving: Leaving) -> Iterator[Finding]:
    here = [
        image
        for image in leaving.held.images.values()
        if domain.id in image.domain_ids and image.content_type != OVF_STORE
    ]
    if here:
        yield about(domain, "destroyed_disks", "these disks are destroyed by the format", here)


def _losing(domain: Domain, leaving: Leaving) -> Iterator[Finding]:
    for kind, machines in (("vms", leaving.vms(domain)), ("templates", leaving.templates(domain))):
        staying = [machine for machine in machines if not leaving.vanishes(machine)]
        losing = [machine for machine in staying if _lost(domain, machine, leaving)]
        pairs = [(machine, image) for machine in losing for image in _lost(domain, machine, leaving)]
        if pairs:
            what = "VMs" if kind == "vms" else "templates"
            text = f"{what} with disks on domains that stay are kept by the engine, and lose their disks here"
            yield _pairs(domain, f"{kind}_losing_disks", text, pairs)
    alone = [vm for vm in leaving.vms(domain) if leaving.vanishes(vm) and not leaving.goes(vm)]
    if alone:
        text = "VMs leave the engine with their template, and their disks on domains that stay remain there alone"
        yield about(domain, "vms_leaving_with_template", text, alone)


def _lost(domain: Domain, machine: Machine, leaving: Leaving) -> list[Image]:
    return [image for image in leaving.on(domain, machine) if image.domain_ids <= leaving.ids]


def _left_behind(domain: Domain, leaving: Leaving) -> Iterator[Finding]:
    going = [vm for vm in leaving.vms(domain) if leaving.vanishes(vm)]
    luns = [(vm, image) for vm in going for image in leaving.luns(vm)]
    if luns:
        text = (
            "direct LUN disks of VMs that leave do not come along; they stay in the engine as floating disks and keep "
            "their LUNs"
        )
        yield _pairs(domain, "direct_luns", text, luns)
    shareable = [
        (vm, image)
        for vm in leaving.held.vms
        for image in leaving.images(vm)
        if image.shareable and _tied(domain, vm, image, leaving)
    ]
    if shareable:
        text = (
            "shareable disks here leave and stay behind when their VMs are registered by an engine whose descriptions "
            "lack them (4.5.8 has them); then they come back as floating disks. Those elsewhere stay"
        )
        yield _pairs(domain, "shareable_disks", text, shareable)


def _tied(domain: Domain, vm: Machine, image: Image, leaving: Leaving) -> bool:
    """Whether a shareable disk lies here, or lies elsewhere and belongs to a VM that leaves with this domain."""
    return domain.id in image.domain_ids or (leaving.vanishes(vm) and bool(leaving.on(domain, vm)))


def _permissions(domain: Domain, leaving: Leaving) -> Iterator[Finding]:
    going = [one for one in (*leaving.vms(domain), *leaving.templates(domain)) if leaving.vanishes(one)]
    told = sorted(
        (f"{machine.name} ({_who(leaving, role)} of {_who(leaving, user)})", machine.id)
        for machine in going
        for user, role in machine.permissions
    )
    if told:
        text = "permissions on what leaves are lost, unless a register finds their users and roles"
        names, ids = tuple(name for name, _id in told), tuple(id_ for _name, id_ in told)
        yield Finding(domain.name, domain.id, "permissions", text, names, ids)


def _who(leaving: Leaving, key: str) -> str:
    return leaving.granted.get(key, key)


def _others(domain: Domain, leaving: Leaving) -> Iterator[Finding]:
    here = [image for image in leaving.held.images.values() if domain.id in image.domain_ids]
    leases = [vm for vm in leaving.held.vms if vm.lease_domain_id == domain.id]
    paused = [image for image in here if leaving.held.transfers.get(image.id, "").startswith(PAUSED)]
    elsewhere = leaving.ids - {domain.id}
    shared = [vm for vm in leaving.vms(domain) if any(image.domain_ids & elsewhere for image in leaving.images(vm))]
    rules: tuple[tuple[str, str, Iterable[Machine | Image]], ...] = (
        (
            "shared_with_master",
            "VMs lie here, on the master, and on domains that must leave before it; register them from one of those",
            shared if domain.master else (),
        ),
        ("paused_transfers", "uploads or downloads of disks here are paused and cannot go on", paused),
        (
            "leases_going",
            "VMs have their lease here; it is made anew when they are registered",
            [vm for vm in leases if leaving.vanishes(vm)],
        ),
        (
            "leases_lost",
            "VMs stay and lose their lease, which is here",
            [vm for vm in leases if not leaving.vanishes(vm)],
        ),
        (
            "running_vms_staying",
            "VMs run on, though they lose inactive disks here",
            [vm for vm in leaving.vms(domain) if vm.status not in AT_REST and not leaving.in_use(domain, vm)],
        ),
        (
            "floating_disks",
            "disks without a VM or template leave too and are registered by themselves",
            [one for one in here if one.id not in leaving.owned and one.content_type != OVF_STORE],
        ),
    )
    for kind, text, found in rules:
        if found:
            yield about(domain, kind, text, found)
    jobs = sorted({job for job in leaving.held.jobs if _names(job, domain.name)})
    if jobs:
        text = "jobs that name it are under way; while the engine says that it is busy with it, that is waited for"
        yield Finding(domain.name, domain.id, "jobs", text, tuple(jobs), tuple("" for _job in jobs))


def _names(job: str, name: str) -> bool:
    return bool(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", job))


def _pairs(domain: Domain, kind: str, text: str, pairs: Iterable[tuple[Machine, Image]]) -> Finding:
    """A finding about disks of VMs; the ids are those of the disks."""
    told = sorted((f"{machine.name} ({image.name})", image.id) for machine, image in pairs)
    return Finding(
        domain.name, domain.id, kind, text, tuple(name for name, _id in told), tuple(id_ for _name, id_ in told)
    )
