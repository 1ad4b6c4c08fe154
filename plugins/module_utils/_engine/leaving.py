# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies on domains that are to leave, read in bulk: VMs and templates with all that may hold a domain back.

One list of each kind for the whole engine, because a lease or an ISO image may hold a domain on which a VM has no disk;
the number of requests does not grow with the number of VMs (contract 03, 3.6 and 3.7).
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import Record, inside, members, reference
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.follow import Part, Reader
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import BLANK_TEMPLATE
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import ident, text

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client

_ATTACHMENTS = Part("diskattachments", "disk_attachments", "disk_attachment")
_PERMISSIONS = Part("permissions", "permissions", "permission")
VM_PARTS = (_ATTACHMENTS, Part("snapshots", "snapshots", "snapshot"), Part("cdroms", "cdroms", "cdrom"), _PERMISSIONS)
TEMPLATE_PARTS = (_ATTACHMENTS, _PERMISSIONS)


@dataclass(frozen=True)
class Machine:
    """A VM or a template (``kind``). disks: disk id -> whether it is active; cd_ids: the images or files in its drives.

    status: of a VM; "" where only a template has one that does not matter. base_id: of a template version, its base.
    lease_domain_id: the domain that holds its lease, or ""; previewing: it previews a snapshot; permissions: its own
    ones as (user or group id, role id), those it inherits left out.
    """

    kind: str
    id: str
    name: str
    status: str = "down"
    delete_protected: bool = False
    origin: str = ""
    cluster_id: str = ""
    template_id: str = BLANK_TEMPLATE
    base_id: str = ""
    pool_id: str = ""
    lease_domain_id: str = ""
    previewing: bool = False
    disks: Mapping[str, bool] = field(default_factory=dict)
    cd_ids: tuple[str, ...] = ()
    permissions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Image:
    """A disk. domain_ids: where it lies, several for copies of a template's disk, none for a direct LUN (``lun``)."""

    id: str
    name: str
    domain_ids: frozenset[str]
    status: str = "ok"
    content_type: str = "data"
    shareable: bool = False
    lun: bool = False


@dataclass(frozen=True)
class Contents:
    """What an engine holds. transfers: disk id -> the phase of its upload or download, where that has not ended;

    jobs: the descriptions of the jobs under way; left_out: what could not be read or told, a sentence each.
    """

    vms: tuple[Machine, ...]
    templates: tuple[Machine, ...]
    images: Mapping[str, Image]
    transfers: Mapping[str, str] = field(default_factory=dict)
    jobs: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def contents(client: Client) -> Contents:
    """Read everything, the lists side by side."""
    reader = Reader(client)
    asks: tuple[t.Callable[[], list[Record]], ...] = (
        lambda: reader.with_parts("vms", VM_PARTS, paged=True),
        lambda: reader.with_parts("templates", TEMPLATE_PARTS, paged=True),
        lambda: reader.collection("disks", paged=True),
        lambda: members(client.get("/imagetransfers", subject="image transfers")),
        lambda: reader.collection("jobs"),
    )
    vms, templates, disks, transfers, jobs = reader.each(lambda ask: ask(), asks)
    # The permissions of a VM are listed with those that it inherits, which stand at others too.
    known = Counter(one["id"] for owner in (*vms, *templates) for one in owner["permissions"])
    # The engine leaves the disk out of a transfer that has failed.
    phases = [
        (reference(one, "disk") or reference(one, "image"), phase)
        for one in transfers
        if (phase := str(one.get("phase", ""))) and not phase.startswith("finished")
    ]
    nameless = [
        f"an image transfer is {phase}; of which disk the engine does not say" for disk, phase in phases if not disk
    ]
    return Contents(
        vms=tuple(_machine("vm", record, known) for record in vms),
        templates=tuple(_machine("template", record, known) for record in templates),
        images={image.id: image for image in map(_image, disks)},
        transfers={disk: phase for disk, phase in phases if disk},
        jobs=tuple(str(job.get("description", "")) for job in jobs if job.get("status") == "started"),
        left_out=(*reader.left_out, *nameless),
    )


def pools(client: Client, ids: t.Collection[str]) -> dict[str, str]:
    """The names of the VM pools, by id; asked for only when there are ids."""
    return {one.id: one.name for one in reads.named(client, "vmpools")} if ids else {}


def grants(client: Client, machines: Iterable[Machine]) -> dict[str, str]:
    """The names of the users, groups and roles in these machines' permissions, by id; asked for only when there are.

    A user's is that with which they sign in, such as joe@internal: the same name may stand in several directories.
    """
    if not any(machine.permissions for machine in machines):
        return {}
    nodes = (node for kind in ("users", "groups", "roles") for node in client.get(f"/{kind}", subject=kind))
    return {ident(node): text(node, "user_name") or text(node, "name") for node in nodes}


def _machine(kind: str, record: Record, known: Mapping[str, int]) -> Machine:
    lease, version = record.get("lease"), record.get("version")
    number = str(version.get("version_number", "1")) if isinstance(version, dict) else "1"
    return Machine(
        kind=kind,
        id=record["id"],
        # A template and its versions share a name.
        name=str(record.get("name", "")) + (f" version {number}" if number != "1" else ""),
        status=str(record.get("status", "")),
        delete_protected=record.get("delete_protected") == "true",
        origin=str(record.get("origin", "")),
        cluster_id=reference(record, "cluster"),
        template_id=reference(record, "template") or BLANK_TEMPLATE,
        base_id=reference(version, "base_template") if isinstance(version, dict) else "",
        pool_id=reference(record, "vm_pool"),
        lease_domain_id=reference(lease, "storage_domain") if isinstance(lease, dict) else "",
        previewing=any(one.get("snapshot_status") == "in_preview" for one in record.get("snapshots", ())),
        disks={one["id"]: one.get("active") == "true" for one in record["disk_attachments"]},
        cd_ids=tuple(held for one in record.get("cdroms", ()) if (held := reference(one, "file"))),
        permissions=tuple(
            (reference(one, "user") or reference(one, "group"), reference(one, "role"))
            for one in record["permissions"]
            if known[one["id"]] == 1
        ),
    )


def _image(record: Record) -> Image:
    return Image(
        id=record["id"],
        name=str(record.get("alias") or record.get("name", "")),
        domain_ids=frozenset(one["id"] for one in inside(record, "storage_domains", "storage_domain")),
        status=str(record.get("status", "")),
        content_type=str(record.get("content_type", "")),
        shareable=record.get("shareable") == "true",
        lun="lun_storage" in record,
    )
