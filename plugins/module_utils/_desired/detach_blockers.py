# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps storage domains from being detached, found before anything is written (contract 03, 3.6 to 3.8).

It is read from the entities themselves, because the engine tells only the first rule of a deactivate, repeats the
names of its first finding for every rule of a detach (findings 3), and tells either only after other domains have left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.leaving import (
    AT_REST,
    HELD_BY_TASKS,
    OVF_STORE,
    Finding,
    Leaving,
    about,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.leaving import Machine
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain

# Detaching a local domain formats it (contract 03, 3.7); the hosted engine's domain carries the engine itself.
NEVER_DETACHED_TYPES = ("localfs",)
HOSTED_ENGINE_DOMAIN = "hosted_storage"
HOSTED_ENGINE_ORIGINS = ("hosted_engine", "managed_hosted_engine")
STOP = "shut them down, or say 'stop_vms: shutdown' or 'stop_vms: poweroff'"
WAIT = "wait until that has ended, or end it"
# The phases of an upload or download that keep a domain active; one that is paused does not.
TRANSFERRING = ("initializing", "transferring", "resuming", "finalizing")
# Statuses in which no VM uses a domain.
QUIET = ("maintenance", "locked", "preparing_for_maintenance", "detaching")


def find_blockers(
    leaving: Leaving, *, stop: bool = False, fresh: Collection[str] = (), host: bool = True
) -> list[Finding]:
    """Everything that forbids to detach these domains, by domain and kind; empty when nothing does.

    stop: VMs that are in the way will be stopped; fresh: the ids of the domains that must be proven fresh; host:
    whether any host of the data center is up.
    """
    found: list[Finding] = []
    for domain in leaving.domains:
        found.extend(_of_the_domain(domain, leaving, host=host))
        found.extend(_of_vms(domain, leaving, stop=stop))
        found.extend(_of_entities(domain, leaving))
        found.extend(_of_tasks(domain, leaving))
        if domain.id in fresh and domain.type == "data" and domain.status != "active":
            text = f"it is {domain.status}, and only of an active domain the descriptions can be proven fresh"
            clear = "activate it and run again, or say 'ovf: refresh' or 'ovf: as_is'"
            found.append(about(domain, "ovf_not_fresh", text, clear=clear))
    return found


def _of_the_domain(domain: Domain, leaving: Leaving, *, host: bool) -> Iterator[Finding]:
    others = [other for other in leaving.attached if other.id not in leaving.ids]
    if domain.storage_type in NEVER_DETACHED_TYPES:
        text = "it is a local domain, and the engine formats such a domain on detach"
        yield about(domain, "local_domain", text, clear="move what lies on it to a shared domain")
    engine = [vm for vm in leaving.vms(domain) if vm.origin in HOSTED_ENGINE_ORIGINS]
    if engine or domain.name == HOSTED_ENGINE_DOMAIN:
        yield about(domain, "hosted_engine", "it carries the hosted engine", engine)
    if domain.master and others:
        text = "it is the master and these other domains stay attached"
        yield about(domain, "master", text, others, "let them leave too, or make another domain the master")
    master = next((one for one in leaving.attached if one.master), None)
    if not domain.master and master is not None and master.status != "active":
        text = f"the engine detaches nothing while the master of the data center is {master.status}"
        yield about(domain, "master_not_active", text, [master], "activate the master")
    if domain.status in ("unknown", "mixed"):
        text = f"it is {domain.status}, and the engine deactivates no such domain"
        yield about(domain, "status", text, clear="wait until its data center is up and it is active or inactive")
    if not host:
        text = "the data center has no host that is up, and the engine needs one to let go of a domain"
        yield about(domain, "no_host", text, clear="activate a host")


def _of_vms(domain: Domain, leaving: Leaving, *, stop: bool) -> Iterator[Finding]:
    """VMs that use a domain now. In maintenance nothing can, so nothing is looked for there."""
    if domain.status in QUIET:
        return
    stopped = {vm.id for vm in leaving.holding(domain)} if stop else set[str]()
    awake = [vm for vm in leaving.held.vms if vm.status != "down" and vm.id not in stopped]
    running = [vm for vm in awake if vm.status not in AT_REST]
    using = [vm for vm in running if leaving.in_use(domain, vm)]
    locked = [vm for vm in using if vm.status == HELD_BY_TASKS]
    rules: tuple[tuple[str, str, list[Machine], str], ...] = (
        ("running_vms", "VMs with active disks here are not down", [vm for vm in using if vm not in locked], STOP),
        ("locked_vms", "VMs with disks here are locked by a running task", locked, WAIT),
        (
            "running_vms_leaving",
            "VMs run, though their disks here are inactive, and would leave the engine with the domain",
            [vm for vm in running if vm not in using and leaving.on(domain, vm) and leaving.vanishes(vm)],
            STOP,
        ),
        (
            "leases",
            "VMs that are not down have their lease here",
            [vm for vm in awake if vm.lease_domain_id == domain.id],
            "shut them down; a suspended one must be started before",
        ),
        (
            "iso",
            "VMs that are not down have an ISO image from here in a drive",
            [vm for vm in awake if vm.status != HELD_BY_TASKS and leaving.cd(domain, vm)],
            "eject it, or shut them down; a suspended one must be started before",
        ),
    )
    for kind, text, machines, clear in rules:
        if machines:
            yield about(domain, kind, text, machines, clear)


def _of_entities(domain: Domain, leaving: Leaving) -> Iterator[Finding]:
    """What may not leave the engine; what stays, because it has disks elsewhere, may lose some (contract 03, 3.7)."""
    vms = [vm for vm in leaving.vms(domain) if leaving.vanishes(vm)]
    templates = [template for template in leaving.templates(domain) if leaving.vanishes(template)]
    pooled = [vm for vm in vms if vm.pool_id]
    names = ", ".join(sorted({leaving.pools.get(vm.pool_id, vm.pool_id) for vm in pooled}))
    rules: tuple[tuple[str, str, list[Machine], str], ...] = (
        (
            "protected_vms",
            "VMs here are delete-protected",
            [vm for vm in vms if vm.delete_protected],
            "lift their delete protection",
        ),
        (
            "protected_templates",
            "templates here are delete-protected",
            [template for template in templates if template.delete_protected],
            "lift their delete protection",
        ),
        (
            "previews",
            "VMs here preview a snapshot",
            [vm for vm in leaving.vms(domain) if vm.previewing],
            "commit or undo the preview",
        ),
        ("pool_vms", f"VMs here are of pools ({names})", pooled, "detach them from their pools"),
    )
    for kind, text, machines, clear in rules:
        if machines:
            yield about(domain, kind, text, machines, clear)


def _of_tasks(domain: Domain, leaving: Leaving) -> Iterator[Finding]:
    here = [image for image in leaving.held.images.values() if domain.id in image.domain_ids]
    transferring = [image for image in here if leaving.held.transfers.get(image.id, "").startswith(TRANSFERRING)]
    locked = [
        image
        for image in here
        if image.status == "locked" and image.content_type != OVF_STORE and image.id not in leaving.held.transfers
    ]
    if transferring:
        yield about(
            domain,
            "image_transfers",
            "disks here are being uploaded or downloaded",
            transferring,
            "wait, or pause or cancel it",
        )
    if locked:
        yield about(domain, "locked_disks", "disks here are locked by a running task", locked, WAIT)
