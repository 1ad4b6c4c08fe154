# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""unregistered_info: what lies on attached domains and is not known to the engine."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.select import select
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import NotFound
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import BLANK_TEMPLATE, Domain

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


def unregistered(client: Client, params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The unregistered entities of the given kinds, each once; see the module unregistered_info for the shape."""
    data_center = reads.data_center(client, params["data_center"])
    attached = reads.attached_domains(client, data_center.id)
    data = [domain for domain in attached if domain.type == "data"]
    selection = select(data, params["domains"] or ["*"], kind="storage domain")
    missing = [name for name in selection.unmatched if name != "*"]
    if missing:
        raise NotFound(kind="data domain", asked=", ".join(missing), place=f"data center {data_center.name}")
    names = {domain.id: domain.name for domain in selection.chosen}
    found: dict[str, t.Any] = {"domains": [domain.name for domain in selection.chosen]}
    for kind in params["kinds"]:
        found[kind] = READERS[kind](client, selection.chosen, names)
    return found


def _vms(client: Client, domains: Sequence[Domain], names: Mapping[str, str]) -> list[dict[str, t.Any]]:
    return [
        {
            "id": vm.id,
            "name": vm.name,
            "template_id": "" if vm.template_id == BLANK_TEMPLATE else vm.template_id,
            "architecture": vm.architecture,
            "memory": vm.memory,
            "status": vm.status,
            "domains": [names[domain_id] for domain_id in vm.domain_ids],
        }
        for vm in reads.unregistered_vms(client, domains)
    ]


def _templates(client: Client, domains: Sequence[Domain], names: Mapping[str, str]) -> list[dict[str, t.Any]]:
    return [
        {
            "id": template.id,
            "name": template.name,
            "version": template.version,
            "base_template_id": template.base_id,
            "architecture": template.architecture,
            "domains": [names[domain_id] for domain_id in template.domain_ids],
        }
        for template in reads.unregistered_templates(client, domains)
    ]


def _disks(client: Client, domains: Sequence[Domain], names: Mapping[str, str]) -> list[dict[str, t.Any]]:
    return [
        {
            "id": disk.id,
            "name": disk.name,
            "provisioned_size": disk.provisioned_size,
            "domains": [names[domain_id] for domain_id in disk.domain_ids],
        }
        for disk in reads.unregistered_disks(client, domains)
    ]


READERS: dict[str, Callable[[t.Any, Sequence[Domain], Mapping[str, str]], list[dict[str, t.Any]]]] = {
    "vms": _vms,
    "templates": _templates,
    "disks": _disks,
}
