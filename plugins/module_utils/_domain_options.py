# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options ``domains``, ``sign_in`` and ``chap``: storage domains with the place of their storage (contract 02, 2.1;
06, 6.4)."""

from __future__ import annotations

import typing as t

DOMAINS: dict[str, t.Any] = {
    "type": "list",
    "elements": "dict",
    "required": True,
    "options": {
        "id": {"type": "str"},
        "name": {"type": "str"},
        "type": {
            "type": "str",
            "choices": ["nfs", "posixfs", "glusterfs", "localfs", "iscsi", "fcp"],
            "default": "nfs",
        },
        "connection": {"type": "str"},
        "create": {"type": "bool", "default": False},
        "address": {"type": "str"},
        "path": {"type": "str"},
        "vfs_type": {"type": "str"},
        "mount_options": {"type": "str"},
        "nfs_version": {"type": "str", "choices": ["auto", "v3", "v4", "v4_0", "v4_1", "v4_2"]},
        "nfs_timeo": {"type": "int"},
        "nfs_retrans": {"type": "int"},
        "targets": {
            "type": "list",
            "elements": "dict",
            "options": {
                "address": {"type": "str", "required": True},
                "port": {"type": "int", "default": 3260},
                "target": {"type": "str", "required": True},
                "username": {"type": "str"},
                "password": {"type": "str", "no_log": True},
            },
        },
        "required": {"type": "bool", "default": True},
    },
}

SIGN_IN_OPTIONS: dict[str, t.Any] = {
    "sign_in": {"type": "bool", "default": False},
    "chap": {
        "type": "list",
        "elements": "dict",
        "options": {
            "target": {"type": "str", "required": True},
            "login": {
                "type": "dict",
                "required": True,
                "options": {
                    "username": {"type": "str", "required": True},
                    "password": {"type": "str", "required": True, "no_log": True},
                },
            },
        },
    },
}

DOMAIN_OPTIONS: dict[str, t.Any] = {"domains": DOMAINS, **SIGN_IN_OPTIONS}
