# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that show that no other side uses a storage domain, and the one for a data center without any."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import auth_argument_spec

GUARD_OPTIONS: dict[str, t.Any] = {
    "takeover": {
        "type": "dict",
        "options": {
            "confirmed_by": {"type": "str", "required": True},
            "reason": {"type": "str", "required": True},
            "overrule": {"type": "bool", "default": False},
        },
    },
    "evidence": {
        "type": "list",
        "elements": "dict",
        "options": {
            "kind": {"type": "str", "choices": ["engine", "array", "fencing"], "required": True},
            "says": {
                "type": "str",
                "choices": [
                    "unattached",
                    "maintenance",
                    "hosts_down",
                    "active",
                    "promoted",
                    "replicating",
                    "writable_on_both",
                    "fenced",
                    "not_fenced",
                ],
                "required": True,
            },
            "said_by": {"type": "str", "required": True},
            "at": {"type": "str", "required": True},
            "domains": {"type": "list", "elements": "str"},
            "hosts": {"type": "list", "elements": "str"},
            "details": {"type": "str"},
        },
    },
    "evidence_max_age": {"type": "float", "default": 1800},
    "other_engine": auth_argument_spec()["auth"],
    "initialize": {"type": "bool", "default": False},
}
