# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role ovirt.ovirt.disaster_recovery that recover the same as a plan of this collection does."""

from __future__ import annotations

import typing as t

Json = dict[str, t.Any]
SITES = {"primary": "primary", "secondary": "recovery"}
"""What that role calls the sites of a plan."""


def variables(plan: Json, profiles: dict[tuple[str, str], str], username: str, password: str) -> Json:
    """The variables for a fail-over of ``plan``'s main site; profiles: (network, profile) of the target -> id."""
    made: Json = {
        "dr_target_host": "secondary",
        "dr_source_map": "primary",
        "dr_ignore_error_recover": False,
        "dr_partial_import": False,
        "dr_reset_mac_pool": False,
        "dr_import_storages": [_storage(domain, plan) for domain in plan["storage"]],
        "dr_cluster_mappings": [
            {f"{theirs}_name": pair[ours] for theirs, ours in SITES.items()} for pair in plan["mappings"]["clusters"]
        ],
        "dr_network_mappings": [_network(pair, profiles) for pair in plan["mappings"]["vnic_profiles"]],
        "dr_lun_mappings": [_lun(pair) for pair in plan["mappings"]["luns"]],
    }
    for name in ("affinity_group", "affinity_label", "domain", "role"):
        made[f"dr_{name}_mappings"] = []
    for theirs, ours in SITES.items():
        made |= {
            f"dr_sites_{theirs}_url": plan["sites"][ours]["url"],
            f"dr_sites_{theirs}_username": username,
            f"dr_sites_{theirs}_password": password,
            f"dr_sites_{theirs}_ca_file": "",
        }
    return made


def _storage(domain: Json, plan: Json) -> Json:
    made: Json = {
        "dr_domain_type": domain.get("type", "nfs"),
        "dr_domain_id": domain["id"],
        "dr_storage_domain_type": "data",
        "dr_wipe_after_delete": False,
        "dr_discard_after_delete": False,
        "dr_backup": False,
        "dr_critical_space_action_blocker": 5,
        "dr_warning_low_space": 10,
    }
    for theirs, ours in SITES.items():
        place = domain["at"][ours]
        made |= {
            f"dr_{theirs}_name": domain["name"],
            # The target's data center has a master of its own.
            f"dr_{theirs}_master_domain": False,
            f"dr_{theirs}_dc_name": plan["sites"][ours]["data_center"],
        }
        if "targets" in place:
            (target,) = place["targets"]
            made |= {f"dr_{theirs}_{key}": target[key] for key in ("address", "port")}
            made[f"dr_{theirs}_target"] = [target["target"]]
        else:
            made |= {f"dr_{theirs}_{key}": place[key] for key in ("address", "path")}
    return made


def _network(pair: Json, profiles: dict[tuple[str, str], str]) -> Json:
    made = {f"{theirs}_{key}_name": pair[ours][key] for theirs, ours in SITES.items() for key in ("network", "profile")}
    target = pair["recovery"]
    return {**made, "secondary_profile_id": profiles[target["network"], target["profile"]]}


def _lun(pair: Json) -> Json:
    made: Json = {}
    for theirs, ours in SITES.items():
        unit = pair[ours]
        made |= {
            f"{theirs}_logical_unit_id": unit["id"],
            f"{theirs}_storage_type": unit["type"],
            f"{theirs}_logical_unit_address": unit["address"],
            f"{theirs}_logical_unit_port": unit["port"],
            f"{theirs}_logical_unit_target": unit["target"],
        }
    return made
