# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows live how far the module unregistered_disk_register is: register, edit and attach disks."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._progress.action import ProgressAction


class ActionModule(ProgressAction):
    """All that is shown comes from the module's journal."""
