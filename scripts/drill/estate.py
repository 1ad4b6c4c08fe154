# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate of a drill and the plan that recovers it, written as the files that a user would have."""

from __future__ import annotations

import fnmatch
import json
import pathlib
import typing as t

import yaml
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import grow

Record = t.Mapping[str, t.Any]


def make_estate(vms: int, domains: int) -> dict[str, t.Any]:
    """The recorded estate, grown when more is asked for."""
    estate = load(DRILL)
    return dict(grow(estate, vms=vms or None, domains=domains or None) if vms or domains else estate)


def make_plan(estate: Record, urls: t.Mapping[str, str], inventory: str, way: str = "other_engine") -> dict[str, t.Any]:
    """The plan that recovers the estate in one way (ways.py): all of it at another engine, or at the main site's engine
    what lies on lost file storage. The estate is the one that the way can be shown on."""
    primary = _site(estate, "primary")
    # A site that has both data centers holds that of the main site first.
    target = primary if way == "repoint" else estate["sites"][-1]
    plan: dict[str, t.Any] = {
        "version": 1,
        "sites": {
            "primary": {
                "url": urls["primary"],
                "data_center": primary["data_centers"][0]["name"],
                "inventory": inventory,
            },
            "recovery": {"url": urls[target["name"]], "data_center": target["data_centers"][-1]["name"]},
        },
        "storage": _storage(estate, primary, way),
        "mappings": {
            "clusters": [
                {"primary": primary["clusters"][0]["name"], "recovery": target["clusters"][-1]["name"]},
            ],
            "vnic_profiles": _profiles(primary),
            "luns": _luns(estate, primary),
        },
        "groups": [
            {"name": "infrastructure", "vms": ["dns*"]},
            {"name": "databases", "vms": ["db*"]},
            {"name": "applications", "vms": ["app*", "file*", "legacy*", "mail*", "web*"]},
            {"name": "installers", "vms": ["pxe*"], "start": False},
        ],
    }
    if way == "repoint":
        # Nothing is registered anew.
        del plan["mappings"]
    if way in ("other_data_center", "move"):
        # A VM without disks lies on no domain: it stays where it is.
        plan["groups"] = plan["groups"][:-1]
    return plan


def write_files(
    estate: Record, urls: t.Mapping[str, str], folder: pathlib.Path, way: str = "other_engine"
) -> pathlib.Path:
    """Write inventory and plan, or the variables of a move, below ``folder``; returns the path of the latter."""
    (folder / "estate.json").write_text(json.dumps(estate), encoding="utf-8")
    plan = folder / plan_name(way)
    made = make_plan(estate, urls, "estate.json", way)
    text = yaml.safe_dump(_move(made) if way == "move" else made, sort_keys=False, width=120)
    plan.write_text(f"---\n{text}", encoding="utf-8")
    return plan


def plan_name(way: str) -> str:
    """The file that says what a drill of this way brings."""
    return "move.yml" if way == "move" else "dr_plan.yml"


def _move(plan: Record) -> dict[str, t.Any]:
    """The variables of the role domain_move that bring what a plan brings."""
    sites = plan["sites"]
    pairs = [{"from": pair["primary"], "to": pair["recovery"]} for pair in plan["mappings"]["clusters"]]
    return {
        "domain_move_domains": [domain["name"] for domain in plan["storage"]],
        "domain_move_from": sites["primary"]["data_center"],
        "domain_move_to": sites["recovery"]["data_center"],
        "domain_move_mappings": {"clusters": pairs},
    }


def numbers(estate: Record, plan: Record) -> dict[str, int]:
    """How much the plan recovers: VMs of its groups, templates, domains and the image disks on these domains."""
    primary = _site(estate, "primary")
    ids = {domain["id"] for domain in plan["storage"]}
    return {
        "vms": sum(_in_groups(estate, plan["groups"])),
        "templates": sum(template["name"] != "Blank" for template in primary["templates"]),
        "domains": len(ids),
        "disks": sum(
            bool(ids & set(_domain_ids(disk))) and disk.get("content_type") != "ovf_store" for disk in primary["disks"]
        ),
    }


def waves(estate: Record, plan: Record) -> list[int]:
    """How many VMs the plan starts together, group after group."""
    return _in_groups(estate, [group for group in plan["groups"] if group.get("start", True)])


def _in_groups(estate: Record, groups: t.Iterable[Record]) -> list[int]:
    names = [vm["name"] for vm in _site(estate, "primary")["vms"]]
    return [
        sum(any(fnmatch.fnmatchcase(name, pattern) for pattern in group["vms"]) for name in names) for group in groups
    ]


