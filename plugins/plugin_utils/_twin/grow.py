# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes an estate larger: more VMs in the mix that is there, more NFS data domains, everything consistent and
repeatable.

What was there stays as it is. Clones share every part that does not differ, so that ten thousand VMs fit into
memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from random import Random
from typing import Any
from uuid import UUID

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import (
    Estate,
    EstateError,
    Record,
    listed,
    members,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import mac_number, mac_of, mac_text

VMS_PER_TEMPLATE = 10
"""Thin VMs that share one template, as in the measured estates (baseline, section 0)."""


def grow(
    estate: Estate, *, vms: int | None = None, domains: int | None = None, site: str | None = None, seed: int = 1
) -> Estate:
    """An estate whose first site (or the named one) has this many VMs and this many data domains besides the master.

    Raises EstateError when asked for less than is there, for more than the MAC pool holds, or for what cannot be
    cloned."""
    number = next((n for n, s in enumerate(estate["sites"]) if site in (None, s["name"])), None)
    if number is None:
        raise EstateError(f"no site '{site}' to grow")
    grower = _Grower(estate, number, seed)
    if domains is not None:
        grower.domains(domains)
    if vms is not None:
        grower.vms(vms)
    return grower.result()


class _Grower:
    """The grown site under construction; every list is a copy, every record is shared until it differs."""

    def __init__(self, estate: Estate, number: int, seed: int) -> None:
        self._estate, self._number = estate, number
        self._site: dict[str, Any] = {
            k: list(v) if isinstance(v, list) else v for k, v in estate["sites"][number].items()
        }
        self._storage: dict[str, Any] = {k: list(v) for k, v in estate["storage"].items()}
        self._random = Random(f"{self._site['name']}/{seed}")
        self._domains = [
            d
            for d in self._site["storage_domains"]
            if d["type"] == "data" and "path" in d["storage"] and d["master"] != "true"
        ]
        self._original = {d["id"] for d in self._site["storage_domains"]}

    def result(self) -> Estate:
        """The estate with the grown site in it."""
        sites = list(self._estate["sites"])
        sites[self._number] = self._site
        return {**self._estate, "sites": sites, "storage": self._storage}

    def _id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    # domains

    def domains(self, wanted: int) -> None:
        """Clones NFS data domains, with their exports, connections, profiles and replicas."""
        there = [d for d in self._site["storage_domains"] if d["type"] == "data" and d["master"] != "true"]
        if wanted < len(there):
            raise EstateError(f"site {self._site['name']} has {len(there)} data domains already, {wanted} are fewer")
        if wanted > len(there) and not self._domains:
            raise EstateError(f"site {self._site['name']} has no NFS data domain to clone")
        source = self._domains[0] if self._domains else {}
        for number in range(len(there) + 1, wanted + 1):
            self._domain(source, f"data-{number:03d}")

    def _domain(self, source: Record, name: str) -> None:
        path = f"/exports/{name}"
        address = source["storage"]["address"]
        connection = {"id": self._id(), "address": address, "path": path, "type": "nfs"}
        domain = {
            **source,
            "id": self._id(),
            "name": name,
            "storage": {**source["storage"], "path": path},
            "storage_connections": [{"id": connection["id"]}],
        }
        self._site["storage_domains"].append(domain)
        self._site["storage_connections"].append(connection)
        self._site["disk_profiles"].append({"id": self._id(), "name": name, "storage_domain": {"id": domain["id"]}})
        self._storage["exports"].append({"address": address, "path": path, "domain": domain["id"]})
        replica = next(
            (
                r
                for r in self._storage["replicas"]
                if r["from"].get("path") == source["storage"]["path"] and r["from"].get("address") == address
            ),
            None,
        )
        if replica is not None:
            end = {"address": replica["to"]["address"], "path": path}
            self._storage["exports"].append({**end, "domain": None})
            self._storage["replicas"].append({"from": {"address": address, "path": path}, "to": end})
        self._domains.append(domain)

    # VMs

    def vms(self, wanted: int) -> None:
        """Clones VMs in the mix of those that are there, without direct LUNs, spread over the NFS data domains."""
        there = self._site["vms"]
        if wanted < len(there):
            raise EstateError(f"site {self._site['name']} has {len(there)} VMs already, {wanted} are fewer")
        models = [vm for vm in there if not self._has_lun(vm) and len(vm["snapshots"]) == 1 and vm["disk_attachments"]]
        if wanted > len(there) and (not models or not self._domains):
            raise EstateError(f"site {self._site['name']} has no VM or no NFS data domain to clone")
        macs = self._macs()
        spread = cycle(self._domains)
        disks = {disk["id"]: disk for disk in self._site["disks"]}
        profiles = {p["storage_domain"]["id"]: p["id"] for p in self._site["disk_profiles"]}
        templates = _Templates(self, disks, profiles)
        names = {vm["name"] for vm in there}
        for number, model in enumerate(islice(cycle(models), wanted - len(there)), len(there) + 1):
            domain = next(spread)
            name = f"{model['name'].rstrip('0123456789')}-{number:05d}"
            if name in names:
                raise EstateError(f"site {self._site['name']} has a VM {name} already")
            self._vm(model, name, domain, macs, disks, profiles, templates)

    def _has_lun(self, vm: Record) -> bool:
        held = {a["id"] for a in vm["disk_attachments"]}
        return any("lun_storage" in disk for disk in self._site["disks"] if disk["id"] in held)

    def _macs(self) -> Iterator[str]:
        pool = self._site["mac_pools"][0]
        used = {mac_of(nic) for vm in self._site["vms"] for nic in vm["nics"]}
        for entry in listed(pool["ranges"]["range"]):
            for value in range(mac_number(entry["from"]), mac_number(entry["to"]) + 1):
                if mac_text(value) not in used:
                    yield mac_text(value)

    def _vm(
        self,
        model: Record,
        name: str,
        domain: Record,
        macs: Iterator[str],
        disks: dict[str, Record],
        profiles: dict[str, str],
        templates: _Templates,
    ) -> None:
        identity = self._id()
        template = templates.for_model(model, domain)
        attachments = []
        for attachment in model["disk_attachments"]:
            source = disks[attachment["id"]]
            fresh = self._id()
            label = f"{name}{source['name'][len(model['name']) :]}"
            self._site["disks"].append(
                {
                    **source,
                    "id": fresh,
                    "name": label,
                    "alias": label,
                    "image_id": self._id(),
                    "disk_profile": {"id": profiles[domain["id"]]},
                    "storage_domains": {"storage_domain": {"id": domain["id"]}},
                }
            )
            attachments.append({**attachment, "id": fresh, "disk": {"id": fresh}})
        nics = []
        for nic in model["nics"]:
            mac = next(macs, None)
            if mac is None:
                raise EstateError(f"the MAC pool of site {self._site['name']} is used up at VM {name}")
            nics.append({**nic, "id": self._id(), "mac": {"address": mac}})
        vm = {key: value for key, value in model.items() if key not in ("host", "start_time", "run_once")}
        vm.update(
            {
                "id": identity,
                "name": name,
                "status": "down",
                "disk_attachments": attachments,
                "nics": nics,
                "snapshots": [{**model["snapshots"][0], "id": self._id()}],
                "affinity_labels": [],
                "tags": [],
                **template,
            }
        )
        if isinstance(vm["display"], dict) and "certificate" in vm["display"]:
            vm["display"] = {
                k: v for k, v in vm["display"].items() if k not in ("certificate", "address", "port", "secure_port")
            }
        self._site["vms"].append(vm)

    def add_template(
        self, model: Record, number: int, domain: Record, disks: dict[str, Record], profiles: dict[str, str]
    ) -> Record:
        """A further base template like a model, on a domain."""
        name = f"{model['name']}-{number:03d}"
        identity = self._id()
        attachments = []
        for attachment in model["disk_attachments"]:
            source = disks[attachment["id"]]
            fresh = self._id()
            self._site["disks"].append(
                {
                    **source,
                    "id": fresh,
                    "name": f"{name}_os",
                    "alias": f"{name}_os",
                    "image_id": self._id(),
                    "disk_profile": {"id": profiles[domain["id"]]},
                    "storage_domains": {"storage_domain": {"id": domain["id"]}},
                }
            )
            attachments.append({**attachment, "id": fresh, "disk": {"id": fresh}})
        version = {
            **model["version"],
            "version_name": "base version",
            "version_number": "1",
            "base_template": {"id": identity},
        }
        template = {
            **model,
            "id": identity,
            "name": name,
            "disk_attachments": attachments,
            "version": version,
            "nics": [{**nic, "id": self._id()} for nic in model["nics"]],
        }
        self._site["templates"].append(template)
        return template

    def template(self, identity: str) -> Record | None:
        """A template of the site with disks."""
        return next((t for t in self._site["templates"] if t["id"] == identity and members_or_none(t)), None)


def members_or_none(template: Record) -> bool:
    """Whether a template has disks."""
    return bool(template.get("disk_attachments"))


class _Templates:
    """Which template a cloned VM stands on: a new one for every ten thin VMs of a domain; none stays none."""

    def __init__(self, grower: _Grower, disks: dict[str, Record], profiles: dict[str, str]) -> None:
        self._grower, self._disks, self._profiles = grower, disks, profiles
        self._open: dict[tuple[str, str], tuple[Record, int]] = {}
        self._made = 0

    def for_model(self, model: Record, domain: Record) -> dict[str, Any]:
        """The template references of a clone of this VM on this domain."""
        source = self._grower.template(model["template"]["id"])
        if source is None:
            return {}
        key = (source["id"], domain["id"])
        template, used = self._open.get(key, (None, VMS_PER_TEMPLATE))
        if template is None or used >= VMS_PER_TEMPLATE:
            self._made += 1
            template, used = self._grower.add_template(source, self._made, domain, self._disks, self._profiles), 0
        self._open[key] = (template, used + 1)
        return {"template": {"id": template["id"]}, "original_template": {"id": template["id"]}}


def counts(estate: Estate, site: str) -> dict[str, int]:
    """What a plan or a floor needs to know of a site: VMs, templates, domains, images."""
    held = next(s for s in estate["sites"] if s["name"] == site)
    images = [d for d in held["disks"] if members(d, "storage_domains", "storage_domain")]
    return {
        "vms": len(held["vms"]),
        "templates": sum(members_or_none(t) for t in held["templates"]),
        "domains": sum(d["master"] != "true" for d in held["storage_domains"]),
        "disks": len(images),
    }
