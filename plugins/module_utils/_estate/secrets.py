# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes secrets out of records. An engine shows few of them; what it shows must not reach a file. Pure."""

from __future__ import annotations

import re
import typing as t

_NAMES = frozenset(
    {
        "authentication_key",
        "client_secret",
        "custom_script",
        "encryption_key",
        "private_key",
        "secret",
        "ssh_private_key",
        "token",
        "windows_license_key",
    }
)
"""Elements that hold a secret, or a script of the operator's that often does."""
_MOUNT_OPTION = re.compile(r"(?:^|(?<=,))\s*(?:pass|passwd|password|password2|key|secret)\s*=[^,]*,?", re.IGNORECASE)


def without_secrets(value: t.Any) -> t.Any:
    """The same data without passwords, keys and tokens, and without those in mount options. User names stay."""
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _MOUNT_OPTION.sub("", inner).rstrip(",")
        if key == "mount_options" and isinstance(inner, str)
        else without_secrets(inner)
        for key, inner in value.items()
        if not _is_secret(key)
    }


def _is_secret(key: str) -> bool:
    return key in _NAMES or key.endswith(("password", "passphrase"))