def _site(estate: Record, name: str) -> Record:
    return next(site for site in estate["sites"] if site["name"] == name)


def _storage(estate: Record, primary: Record, way: str) -> list[dict[str, t.Any]]:
    files, blocks = _file_domains(estate, primary), _block_domains(estate, primary)
    if way == "other_engine":
        return [*files, *blocks]
    if way == "repoint":
        # The array of the block domain works on, and its replica has other LUN ids.
        return [{**domain, "way": way} for domain in files]
    # Block storage is seen from both data centers. A data center that keeps anything keeps its master.
    (master,) = (domain["id"] for domain in primary["storage_domains"] if _masters(domain, primary))
    here = [{**domain, "at": {**domain["at"], "recovery": domain["at"]["primary"]}} for domain in blocks]
    return [{**domain, "way": way} for domain in (*files, *here) if domain["id"] != master]


def _masters(domain: Record, primary: Record) -> bool:
    """Whether it is the master of the main site's own data center."""
    held = (domain.get("data_centers") or {}).get("data_center") or {}
    centers = [center["id"] for center in (held if isinstance(held, list) else [held])]
    return domain["master"] == "true" and primary["data_centers"][0]["id"] in centers


def _file_domains(estate: Record, primary: Record) -> list[dict[str, t.Any]]:
    names = {domain["id"]: domain["name"] for domain in primary["storage_domains"]}
    replicas = {_place(pair["from"]): pair["to"] for pair in estate["storage"]["replicas"] if "path" in pair["from"]}
    return [
        {
            "name": names[export["domain"]],
            "id": export["domain"],
            "at": {"primary": _address(export), "recovery": _address(replicas[_place(export)])},
        }
        for export in estate["storage"]["exports"]
        if export["domain"] in names and _place(export) in replicas
    ]


def _block_domains(estate: Record, primary: Record) -> list[dict[str, t.Any]]:
    """The domains on LUNs: what tells them is their id, whatever the ids of the LUNs at either site."""
    names = {domain["id"]: domain["name"] for domain in primary["storage_domains"]}
    units = {lun["id"]: lun for lun in estate["storage"]["luns"]}
    replicas = {
        pair["from"]["lun"]: units[pair["to"]["lun"]] for pair in estate["storage"]["replicas"] if "lun" in pair["from"]
    }
    return [
        {
            "name": names[unit["domain"]],
            "id": unit["domain"],
            "type": unit["type"],
            "at": {"primary": _portal(unit), "recovery": _portal(replicas[unit["id"]])},
        }
        for unit in units.values()
        if unit.get("domain") in names and unit["id"] in replicas
    ]


def _portal(unit: Record) -> dict[str, t.Any]:
    target = {"address": unit["address"], "port": int(unit["port"]), "target": unit["target"]}
    return {"targets": [target]}


def _place(export: Record) -> tuple[str, str]:
    return export["address"], export["path"]


def _address(export: Record) -> dict[str, str]:
    return {"address": export["address"], "path": export["path"]}


def _profiles(primary: Record) -> list[dict[str, t.Any]]:
    networks = {network["id"]: network["name"] for network in primary["networks"]}
    found = [
        {"network": networks[profile["network"]["id"]], "profile": profile["name"]}
        for profile in primary["vnic_profiles"]
    ]
    names = dict.fromkeys((profile["network"], profile["profile"]) for profile in found)
    return [
        {site: {"network": network, "profile": profile} for site in ("primary", "recovery")}
        for network, profile in names
    ]


def _luns(estate: Record, primary: Record) -> list[dict[str, t.Any]]:
    """The direct LUNs of the site with their replicas."""
    units = {lun["id"]: lun for lun in estate["storage"]["luns"]}
    used = {disk["lun_storage"]["id"] for disk in primary["disks"] if disk.get("lun_storage")}
    return [
        {"primary": _lun(units[pair["from"]["lun"]]), "recovery": _lun(units[pair["to"]["lun"]])}
        for pair in estate["storage"]["replicas"]
        if pair["from"].get("lun") in used
    ]


def _lun(unit: Record) -> dict[str, t.Any]:
    return {
        "id": unit["id"],
        "type": unit["type"],
        "address": unit["address"],
        "port": int(unit["port"]),
        "target": unit["target"],
    }


def _domain_ids(disk: Record) -> list[str]:
    held = (disk.get("storage_domains") or {}).get("storage_domain") or []
    return [domain["id"] for domain in (held if isinstance(held, list) else [held])]
