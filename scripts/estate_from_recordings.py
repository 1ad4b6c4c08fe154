# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the shipped estate file out of two recorded engine dumps.

    python scripts/estate_from_recordings.py RECORDINGS_DIRECTORY OUTPUT_FILE

A dump is a JSON lines file with one GET per line (path, status, response). Objects of the named data center are kept,
with everything global; objects of other data centers are dropped. The one thing no dump can tell is where the storage
of one site is replicated to at the other: REPLICAS says it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import listed, members, to_data, without
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import parse

Record = dict[str, Any]
API = "/ovirt-engine/api"

SITES = (
    ("primary", "10-drill-estate-engine1.jsonl", "Production"),
    ("recovery", "10-drill-estate-engine2.jsonl", "Recovery"),
)

REPLICAS: list[Record] = [
    {
        "from": {"address": "nfs-a.example", "path": f"/exports/{name}"},
        "to": {"address": "nfs-b.example", "path": f"/exports/{name}"},
    }
    for name in ("data-master", "data-web", "data-db")
] + [
    {"from": {"lun": "360014055a5a5a5a0000000100000001"}, "to": {"lun": "360014055b5b5b5b0000000100000001"}},
    {"from": {"lun": "360014055a5a5a5a0000000200000002"}, "to": {"lun": "360014055b5b5b5b0000000200000002"}},
]
"""Not recorded: the copies at the recovery side. The drill engines knew no replication."""

REPLICA_PORTAL = {"address": "192.0.2.150", "port": "3260", "target": "iqn.2026-01.example.site-b:san"}


class Dump:
    """The answers of one engine by path."""

    def __init__(self, path: Path) -> None:
        self._answers: dict[str, str] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if entry["status"] == 200:
                self._answers[unquote(entry["path"]).removeprefix(API)] = entry["response"]

    def members(self, path: str) -> list[Record]:
        """Records of a collection; nothing when it was not asked for."""
        text = self._answers.get(path)
        if text is None:
            return []
        return members(parse(text.encode()))

    def one(self, path: str) -> Record:
        """A single record."""
        record = to_data(parse(self._answers[path].encode()))
        if not isinstance(record, dict):
            raise SystemExit(f"{path} holds no record")
        return record


def refers(record: Record, tag: str, ids: Iterable[str]) -> bool:
    """Whether the record points to one of the ids with this element."""
    held = record.get(tag)
    return isinstance(held, dict) and held.get("id") in set(ids)


def vm_record(dump: Dump, vm: Record) -> Record:
    """A VM with its sub-collections."""
    base = f"/vms/{vm['id']}"
    return {
        **vm,
        "disk_attachments": [without(a, "vm") for a in dump.members(f"{base}/diskattachments")],
        "nics": [without(n, "vm") for n in dump.members(f"{base}/nics")],
        "snapshots": dump.members(f"{base}/snapshots"),
        "tags": [without(t, "vm") for t in dump.members(f"{base}/tags")],
        "permissions": [without(p, "vm") for p in dump.members(f"{base}/permissions")],
        "affinity_labels": [{"id": label["id"]} for label in dump.members(f"{base}/affinitylabels")],
        "cdroms": [without(c, "vm") for c in dump.members(f"{base}/cdroms")],
    }


def template_record(dump: Dump, template: Record) -> Record:
    """A template with its sub-collections."""
    base = f"/templates/{template['id']}"
    return {
        **template,
        "disk_attachments": [without(a, "template") for a in dump.members(f"{base}/diskattachments")],
        "nics": [without(n, "template") for n in dump.members(f"{base}/nics")],
        "tags": dump.members(f"{base}/tags"),
        "permissions": [without(p, "template") for p in dump.members(f"{base}/permissions")],
    }


def domain_record(dump: Dump, domain: Record, data_center: str) -> Record:
    """A storage domain: its top level form, with the status that only the data center tells (contract 03, 3.1)."""
    base = f"/storagedomains/{domain['id']}"
    inside = dump.one(f"/datacenters/{data_center}/storagedomains/{domain['id']}")
    record: Record = {}
    for key, value in domain.items():
        record[key] = value
        if key == "master":
            record["status"] = inside["status"]
    record["storage_connections"] = [{"id": c["id"]} for c in dump.members(f"{base}/storageconnections")]
    record["disk_snapshots"] = dump.members(f"{base}/disksnapshots")
    record["permissions"] = [without(p, "storage_domain") for p in dump.members(f"{base}/permissions")]
    return record


def host_record(dump: Dump, host: Record) -> Record:
    """A host with its devices and networks."""
    base = f"/hosts/{host['id']}"
    return {
        **host,
        "storages": [without(s, "host") for s in dump.members(f"{base}/storage")],
        "nics": [without(n, "host") for n in dump.members(f"{base}/nics")],
        "network_attachments": [without(a, "host") for a in dump.members(f"{base}/networkattachments")],
    }


def group_record(dump: Dump, group: Record) -> Record:
    """An affinity group with its members as references."""
    members = without(group, "vms", "hosts", "vm_labels", "host_labels")
    base = f"/clusters/{group['cluster']['id']}/affinitygroups/{group['id']}"
    for key, path in (("vms", "vms"), ("hosts", "hosts"), ("vm_labels", "vmlabels"), ("host_labels", "hostlabels")):
        members[key] = [{"id": member["id"]} for member in dump.members(f"{base}/{path}")]
    return members


