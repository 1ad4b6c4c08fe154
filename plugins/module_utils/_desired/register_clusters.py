# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Into which cluster an entity comes, as far as that is known before its register, and whether it fits (contract 04,
4.3, rows 6 and 23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.register_wishes import Wish
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    Cluster,
    UnregisteredTemplate,
    UnregisteredVm,
)

UNKNOWN = ("", "undefined")


@dataclass(frozen=True)
class Placement:
    """The clusters of the target. default: the one for all, if one was named.

    wished: what wishes call a cluster -> the cluster; sources: entity id -> name of its cluster at the source, by an
    inventory; mapped: name at the source -> name in the target; clusters: name -> cluster of the target.
    """

    default: Cluster | None = None
    wished: Mapping[str, Cluster] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    mapped: Mapping[str, str] = field(default_factory=dict)
    clusters: Mapping[str, Cluster] = field(default_factory=dict)

    def of(self, entity: UnregisteredVm | UnregisteredTemplate, wish: Wish) -> Cluster | None:
        """The cluster that an entity will be in; None when only its description on the storage tells."""
        if wish.cluster:
            return self.wished[wish.cluster]
        if self.default is not None:
            return self.default
        source = self.sources.get(entity.id, "")
        return self.clusters.get(self.mapped.get(source, source))

    def for_template(self, wish: Wish) -> str:
        """The id of the cluster for a template that comes along, where nothing but the wish for its VM names one."""
        if not wish.cluster or self.default is not None or self.mapped:
            return ""
        return self.wished[wish.cluster].id

    def misfit(self, entity: UnregisteredVm | UnregisteredTemplate, wish: Wish) -> str:
        """Why an entity cannot come into its cluster, or nothing."""
        cluster = self.of(entity, wish)
        if cluster is None or entity.architecture in UNKNOWN or cluster.architecture in UNKNOWN:
            return ""
        if entity.architecture == cluster.architecture:
            return ""
        return (
            f"{entity.name} ({entity.id}) is of the architecture {entity.architecture}, and cluster {cluster.name} of "
            f"{cluster.architecture}; choose a cluster of its own architecture"
        )

    def warning(self, entity: UnregisteredVm | UnregisteredTemplate, wish: Wish) -> str:
        """What becomes of an entity that asks for a newer cluster than it gets, or nothing."""
        cluster = self.of(entity, wish)
        if cluster is None or cluster.version is None or entity.compatibility is None:
            return ""
        if entity.compatibility <= cluster.version:
            return ""
        return (
            f"{entity.name} asks for compatibility version {_shown(entity.compatibility)}, and cluster {cluster.name} "
            f"has {_shown(cluster.version)}: some of its features may be missing there"
        )


def _shown(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
