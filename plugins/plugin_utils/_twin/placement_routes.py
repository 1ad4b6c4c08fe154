# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of VMs, disks, templates and snapshots that are written to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Union

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import (
    attachment_edit,
    disk_add,
    disk_edit,
    disk_move,
    pools,
    power,
    snapshots,
    template_add,
    template_edit,
    vm_add,
    vm_clone,
    vm_edit,
    vm_export,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Steps

Handler = Callable[[Site, Request], Union[Answer, Steps]]  # noqa: UP007 (ansible-test pylint)

ROUTES: dict[str, Handler] = {
    "POST disks": disk_add.add,
    "PUT disks/*": disk_edit.update,
    "DELETE disks/*": disk_edit.remove,
    "POST disks/*/move": disk_move.move,
    "POST disks/*/copy": disk_move.copy,
    "DELETE storagedomains/*/disks/*": disk_edit.remove_below_domain,
    "POST vms": vm_add.add,
    "PUT vms/*": vm_edit.update,
    "DELETE vms/*": vm_edit.remove,
    "POST vms/*/diskattachments": attachment_edit.add,
    "PUT vms/*/diskattachments/*": attachment_edit.update,
    "DELETE vms/*/diskattachments/*": attachment_edit.remove,
    "POST vms/*/snapshots": snapshots.add,
    "DELETE vms/*/snapshots/*": snapshots.remove,
    "POST vms/*/previewsnapshot": snapshots.preview,
    "POST vms/*/undosnapshot": snapshots.undo,
    "POST vms/*/commitsnapshot": snapshots.commit,
    "POST vms/*/start": power.start,
    "POST vms/*/stop": power.end,
    "POST vms/*/shutdown": power.end,
    "POST vms/*/suspend": power.suspend,
    "POST vms/*/export": vm_export.export,
    "POST vms/*/clone": vm_clone.clone,
    "POST storagedomains/*/vms/*/import": vm_export.import_vm,
    "POST vmpools": pools.add,
    "DELETE vmpools/*": pools.remove,
    "POST templates": template_add.add,
    "PUT templates/*": template_edit.update,
    "DELETE templates/*": template_edit.remove,
}
