# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data center that receives: everything that the options of a register name in it, looked up before any write."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.register import RegisterSettings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import logins
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import (
    Mappings,
    by_login,
    mappings_from,
    missing_targets,
    registration_configuration,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_clusters import Placement
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_wishes import Wish, wishes_from
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import one
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Cluster
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.active_domains import active_domains
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.wanted_quotas import sources, wanted_quotas
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory, read_inventory

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


class Target:
    """The data center, its clusters and domains, and what is to be used there in place of what the source has.

    kind: "vm" or "template", what is registered. BadInput, NotFound or Ambiguous for what the options name wrongly.
    """

    def __init__(self, context: Context, params: Mapping[str, t.Any], kind: str) -> None:
        client = context.client
        chap, wrong = logins(params.get("chap") or ())
        if wrong:
            raise BadInput("; ".join(wrong))
        self.wishes: Sequence[Wish] = wishes_from(params["each"], kind)
        self.inventory: Inventory | None = (
            read_inventory(params["inventory"], params["inventory_site"]) if params["inventory"] else None
        )
        mappings = mappings_from(params["mappings"], chap)
        client.hide(*(pair.password for pair in mappings.luns))
        self._context = context
        self._reassign = bool(params.get("reassign_bad_macs"))
        self.mappings, self.warnings = by_login(mappings, _users(self.inventory))
        self.data_center = reads.data_center(client, params["data_center"])
        clusters = reads.clusters(client, self.data_center.id)
        self.cluster_ids = frozenset(cluster.id for cluster in clusters)
        self._cluster = self._find(clusters, params["cluster"]) if params["cluster"] else None
        self.placement = Placement(
            default=self._cluster,
            wished={wish.cluster: self._find(clusters, wish.cluster) for wish in self.wishes if wish.cluster},
            sources=_clusters_at_the_source(self.inventory),
            mapped={pair.source: pair.target for pair in mappings.of("clusters")},
            clusters={cluster.name: cluster for cluster in clusters},
        )
        self._profiles = (
            {key: profile.id for key, profile in reads.vnic_profiles(client, self.data_center.id).items()}
            if mappings.vnic_profiles
            else {}
        )
        problems = missing_targets(mappings, existing_targets(client, mappings, clusters, self._profiles))
        if problems:
            raise BadInput("; ".join(problems))
        self.quotas = wanted_quotas(
            client, self.data_center, params["quota"] or "", mappings.of("quotas"), self.inventory, self.wishes
        )
        if self.quotas is not None and self.quotas.asked and not context.wait:
            raise BadInput("a quota is given after the register, so 'wait: false' cannot be said with one")
        self.domains, self.not_proven, unknown = active_domains(context, self.data_center, params["domains"])
        self.warnings += unknown

    def settings(self) -> RegisterSettings:
        """The settings of the register action."""
        return RegisterSettings(
            cluster_id=self._cluster.id if self._cluster is not None else "",
            configuration=registration_configuration(self.mappings, self._profiles),
            reassign_bad_macs=self._reassign,
            timeout=self._context.timeout,
            call_timeout=self._context.call_timeout,
            wait=self._context.wait,
        )

    def _find(self, clusters: Sequence[Cluster], asked: str) -> Cluster:
        return one(clusters, asked, kind="cluster", place=f"data center {self.data_center.name}")


def _clusters_at_the_source(inventory: Inventory | None) -> dict[str, str]:
    """Id of a VM or template -> the name of its cluster at the source."""
    return {one.id: one.cluster for one in sources(inventory) if one.cluster}


def _users(inventory: Inventory | None) -> dict[str, set[str]]:
    """Users' domain at the source -> the logins in it that have permissions of their own."""
    found: dict[str, set[str]] = {}
    for holder in sources(inventory):
        for permission in holder.permissions:
            if permission.user:
                found.setdefault(permission.domain, set()).add(permission.user)
    return found


def existing_targets(
    client: Client,
    mappings: Mappings,
    clusters: list[Cluster],
    profiles: Mapping[tuple[str, str], str],
) -> dict[str, set[str]]:
    """The names that exist in the target for each kind of mapping that is used; each collection is read once."""
    existing = {"clusters": {cluster.name for cluster in clusters}}
    if mappings.vnic_profiles:
        existing["vnic_profiles"] = {"/".join(key) for key in profiles}
    if mappings.of("affinity_groups"):
        existing["affinity_groups"] = {group.name for group in reads.affinity_groups(client, clusters)}
    for option, collection in (("affinity_labels", "affinitylabels"), ("roles", "roles"), ("user_domains", "domains")):
        if mappings.of(option):
            existing[option] = {record.name for record in reads.named(client, collection)}
    if mappings.of("quotas") and clusters:
        existing["quotas"] = {quota.name for quota in reads.quotas(client, clusters[0].data_center_id)}
    return existing
