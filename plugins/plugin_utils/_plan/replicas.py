# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no engine knows and a plan does: where storage is replicated to. It is added to an estate, so that a rehearsal
finds the replicas where the plan says that they are (the estate's format: docs/estate.md)."""

from __future__ import annotations

import typing as t
import uuid
from collections.abc import Mapping

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.errors import PlanError

Record = Mapping[str, t.Any]
Estate = Mapping[str, t.Any]
PORT = "3260"


def with_replicas(estate: Estate, plan: Record) -> dict[str, t.Any]:
    """The estate with a replica at every place of the plan where nothing lies yet, of the domain or LUN that lies at
    another place of it. What the estate has already stays. Raises PlanError for a domain or LUN that is nowhere."""
    adding = _Adding(estate)
    for domain in plan["storage"]:
        adding.domain(domain)
    for pair in (plan.get("mappings") or {}).get("luns") or ():
        adding.lun(pair)
    if adding.problems:
        raise PlanError(adding.problems)
    return {**estate, "storage": {**estate["storage"], **adding.storage}}


def twin_sites(estate: Estate, plan: Record) -> dict[str, str]:
    """Site of the plan -> site of the estate: the one of that name, or of another site of the plan at the same engine.

    Raises PlanError for a site of which the estate holds nothing."""
    there = {site["name"] for site in estate["sites"]}
    by_url = {site["url"]: name for name, site in plan["sites"].items() if name in there}
    found = {name: name if name in there else by_url.get(site["url"], "") for name, site in plan["sites"].items()}
    missing = sorted(name for name, held in found.items() if not held)
    if missing:
        known = ", ".join(sorted(there))
        raise PlanError([f"sites: the estate holds no site {name}, only {known}; export it too" for name in missing])
    return found


class _Adding:
    """The storage of an estate, with what is added."""

    def __init__(self, estate: Estate) -> None:
        held = estate["storage"]
        self.storage: dict[str, list[dict[str, t.Any]]] = {
            key: [dict(record) for record in held.get(key, ())] for key in ("exports", "luns", "replicas")
        }
        self.problems: list[str] = []
        self._hosts = {
            site["name"]: [host["id"] for host in site.get("hosts", ()) if host.get("status") == "up"]
            for site in estate["sites"]
        }

    def domain(self, domain: Record) -> None:
        """Replicas of a domain at all of its places in the plan."""
        if domain.get("type", "nfs") in ("iscsi", "fcp"):
            self._block(domain)
        else:
            self._file(domain)

    def _file(self, domain: Record) -> None:
        source = next((export for export in self.storage["exports"] if export.get("domain") == domain["id"]), None)
        if source is None:
            self.problems.append(f"storage: {domain['name']} lies on no export of the estate")
            return
        for place in domain["at"].values():
            end = {"address": place.get("address", ""), "path": place["path"]}
            there = next((export for export in self.storage["exports"] if _is(export, end)), None)
            if there is None:
                self.storage["exports"].append({**end, "domain": None})
            if there is None or there.get("domain") is None:
                self._replica({"address": source["address"], "path": source["path"]}, end)

    def _block(self, domain: Record) -> None:
        sources = [unit for unit in self.storage["luns"] if unit.get("domain") == domain["id"]]
        if not sources:
            self.problems.append(f"storage: {domain['name']} lies on no LUN of the estate")
        for source in sources:
            for site, place in domain["at"].items():
                targets = [_target(target) for target in place.get("targets", ())]
                if not any(self._shown(unit, site, targets) for unit in (source, *self._copies(source))):
                    self._lun(source, site, {"type": domain["type"], **(targets[0] if targets else {})})

    def lun(self, pair: Mapping[str, Record]) -> None:
        """The replicas of a direct LUN."""
        known = {unit["id"]: unit for unit in self.storage["luns"]}
        source = next((known[held["id"]] for held in pair.values() if held["id"] in known), None)
        if source is None:
            names = ", ".join(held["id"] for held in pair.values())
            self.problems.append(f"mappings.luns: none of {names} is a LUN of the estate")
            return
        for site, held in pair.items():
            if held["id"] not in known:
                target = _target(held) if "target" in held else {}
                self._lun(source, site, {"type": held["type"], **target}, held["id"])

    def _copies(self, source: Record) -> list[dict[str, t.Any]]:
        """The replicas that a LUN has already."""
        ids = {pair["to"]["lun"] for pair in self.storage["replicas"] if pair["from"].get("lun") == source["id"]}
        return [unit for unit in self.storage["luns"] if unit["id"] in ids]

    def _shown(self, unit: Record, site: str, targets: list[dict[str, str]]) -> bool:
        """Whether a LUN is at one of these targets, or, without targets, seen by the hosts of a site."""
        if targets:
            return any(_is(unit, target) for target in targets)
        return bool(set(unit.get("hosts", ())) & set(self._hosts.get(site, ())))

    def _lun(self, source: Record, site: str, place: dict[str, str], identity: str = "") -> None:
        """A LUN like another one, at another place. One on Fibre Channel is seen by the hosts of its site, one on iSCSI
        by those that sign in."""
        where = ("address", "port", "target", "portal", "domain", "hosts", "serial", "type")
        unit = {key: value for key, value in source.items() if key not in where}
        unit |= {"id": identity or _wwid(source["id"], site), **place, "domain": None}
        if "target" in place:
            unit["portal"] = f"{place['address']}:{place['port']},1"
        unit["hosts"] = [] if "target" in place else self._hosts.get(site, [])
        self.storage["luns"].append(unit)
        self._replica({"lun": source["id"]}, {"lun": unit["id"]})

    def _replica(self, source: Record, target: Record) -> None:
        pair = {"from": dict(source), "to": dict(target)}
        if pair not in self.storage["replicas"] and pair["from"] != pair["to"]:
            self.storage["replicas"].append(pair)


def _is(held: Record, place: Record) -> bool:
    return all(held.get(key) == value for key, value in place.items())


def _target(given: Record) -> dict[str, str]:
    return {"address": given["address"], "port": str(given.get("port", PORT)), "target": given["target"]}


def _wwid(identity: str, site: str) -> str:
    """The id of a replica that nobody knows yet: like that of a real LUN, and the same in every run."""
    return f"36001405{uuid.uuid5(uuid.NAMESPACE_OID, f'{identity}/{site}').hex[:25]}"
