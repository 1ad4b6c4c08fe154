# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of storage_connection; each entry of its list takes the same ones as a single connection."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._domain_options import SIGN_IN_OPTIONS

TYPE: dict[str, t.Any] = {"type": "str", "choices": ["nfs", "posixfs", "glusterfs", "localfs", "iscsi"]}

ONE: dict[str, t.Any] = {
    "id": {"type": "str"},
    "domains": {"type": "list", "elements": "str"},
    "where": {
        "type": "dict",
        "options": {
            "type": TYPE,
            "address": {"type": "str"},
            "path": {"type": "str"},
            "port": {"type": "int"},
            "target": {"type": "str"},
        },
    },
    "attach_to": {"type": "list", "elements": "str"},
    "detach_from": {"type": "list", "elements": "str"},
    "type": TYPE,
    "address": {"type": "str"},
    "path": {"type": "str"},
    "port": {"type": "int"},
    "target": {"type": "str"},
    "portal": {"type": "str"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "vfs_type": {"type": "str"},
    "mount_options": {"type": "str"},
    "nfs_version": {"type": "str", "choices": ["auto", "v3", "v4", "v4_0", "v4_1", "v4_2"]},
    "nfs_timeo": {"type": "int"},
    "nfs_retrans": {"type": "int"},
}

MOVABLE = (
    "address",
    "path",
    "port",
    "target",
    "username",
    "vfs_type",
    "mount_options",
    "nfs_version",
    "nfs_timeo",
    "nfs_retrans",
)

CONNECTION_OPTIONS: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    **ONE,
    "connections": {
        "type": "list",
        "elements": "dict",
        "options": {**ONE, "required": {"type": "bool", "default": True}},
    },
    "repoint": {
        "type": "list",
        "elements": "dict",
        "options": {
            "from": {"type": "dict", "required": True, "options": ONE["where"]["options"]},
            "to": {"type": "dict", "required": True, "options": {name: ONE[name] for name in MOVABLE}},
            "domains": {"type": "list", "elements": "str"},
        },
    },
    "maintenance": {"type": "str", "choices": ["refuse", "allow"], "default": "refuse"},
    "stop_vms": {"type": "str", "choices": ["refuse", "shutdown", "poweroff"], "default": "refuse"},
    "start_stopped": {"type": "bool", "default": True},
    "on_activation_failure": {"type": "str", "choices": ["restore", "keep"], "default": "restore"},
    "storage_lost": {"type": "bool", "default": False},
    "update_secret": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    "host": {"type": "str"},
    "disconnect": {"type": "str", "choices": ["none", "host", "all"]},
    "disconnect_hosts": {"type": "list", "elements": "str"},
    "disconnect_variable": {"type": "str", "default": "disconnected"},
    "disconnect_evidence": {"type": "dict"},
    "probe_hosts": {"type": "list", "elements": "str"},
    "probe_variable": {"type": "str", "default": "probe"},
    "probe_evidence": {"type": "dict"},
    "arriving": {"type": "list", "elements": "str"},
    **SIGN_IN_OPTIONS,
}

EXCLUSIVE: list[tuple[str, str]] = [
    ("connections", "repoint"),
    *((many, name) for many in ("connections", "repoint") for name in ONE),
]
"""Each list stands for itself: nothing of it is said beside it."""
