# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``all_content``: what an engine shows of VMs, templates and disks only when it is asked for everything."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import arranged
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_text import ovf_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_record import whole


def wanted(request: Request) -> bool:
    """Whether a read asks for everything, by parameter or header."""
    return request.flag("all_content") or request.headers.get("all-content", "").lower() == "true"


def everything(site: Site, member: Member) -> Member:
    """A member with all it has: a VM's configuration and devices (09 #290), a disk's VMs (06 #107),
    whether a host's networks are being changed (01 #72)."""
    if member.shape == "disks":
        return Member(with_users(site, member.data), member.href, "disks")
    if member.shape == "hosts":
        return Member({**member.data, "network_operation_in_progress": "false"}, member.href, "hosts")
    if member.shape not in ("vms", "templates"):
        return member
    vm = site.get("vm", member.data["id"])
    return Member(whole(member.data, ovf_text(site, vm) if vm is not None else None), member.href, member.shape)


def with_users(site: Site, disk: Record) -> Record:
    """A disk with the VMs that have it; a template is none."""
    users = [{"id": vm} for vm in sorted(site.disk_users.get(disk["id"], ())) if site.get("vm", vm) is not None]
    return arranged({**disk, "vms": {"vm": users}}) if users else disk
