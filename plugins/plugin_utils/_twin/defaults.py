# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine fills in when a data center, a cluster or a host is created with little more than a name
(recordings 00-setup)."""

from __future__ import annotations

from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record

VERSION: Record = {"major": "4", "minor": "8"}
"""The compatibility level of this engine."""


_LIMITS = (("hard", "20"), ("soft", "80"))


def _off(*names: str) -> Record:
    return dict.fromkeys(names, "false")


def data_center(name: str, body: Record) -> Record:
    """A data center without storage."""
    kept: Record = {key: body[key] for key in ("description", "comment") if key in body}
    return {
        "name": name,
        **kept,
        "local": body.get("local", "false"),
        "quota_mode": body.get("quota_mode", "disabled"),
        "status": "uninitialized",
        "supported_versions": {"version": dict(VERSION)},
        "version": dict(VERSION),
    }


def cluster(name: str, body: Record) -> Record:
    """A cluster, without its references."""
    given = body.get("cpu") if isinstance(body.get("cpu"), dict) else {}
    policy = {"HighUtilization": "80", "CpuOverCommitDurationMinutes": "2"}
    unset = {"enabled": "false"}
    inherited: dict[str, Any] = dict.fromkeys(("auto_converge", "compressed", "encrypted"), "inherit")
    return {
        "name": name,
        "description": body.get("description", ""),
        "comment": body.get("comment", ""),
        "ballooning_enabled": "true",
        "bios_type": body.get("bios_type", "q35_ovmf"),
        "cpu": {"architecture": "x86_64", **(given or {})},
        "custom_scheduling_policy_properties": {
            "property": [{"name": key, "value": value} for key, value in policy.items()]
        },
        "error_handling": {"on_error": "migrate"},
        "fencing_policy": {
            "enabled": "true",
            "skip_if_connectivity_broken": {**unset, "threshold": "50"},
            **_off("skip_if_gluster_bricks_up", "skip_if_gluster_quorum_not_met"),
            "skip_if_sd_active": dict(unset),
        },
        "fips_mode": "undefined",
        "firewall_type": "firewalld",
        **_off("gluster_service", "ha_reservation"),
        "ksm": {"enabled": "true", "merge_across_nodes": "true"},
        "log_max_memory_used_threshold": "95",
        "log_max_memory_used_threshold_type": "percentage",
        "memory_policy": {"over_commit": {"percent": "100"}, "transparent_hugepages": dict(unset)},
        "migration": {
            **inherited,
            "bandwidth": {"assignment_method": "auto"},
            "parallel_migrations_policy": "disabled",
        },
        "required_rng_sources": {"required_rng_source": "urandom"},
        "switch_type": "legacy",
        **_off("threads_as_cores", "trusted_service", "tunnel_migration", "upgrade_in_progress"),
        "upgrade_percent_complete": "0",
        "version": dict(VERSION),
        "virt_service": "true",
        "vnc_encryption": "true",
    }


def host(name: str, address: str, cluster_id: str) -> Record:
    """A host that was just added: the engine knows nothing of its hardware yet."""
    unset = {"enabled": "false"}
    return {
        "name": name,
        "comment": "",
        "address": address,
        "auto_numa_status": "unknown",
        "certificate": {"organization": "oVirt", "subject": f"O=oVirt,CN={address}"},
        "cpu": {"speed": "0", "topology": {}},
        "device_passthrough": dict(unset),
        "external_status": "ok",
        "hardware_information": {"supported_rng_sources": {}},
        "kdump_status": "unknown",
        "ksm": dict(unset),
        "max_scheduling_memory": "0",
        "memory": "0",
        "numa_supported": "false",
        "os": {"custom_kernel_cmdline": "", "description": ""},
        "ovn_configured": "false",
        "port": "54321",
        "power_management": {
            "automatic_pm_enabled": "true",
            "enabled": "false",
            "kdump_detection": "true",
            "pm_proxies": {},
        },
        "protocol": "stomp",
        "reinstallation_required": "false",
        "se_linux": {},
        "spm": {"priority": "5", "status": "none"},
        "ssh": {"port": "22"},
        "status": "unassigned",
        "summary": {"total": "0"},
        "transparent_hugepages": dict(unset),
        "type": "rhel",
        "update_available": "false",
        "vgpu_placement": "consolidated",
        "cluster": {"id": cluster_id},
    }


def reported(name: str) -> Record:
    """What a host tells of itself when it is up: an invented machine."""
    return {
        "auto_numa_status": "disable",
        "cpu": {
            "name": "Twin CPU",
            "speed": "2400",
            "topology": {"cores": "8", "sockets": "2", "threads": "2"},
            "type": "Secure Intel Haswell Family",
        },
        "iscsi": {"initiator": f"iqn.1994-05.com.example:{name}"},
        "kdump_status": "disabled",
        "max_scheduling_memory": "274473156608",
        "memory": "274877906944",
        "se_linux": {"mode": "enforcing"},
        "summary": {"active": "0", "migrating": "0", "total": "0"},
        "transparent_hugepages": {"enabled": "true"},
    }


def network(name: str, data_center_id: str, body: Record) -> Record:
    """A VM network."""
    return {
        "name": name,
        "description": body.get("description", ""),
        "comment": body.get("comment", ""),
        "mtu": body.get("mtu", "0"),
        **_off("port_isolation", "stp"),
        "usages": {"usage": "vm"},
        "vdsm_name": name,
        "data_center": {"id": data_center_id},
    }


def vnic_profile(name: str, network_id: str) -> Record:
    """A vNIC profile of a network."""
    return {
        "name": name,
        "pass_through": {"mode": "disabled"},
        "port_mirroring": "false",
        "network": {"id": network_id},
    }


def quota(data_center_id: str) -> Record:
    """The quota that every data center has, and that limits nothing."""
    limits = {f"{what}_{kind}_limit_pct": share for what in ("cluster", "storage") for kind, share in _LIMITS}
    return {
        "name": "Default",
        "description": "Default unlimited quota",
        **dict(sorted({**limits, "data_center": {"id": data_center_id}}.items())),
    }