def site(name: str, dump: Dump, data_center_name: str) -> Record:
    """Everything of one data center, and what is global."""
    data_center = next(d for d in dump.members("/datacenters") if d["name"] == data_center_name)
    dc = data_center["id"]
    clusters = [c for c in dump.members("/clusters") if refers(c, "data_center", [dc])]
    cluster_ids = [c["id"] for c in clusters]
    networks = [n for n in dump.members("/networks") if refers(n, "data_center", [dc])]
    domains = dump.members(f"/storagedomains?search=datacenter={data_center_name}")
    domain_ids = {d["id"] for d in domains}
    vms = [vm_record(dump, vm) for vm in dump.members(f"/vms?search=datacenter={data_center_name}")]
    attached = {a["id"] for vm in vms for a in vm["disk_attachments"]}
    disks = [
        disk
        for disk in dump.members("/disks")
        if disk["id"] in attached
        or domain_ids & {s["id"] for s in listed((disk.get("storage_domains") or {}).get("storage_domain"))}
    ]
    portals = {
        (unit.get("address"), unit.get("target"))
        for holder in [*disks, *[d["storage"].get("volume_group", {}) for d in domains]]
        for unit in listed((holder.get("lun_storage", holder).get("logical_units") or {}).get("logical_unit"))
    }
    used = {c["id"] for d in domains for c in dump.members(f"/storagedomains/{d['id']}/storageconnections")}
    disks = [dump.one(f"/disks/{disk['id']}") if "lun_storage" in disk else disk for disk in disks]
    labels = []
    for label in dump.members("/affinitylabels"):
        members = dump.members(f"/affinitylabels/{label['id']}/vms")
        if members:
            hosts = dump.members(f"/affinitylabels/{label['id']}/hosts")
            labels.append(
                {**label, "vms": [{"id": m["id"]} for m in members], "hosts": [{"id": h["id"]} for h in hosts]}
            )
    product = dump.one("/")["product_info"]
    return {
        "name": name,
        "engine": {"product_info": product},
        "data_centers": [
            {
                **data_center,
                "permissions": [without(p, "data_center") for p in dump.members(f"/datacenters/{dc}/permissions")],
            }
        ],
        "clusters": [
            {
                **c,
                "permissions": [without(p, "cluster") for p in dump.members(f"/clusters/{c['id']}/permissions")],
                "networks": [without(n, "cluster") for n in dump.members(f"/clusters/{c['id']}/networks")],
            }
            for c in clusters
        ],
        "hosts": [host_record(dump, h) for h in dump.members("/hosts") if refers(h, "cluster", cluster_ids)],
        "networks": networks,
        "vnic_profiles": [
            p for p in dump.members("/vnicprofiles") if refers(p, "network", [n["id"] for n in networks])
        ],
        "mac_pools": dump.members("/macpools"),
        "storage_domains": [domain_record(dump, d, dc) for d in domains],
        "storage_connections": [
            c
            for c in dump.members("/storageconnections")
            if c["id"] in used or (c.get("address"), c.get("target")) in portals - {(None, None)}
        ],
        "disk_profiles": [p for p in dump.members("/diskprofiles") if refers(p, "storage_domain", domain_ids)],
        "cpu_profiles": [p for p in dump.members("/cpuprofiles") if refers(p, "cluster", cluster_ids)],
        "quotas": dump.members(f"/datacenters/{dc}/quotas"),
        "disks": disks,
        "templates": [
            template_record(dump, t)
            for t in dump.members("/templates")
            if "cluster" not in t or refers(t, "cluster", cluster_ids)
        ],
        "vms": vms,
        "affinity_groups": [
            group_record(dump, g) for c in cluster_ids for g in dump.members(f"/clusters/{c}/affinitygroups")
        ],
        "affinity_labels": labels,
        "tags": dump.members("/tags"),
        "roles": dump.members("/roles"),
        "users": dump.members("/users"),
        "groups": [group for group in dump.members("/groups") if group["name"] != "Everyone"],
        "domains": [{**d, "users": dump.members(f"/domains/{d['id']}/users")} for d in dump.members("/domains")],
    }


def storage(sites: list[Record]) -> Record:
    """What lies on the arrays: exports and LUNs, with the domain they hold, and the replicas."""
    exports: list[Record] = []
    luns: dict[str, Record] = {}
    for entry in sites:
        for domain in entry["storage_domains"]:
            place = domain["storage"]
            if "path" in place:
                exports.append({"address": place.get("address", ""), "path": place["path"], "domain": domain["id"]})
        for host in entry["hosts"]:
            for device in host["storages"]:
                unit = device["logical_units"]["logical_unit"]
                kept = without(
                    unit, "active_paths", "paths", "status", "disk_id", "storage_domain_id", "volume_group_id"
                )
                known = luns.setdefault(unit["id"], {**kept, "type": device["type"], "hosts": []})
                known["hosts"].append(host["id"])
                if "storage_domain_id" in unit:
                    known["domain"] = unit["storage_domain_id"]
    for replica in REPLICAS:
        source, target = replica["from"], replica["to"]
        if "path" in target:
            exports.append({**target, "domain": None})
        else:
            copy = without(luns[source["lun"]], "domain", "hosts", "portal")
            luns[target["lun"]] = {
                **copy,
                "id": target["lun"],
                **REPLICA_PORTAL,
                "portal": f"{REPLICA_PORTAL['address']}:{REPLICA_PORTAL['port']},1",
                "hosts": [],
            }
    return {"exports": exports, "luns": list(luns.values()), "replicas": REPLICAS}


def main(recordings: Path, target: Path) -> None:
    """Reads the dumps, writes the estate."""
    sites = [site(name, Dump(recordings / file), data_center) for name, file, data_center in SITES]
    estate = {"format": "ovirt-dr-estate", "version": 1, "sites": sites, "storage": storage(sites)}
    target.write_text(json.dumps(estate, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
