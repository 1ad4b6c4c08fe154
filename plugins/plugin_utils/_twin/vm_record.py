# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a VM: what it takes from its template, from its cluster and from a body (contract 05, 5.6; recordings
05 18, 19, 196; 03b 49, 93; 04c 4)."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import arranged, quota_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import BLANK, Entity, Site

_WORDS = """id name description comment creation_status auto_pinning_policy bios console cpu cpu_pinning_policy
cpu_shares creation_time custom_cpu_model custom_emulated_machine custom_properties delete_protected display fqdn
guest_operating_system guest_time_zone high_availability initialization io large_icon lease memory memory_policy
migration migration_downtime multi_queues_enabled origin os placement_policy rng_device serial_number small_icon
soundcard_enabled sso start_paused stateless storage_error_resume_behaviour time_zone tpm_enabled type usb virtio_scsi
virtio_scsi_multi_queues_enabled cluster cpu_profile quota storage_domain has_illegal_images
next_run_configuration_exists run_once start_time status stop_reason stop_time use_latest_template_version version host
original_template template vm_pool"""
ORDER = tuple(_WORDS.split())
"""The order in which the engine writes the elements of a VM or template."""

_TAKEN = frozenset(ORDER[ORDER.index("auto_pinning_policy") : ORDER.index("cluster")]) - {"lease", "creation_time"}
"""What a VM takes over from its template."""
_PLAIN = (
    "name",
    "description",
    "comment",
    "cpu_shares",
    "custom_cpu_model",
    "custom_emulated_machine",
    "delete_protected",
    "memory",
    "migration_downtime",
    "multi_queues_enabled",
    "origin",
    "start_paused",
    "stateless",
    "storage_error_resume_behaviour",
    "type",
    "virtio_scsi_multi_queues_enabled",
)
_GROUPS = (
    "bios",
    "cpu",
    "custom_properties",
    "display",
    "high_availability",
    "io",
    "memory_policy",
    "migration",
    "os",
    "placement_policy",
    "serial_number",
    "time_zone",
    "usb",
)
"""Elements of a body that change a VM: texts, and groups whose members are changed one by one."""
MEMORY_FACTOR = 4
"""The largest memory of a VM, when only its memory is given (05 #18: 256 MiB, at most 1 GiB)."""
UNSHOWN = {
    "console": {"enabled": "false"},
    "rng_device": {"source": "urandom"},
    "soundcard_enabled": "true",
    "tpm_enabled": "false",
    "virtio_scsi": {"enabled": "true"},
}
"""What only the answer to a create or an edit shows (05 #18 against #19)."""
_NAME = re.compile(r"[\w.-]*")


def check_name(name: str, action: str, bean: str = "vmStatic") -> None:
    """Bean validation of the name of a VM or template. Raises Refusal."""
    if not _NAME.fullmatch(name):
        raise refusals.command(
            400,
            f"{action} The given name contains special characters. Only lower-case and upper-case letters, numbers, "
            "'_', '-', '.' are allowed.",
            f"Attribute: {bean}.name",
        )


def check_numbers(request: Request, body: Record, method: str) -> None:
    """A memory that is no number makes the whole body unreadable (01 #125)."""
    held = body.get("memory_policy")
    policy: Record = held if isinstance(held, dict) else {}
    for value in (body.get("memory"), policy.get("guaranteed"), policy.get("max")):
        if value is not None and not str(value).isdigit():
            raise refusals.syntax(request.host, method)


def fresh(site: Site, body: Record, cluster: Entity, template: Entity) -> Record:
    """The record of a new VM, down."""
    stamp = site.clock.stamp(site.time())
    record: Record = {key: value for key, value in template.data.items() if key in _TAKEN}
    cpu = cluster.data.get("cpu")
    architecture = cpu.get("architecture", "undefined") if isinstance(cpu, dict) else "undefined"
    record.update(
        {
            "id": site.new_id(),
            "name": str(body.get("name", "")),
            "description": "",
            "comment": "",
            "creation_time": stamp,
            "stop_time": stamp,
            "status": "down",
            "next_run_configuration_exists": "false",
            "cluster": {"id": cluster.id},
            "original_template": {"id": template.id},
            "template": {"id": template.id},
            **quota_of(site, cluster.ref("data_center")),
        }
    )
    record["bios"] = {**record.get("bios", {}), **_bios(cluster)}
    record["cpu"] = {**record.get("cpu", {}), "architecture": architecture}
    record.setdefault("time_zone", {"name": "Etc/GMT"})
    profile = next((p for p in site.all("cpu_profile") if p.ref("cluster") == cluster.id), None)
    if profile is not None:
        record["cpu_profile"] = {"id": profile.id}
    return arranged(merged(record, body), ORDER)


def _bios(cluster: Entity) -> Record:
    held = cluster.data.get("bios_type")
    return {"type": held} if held else {}


def merged(record: Record, body: Record) -> Record:
    """A VM or template record with the changes of a body. A lease without a domain takes the lease away; one
    with a domain has the VM killed when its storage fails (03b 49 and 93, 04c 4)."""
    changed: Record = {**record, **{key: str(body[key]) for key in _PLAIN if key in body}}
    if "memory" in body:
        memory = int(body["memory"])
        policy = {**record.get("memory_policy", {}), "guaranteed": str(memory), "max": str(memory * MEMORY_FACTOR)}
        changed["memory_policy"] = policy
    for key in _GROUPS:
        if isinstance(body.get(key), dict):
            changed[key] = _deep(changed.get(key), body[key])
    if "lease" in body:
        held = body["lease"]
        domain = held.get("storage_domain") if isinstance(held, dict) else None
        changed.pop("lease", None)
        if isinstance(domain, dict) and domain.get("id"):
            changed["lease"] = {"storage_domain": {"id": domain["id"]}}
            changed["storage_error_resume_behaviour"] = body.get("storage_error_resume_behaviour", "kill")
    return changed


def _deep(held: Any, changes: Any) -> Any:
    if not isinstance(held, dict) or not isinstance(changes, dict):
        return changes
    return {**held, **{key: _deep(held.get(key), value) for key, value in changes.items()}}


def whole(record: Record, ovf: str | None = None) -> Record:
    """A VM or template with all its content, as a create or an edit answers."""
    more: Record = dict(UNSHOWN)
    if ovf is not None:
        more["initialization"] = {"configuration": {"data": ovf, "type": "ovf"}}
    return arranged({**more, **record}, ORDER)


def is_blank(vm: Entity) -> bool:
    """Whether a VM stands on no template."""
    return vm.ref("template") in ("", BLANK)
