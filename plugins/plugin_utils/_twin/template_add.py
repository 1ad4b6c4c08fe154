# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates from VMs, each disk on a domain of its choice (contract 05, 5.7; recordings 05 172-189, 409-440)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import asked, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.attachments import plug
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_add import entity
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_rules import (
    LOCKED,
    check_space,
    check_type,
    needed,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import INACCESSIBLE
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record, members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import arranged, grown
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, known_id, location
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.undone import cannot_copy, undo
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_add import inherited, ready
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_disks import Copy
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_record import ORDER, check_name, merged, whole

TEMPLATE_SECONDS = 4.9
_NO_SIGNATURE = "No matching signature found, make sure that mandatory attributes are provided."
_NO_PROFILE = "The user doesn't have permissions to attach Disk Profile to the Disk."
_LEFT_OUT = ("next_run_configuration_exists", "run_once", "start_time", "stop_time", "stop_reason", "host", "lease")


def add(site: Site, request: Request) -> Answer:
    """POST /templates."""
    body = request.record("template", "templates/methods/add")
    held = body.get("vm")
    if not body.get("name") or not isinstance(held, dict):
        raise refusals.invalid_input(_NO_SIGNATURE)
    vm = asked_vm(site, held)
    key = f"template {body['name']}"
    if site.held(key):
        raise refusals.command(409, "Cannot add Template. Template name ${TemplateName} already used.")
    check(site, body, vm)
    made = copies(site, body, vm)
    template = make(site, body, vm)
    for copy in made:
        fill(site, template, copy, quota=copy.source.id not in listed(body))
    former = vm.data["status"]
    vm.set(status="image_locked", stop_time=site.clock.stamp(site.time()))
    center = site.get("data_center", site.data_center_of(vm))
    words = f"Creating VM Template {template.name} in Data Center {center.name if center else ''}"
    job = site.job(words, request.correlation, "started")
    site.hold(key, TEMPLATE_SECONDS)
    site.hold(f"template of {vm.id}", TEMPLATE_SECONDS)

    broken = bool(made) and cannot_copy(site)

    def finish() -> None:
        (undo if broken else ready)(site, template, job)
        template.set(status="ok")
        vm.set(status=former, stop_time=site.clock.stamp(site.time()))

    site.later(TEMPLATE_SECONDS, finish)
    return answer(site, request, template, 201)


def answer(site: Site, request: Request, template: Entity, status: int, soundcard: str = "true") -> Answer:
    """The whole template. The answer to an edit knows nothing of a sound card (03b #29, #83)."""
    href = f"{API}/templates/{template.id}"
    text = document(
        member_writer(site, Member({**whole(template.data), "soundcard_enabled": soundcard}, href, "templates"), {})
    )
    return Answer(status, text, headers={"Location": location(request.host, href)} if status == 201 else {})


def asked_vm(site: Site, held: Record) -> Entity:
    """The VM that a body names. Raises Refusal."""
    found = asked.named(site, "vm", held)
    if found is None:
        raise refusals.not_found(str(held.get("id") or held.get("name", "")))
    return found


def check(site: Site, body: Record, vm: Entity) -> None:
    """What speaks against the template as a whole. Raises Refusal."""
    action, name = "Cannot add Template.", str(body["name"])
    check_name(name, "Can not add Template.", "vmTemplate")
    if vm.data["status"] != "down":
        raise refusals.command(409, f"{action} VM is locked or still running, try again once VM is in the Down state.")
    base = base_of(body)
    if base is None and site.named("template", name) is not None:
        raise refusals.command(
            409, f"{action} The Template name is already in use, please choose a unique name and try again."
        )
    if base is not None and site.get("template", base) is None:  # not recorded
        raise refusals.command(400, f"{action} Base Template does not exist for this Template Version.")


def base_of(body: Record) -> str | None:
    """The base template of a version."""
    version = body.get("version")
    held = version.get("base_template") if isinstance(version, dict) else None
    return known_id(held["id"]) if isinstance(held, dict) and held.get("id") else None


def listed(body: Record) -> dict[str, Record]:
    """The disks of a body by id; without any, a domain for the whole template counts for nothing (05 #187, #409)."""
    held = (
        a["disk"] for a in members(body["vm"], "disk_attachments", "disk_attachment") if isinstance(a.get("disk"), dict)
    )
    return {disk["id"]: disk for disk in held if disk.get("id")}


def copies(site: Site, body: Record, vm: Entity) -> list[Copy]:
    """What to make of each image disk of the VM, all checked; LUN and shareable disks are left out. Raises Refusal."""
    action, wanted = "Cannot add Template.", listed(body)
    attachments = {a["id"]: a for a in vm.subs.get("disk_attachments", [])}
    disks = [d for d in site.disks_of(vm) if "lun_storage" not in d.data and d.data.get("shareable") != "true"]
    if any(disk.data.get("status") == "illegal" for disk in disks):  # not recorded
        names = ", ".join(disk.name for disk in disks if disk.data.get("status") == "illegal")
        raise refusals.command(
            500,
            f"{action} The following attached disks are in ILLEGAL status: {names} - please remove them and try again.",
        )
    locked = [disk.name for disk in disks if disk.data.get("status") == "locked"]
    if locked:  # not recorded
        raise refusals.command(409, f"Cannot add Template: {LOCKED.format(', '.join(locked))}")
    found: list[Copy] = []
    for disk in disks:
        want = wanted.get(disk.id, {})
        domain = target(site, body, disk, want if wanted else None)
        form, sparse = str(want.get("format") or disk.data["format"]), str(want.get("sparse") or disk.data["sparse"])
        alias = str(want.get("alias") or want.get("name") or disk.name)
        copy = Copy(disk, attachments[disk.id], domain, form, sparse, alias=alias)
        check_copy(copy, action)
        found.append(copy)
    return found


def target(site: Site, body: Record, disk: Entity, want: Record | None) -> Entity:
    """The domain of one disk: with any disk listed the template's own domain is for all, then each its own, then the
    one the disk is on. An unknown one is refused for its missing profile (05 #433)."""
    given = members(want or {}, "storage_domains", "storage_domain")
    own_choice: object = body["storage_domain"] if want is not None and "storage_domain" in body else None
    wanted = own_choice or (given[0] if given else None)
    if asked.is_named(wanted):
        found = asked.named(site, "storage_domain", wanted)
        if found is None:
            raise refusals.command(403, f"Cannot add Template. {_NO_PROFILE}")
        return found
    own = next((site.get("storage_domain", domain) for domain in site.domains_of(disk)), None)
    if own is None:
        raise refusals.engine_error()
    return own


def check_copy(copy: Copy, action: str) -> None:
    """What speaks against one disk on its domain. Raises Refusal."""
    if copy.domain.data["status"] != "active":
        raise refusals.command(409, f"{action} {INACCESSIBLE}")
    check_type(copy.domain, action)
    record = {**copy.source.data, "format": copy.form, "sparse": copy.sparse}
    check_space(copy.domain, needed(record, copy.domain), action)


def make(site: Site, body: Record, vm: Entity) -> Entity:
    """The template without its disks: the VM's hardware, a version of its own."""
    identity, base = site.new_id(), base_of(body)
    version = body.get("version") if isinstance(body.get("version"), dict) else None
    numbers = [int(t.data["version"]["version_number"]) for t in site.all("template") if _base(t) == base and base]
    record: Record = {
        **{key: value for key, value in vm.data.items() if key not in (*_LEFT_OUT, "original_template", "template")},
        "id": identity,
        "description": "",
        "comment": "",
        "creation_time": site.clock.stamp(site.time()),
        "delete_protected": "false",
        "status": "locked",
        "version": {
            "version_name": str((version or {}).get("version_name", "")) if base else "base version",
            "version_number": str(max(numbers, default=0) + 1),
            "base_template": {"id": base or identity},
        },
    }
    record.pop("has_illegal_images", None)
    subs: dict[str, list[Record]] = {
        "disk_attachments": [],
        "nics": [
            {k: v for k, v in {**nic, "id": site.new_id()}.items() if k != "mac"} for nic in vm.subs.get("nics", [])
        ],
        "tags": [],
        "permissions": inherited_of(site, vm),
    }
    return site.add(Entity("template", arranged(merged(record, body), ORDER), subs))


def inherited_of(site: Site, vm: Entity) -> list[Record]:
    """What the VM's cluster hands down."""
    cluster = site.get("cluster", vm.ref("cluster"))
    return inherited(cluster) if cluster is not None else []


def _base(template: Entity) -> str:
    return str((template.data.get("version") or {}).get("base_template", {}).get("id", ""))


def fill(site: Site, template: Entity, copy: Copy, *, quota: bool) -> None:
    """One disk of the template, a copy of the VM's. Listed disks lose their quota (contract 05, 5.7)."""
    source = copy.source.data
    left_out = ("quota", "disk_profile", "storage_domains", "qcow_version")
    record = {
        **{key: value for key, value in source.items() if key not in left_out},
        "id": site.new_id(),
        "image_id": site.new_id(),
        "status": "locked",
        "format": copy.form,
        "sparse": copy.sparse,
        "name": copy.alias,
        "alias": copy.alias,
    }
    disk = entity(site, record, copy.domain)
    if not quota:
        disk.set(quota=None)
    plug(site, template, disk, {k: v for k, v in copy.attachment.items() if k not in ("id", "disk", "vm", "active")})
    held = template.subs["disk_attachments"][-1]
    template.subs["disk_attachments"][-1] = {**held, "active": "true", "vm": {"id": template.id}}
    grown(site, disk, int(source.get("actual_size", "0")))
