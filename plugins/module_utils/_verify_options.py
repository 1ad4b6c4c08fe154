# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the register modules on what is compared afterwards, and what comes of a difference."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.verify import VERIFIED

VERIFY_OPTIONS: dict[str, t.Any] = {
    "verify": {"type": "str", "choices": ["full", "events", "none"]},
    "strict": {"type": "list", "elements": "str", "choices": list(VERIFIED)},
    "permissions": {"type": "str", "choices": ["as_is", "restore"], "default": "as_is"},
}
