# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unregistered_info: what lies on attached domains and is not known to the engine."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import select
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.unregistered import (
    ambiguous_names,
    describe_disks,
    describe_templates,
    describe_vms,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.unregistered_content import Here, Told
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import NotFound
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    BLANK_TEMPLATE,
    DataCenter,
    Domain,
    UnregisteredDisk,
    UnregisteredTemplate,
    UnregisteredVm,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import read_inventory

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

R = t.TypeVar("R", UnregisteredVm, UnregisteredTemplate, UnregisteredDisk)


def unregistered(client: Client, params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The unregistered entities of the given kinds, each once; see the module unregistered_info for the shape."""
    inventory = read_inventory(params["inventory"], params["inventory_site"]) if params["inventory"] else None
    data_center = reads.data_center(client, params["data_center"])
    attached = reads.attached_domains(client, data_center.id)
    chosen = data_domains(attached, data_center, params["domains"])
    active = [domain for domain in chosen if domain.status == "active"]
    wanted = params["kinds"]
    vms = reads.unregistered_vms(client, chosen) if "vms" in wanted else []
    needed = {vm.template_id for vm in vms} - {"", BLANK_TEMPLATE}
    registered = {}
    if needed or "templates" in wanted:
        registered = {template.id: template.name for template in reads.templates(client)}
    templates: list[UnregisteredTemplate] = []
    if "templates" in wanted or needed - registered.keys():
        templates = reads.unregistered_templates(client, chosen)
    # The hosts make the list of disks at that moment, and they cannot read a domain that is not active.
    disks = reads.unregistered_disks(client, active) if inventory or "disks" in wanted else []
    here = Here(
        domains={domain.id: domain.name for domain in attached},
        active=frozenset(domain.id for domain in attached if domain.status == "active"),
        vms=registered_vms(client, data_center) if "vms" in wanted else {},
        templates=registered,
        listed_templates={template.id: template for template in templates},
        listed_disks={disk.id: disk for disk in disks},
        disks=frozenset(disk.id for disk in reads.disks(client)) if inventory or "disks" in wanted else (),
        inventory=inventory,
    )
    found: dict[str, t.Any] = {
        "domains": [domain.name for domain in chosen],
        "inactive_domains": [domain.name for domain in chosen if domain.status != "active"],
        "ambiguous_names": ambiguous_names(
            vms, templates if "templates" in wanted else (), disks if "disks" in wanted else ()
        ),
        "unmatched": {},
    }
    # What is said of an entity depends on all that are listed, so the choice is made of what was described.
    if "vms" in wanted:
        found["vms"] = _chosen(vms, describe_vms(vms, here), "vms", params, found)
    if "templates" in wanted:
        told = describe_templates(templates, here, vms if "vms" in wanted else None)
        found["templates"] = _chosen(templates, told, "templates", params, found)
    if "disks" in wanted:
        found["disks"] = _chosen(disks, describe_disks(disks, here), "disks", params, found)
    return found


def data_domains(attached: Sequence[Domain], data_center: DataCenter, asked: Sequence[str] | None) -> list[Domain]:
    """The data domains of a data center that ``asked`` names, by name, id or pattern; all of them for nothing.

    Raises NotFound for one that is not there.
    """
    data = [domain for domain in attached if domain.type == "data"]
    selection = select(data, asked or ["*"], kind="storage domain")
    missing = [name for name in selection.unmatched if name != "*"]
    if missing:
        raise NotFound(kind="data domain", asked=", ".join(missing), place=f"data center {data_center.name}")
    return list(selection.chosen)


def registered_vms(client: Client, data_center: DataCenter) -> dict[str, t.Any]:
    """The registered VMs of a data center by id."""
    clusters = {cluster.id for cluster in reads.clusters(client, data_center.id)}
    return {vm.id: vm for vm in reads.vms(client) if vm.cluster_id in clusters}


def _chosen(
    records: Sequence[R], told: list[Told], kind: str, params: Mapping[str, t.Any], found: dict[str, t.Any]
) -> list[Told]:
    """What the option of a kind asks for, all of it without; selectors that met nothing go into ``unmatched``."""
    asked = params[kind]
    if asked is None:
        return told
    selection = select(records, asked, kind=f"unregistered {kind[:-1]}", shared_names=True)
    if selection.unmatched:
        found["unmatched"][kind] = list(selection.unmatched)
    ids = {record.id for record in selection.chosen}
    return [one for one in told if one["id"] in ids]
