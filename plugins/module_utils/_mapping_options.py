# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that the register modules share: the target, and what the source calls what (contract 04, 4.4)."""

from __future__ import annotations

import typing as t

_PAIRS: dict[str, t.Any] = {
    "type": "list",
    "elements": "dict",
    "options": {"from": {"type": "str", "required": True}, "to": {"type": "str", "required": True}},
}
_PROFILE: dict[str, t.Any] = {
    "network": {"type": "str", "required": True},
    "profile": {"type": "str", "required": True},
}
_LUN: dict[str, t.Any] = {
    "id": {"type": "str", "required": True},
    "type": {"type": "str", "choices": ["iscsi", "fcp"], "required": True},
    "address": {"type": "str"},
    "port": {"type": "int", "default": 3260},
    "target": {"type": "str"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "alias": {"type": "str"},
}

# What may be wished for one entity.
WISH_OPTIONS: dict[str, t.Any] = {
    "cluster": {"type": "str"},
    "quota": {"type": "str"},
    "disk_quotas": {
        "type": "list",
        "elements": "dict",
        "options": {"disk": {"type": "str", "required": True}, "quota": {"type": "str", "required": True}},
    },
    "partial": {"type": "bool"},
    "best_effort": {"type": "bool"},
}

MAPPING_OPTIONS: dict[str, t.Any] = {
    "mappings": {
        "type": "dict",
        "options": {
            "clusters": _PAIRS,
            "vnic_profiles": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "from": {"type": "dict", "required": True, "options": _PROFILE},
                    "to": {"type": "dict", "options": _PROFILE},
                },
            },
            "affinity_groups": _PAIRS,
            "affinity_labels": _PAIRS,
            "roles": _PAIRS,
            "user_domains": {
                "type": "list",
                "elements": "dict",
                "options": {**_PAIRS["options"], "users": {"type": "list", "elements": "str"}},
            },
            "quotas": _PAIRS,
            "luns": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "from": {"type": "str", "required": True},
                    "to": {"type": "dict", "required": True, "options": _LUN},
                },
            },
        },
    },
}

TARGET_OPTIONS: dict[str, t.Any] = {
    "data_center": {"type": "str", "required": True},
    "domains": {"type": "list", "elements": "str", "required": True},
    "cluster": {"type": "str"},
    "quota": {"type": "str"},
    "exclude": {"type": "list", "elements": "str"},
    "partial": {"type": "list", "elements": "str"},
    "best_effort": {"type": "list", "elements": "str"},
    "inventory": {"type": "path"},
    "inventory_site": {"type": "str"},
    **MAPPING_OPTIONS,
}
