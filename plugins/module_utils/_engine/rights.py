# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which right a request needs: the engine's refusal does not say (contract 01, permission failure).

The permits are those that the engine checks for the commands behind these paths, with a predefined role that holds
each of them; docs/rights.md lists them by module.
"""

from __future__ import annotations

import re
import typing as t


class Right(t.NamedTuple):
    """A permit, a predefined role that holds it, and on what it must be held."""

    permit: str
    role: str
    place: str


_ID = "[^/]+"
_SYSTEM = "the system"
_CREATE = Right("create_storage_domain", "StorageAdmin", _SYSTEM)
_MANIPULATE = Right("manipulate_storage_domain", "StorageAdmin", "the storage domain")
_IMPORT = Right("import_export_vm", "ClusterAdmin", "the cluster and the storage domain")
_REGISTER_DISK = Right("create_disk", "DiskCreator", "the storage domain")
_ATTACH_DISK = Right("attach_disk", "UserVmRunTimeManager", "the disk, and configure_vm_storage on the VM")
_DELETE_VM = Right("delete_vm", "DataCenterAdmin", _MANIPULATE.place)
_DELETE_TEMPLATE = Right("delete_template", "DataCenterAdmin", _MANIPULATE.place)
_GRANT = Right("manipulate_permissions", "UserVmManager", "the VM or template")
_DELETE_DISK = Right("delete_disk", "DiskOperator", "the disk")

_RIGHTS: tuple[tuple[str, str, Right], ...] = (
    ("POST|PUT|DELETE", f"/storageconnections(/{_ID})?", _CREATE),
    ("POST", "/storagedomains", _CREATE),
    ("POST", f"/hosts/{_ID}/(iscsilogin|iscsidiscover|discoveriscsi|unregisteredstoragedomainsdiscover)", _CREATE),
    ("PUT", f"/storagedomains/{_ID}", Right("edit_storage_domain_configuration", "StorageAdmin", _MANIPULATE.place)),
    ("DELETE", f"/storagedomains/{_ID}", Right("delete_storage_domain", "StorageAdmin", _MANIPULATE.place)),
    ("POST|DELETE", f"/storagedomains/{_ID}/storageconnections(/{_ID})?", _MANIPULATE),
    ("POST", f"/storagedomains/{_ID}/updateovfstore", _MANIPULATE),
    ("POST", f"/datacenters/{_ID}/storagedomains(/{_ID}/(activate|deactivate))?", _MANIPULATE),
    ("DELETE", f"/datacenters/{_ID}/storagedomains/{_ID}", _MANIPULATE),
    ("POST", f"/storagedomains/{_ID}/(vms|templates)/{_ID}/register", _IMPORT),
    ("POST", f"/(vms|templates)/{_ID}/permissions", _GRANT),
    ("POST", f"/datacenters/{_ID}/storagedomains/{_ID}/disks/{_ID}/register", _REGISTER_DISK),
    ("POST", f"/storagedomains/{_ID}/disks;unregistered", _REGISTER_DISK),
    ("DELETE", f"/storagedomains/{_ID}/vms/{_ID}", Right("delete_vm", "DataCenterAdmin", _MANIPULATE.place)),
    (
        "DELETE",
        f"/storagedomains/{_ID}/templates/{_ID}",
        Right("delete_template", "DataCenterAdmin", _MANIPULATE.place),
    ),
    ("DELETE", f"/datacenters/{_ID}/storagedomains/{_ID}/disks/{_ID}", _DELETE_DISK),
    ("PUT", f"/disks/{_ID}", Right("edit_disk_properties", "DiskOperator", "the disk")),
    ("PUT", f"/vms/{_ID}", Right("edit_vm_properties", "UserVmManager", "the VM")),
    ("PUT", f"/templates/{_ID}", Right("edit_template_properties", "TemplateOwner", "the template")),
    ("POST", f"/vms/{_ID}/diskattachments", _ATTACH_DISK),
    ("POST", f"/vms/{_ID}/start", Right("run_vm", "UserVmRunTimeManager", "the VM")),
    ("POST", f"/vms/{_ID}/stop", Right("stop_vm", "UserVmRunTimeManager", "the VM")),
    ("POST", f"/vms/{_ID}/shutdown", Right("shut_down_vm", "UserVmRunTimeManager", "the VM")),
    ("DELETE", f"/disks/{_ID}", _DELETE_DISK),
)


def right_for(method: str, path: str) -> Right | None:
    """The right that a request needs; path: as sent, with or without query and the prefix of the API. None: unknown."""
    plain = path.partition("?")[0].rpartition("/api")[2] or path.partition("?")[0]
    for methods, pattern, right in _RIGHTS:
        if method in methods.split("|") and re.fullmatch(pattern, plain):
            return right
    return None
