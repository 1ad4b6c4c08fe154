# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bug met by one step is that step's failure: it must not keep the other thousand from being recovered."""

from __future__ import annotations

import os
import traceback

from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Failed


def bug(error: BaseException) -> Failed:
    """The failure of a step whose action raised what no action should. Values are left out: they may be secrets."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-4:]]
    message = (
        f"{type(error).__name__} at {' > '.join(where) or 'an unknown place'}. "
        "This is a bug of the collection, please report it. Other steps went on."
    )
    return Failed(message, {"kind": "bug", "message": message})
