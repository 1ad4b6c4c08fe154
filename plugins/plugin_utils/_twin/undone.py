# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was being made when hosts failed to copy its images: gone again, as the engine's compensation leaves it. Not
recorded."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_edit import drop
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def cannot_copy(site: Site) -> bool:
    """Whether hosts fail at present to copy images."""
    return "copy" in site.storage.defects


def undo(site: Site, owner: Entity, job: Entity) -> None:
    """Takes a VM or template out again, with the disks that were being made for it; its job failed."""
    disks = site.disks_of(owner)
    site.remove(owner)
    for disk in disks:
        drop(site, disk)
    site.end_job(job, "failed")
