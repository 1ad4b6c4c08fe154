# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools of VMs (recordings 03b 40, 41, 82-88, 106).

A pool VM inherits delete protection from its template, so deleting the pool fails after the pool has let go of it: 400
without words, the VM stays (findings, 3)."""

from __future__ import annotations

from functools import partial

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import arranged
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.pool_view import members_of, shown_pool
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
    location,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_add import (
    THIN_SECONDS,
    asked_cluster,
    asked_template,
    fill,
    make,
    ready,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_disks import copies
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_edit import drop_disks
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_record import ORDER, check_name


def add(site: Site, request: Request) -> Answer:
    """POST /vmpools: the pool with its first VMs, thin on the template."""
    body = request.record("vm_pool", "vm_pools/methods/add")
    missing = [name for name in ("name", "template", "cluster") if not body.get(name)]
    if missing:  # not recorded
        words = ", ".join(name if name == "name" else f"{name}.id|name" for name in missing)
        raise refusals.incomplete(f"VmPool [{words}] required for add")
    cluster, template = asked_cluster(site, body["cluster"]), asked_template(site, body["template"])
    check_name(str(body["name"]), "Can not add VM-Pool.", "vmPool")
    if site.named("vm_pool", str(body["name"])) is not None:  # not recorded
        raise refusals.command(
            409, "Cannot add VM-Pool. The VM-Pool name is already in use, please choose a unique name and try again."
        )
    size = int(str(body.get("size", "1"))) if str(body.get("size", "1")).isdigit() else 1
    pool = site.add(Entity("vm_pool", record(site, body, cluster, template, size)))
    job = site.job(f"Creating VM-Pool {pool.name}", request.correlation, "started")
    for number in range(1, size + 1):
        vm = make(site, {"name": f"{pool.name}-{number}"}, cluster, template, clone=False)
        for copy in copies(site, {}, cluster, template, clone=False):
            fill(site, vm, copy, clone=False)
        vm.set(status="image_locked", vm_pool={"id": pool.id}, use_latest_template_version="false")
        vm.set(delete_protected=template.data.get("delete_protected", "false"))
        vm.data = arranged(vm.data, ORDER)
        site.later(THIN_SECONDS, partial(ready, site, vm, job))
    href = f"{API}/vmpools/{pool.id}"
    text = document(member_writer(site, Member(shown_pool(site, pool, all_content=True), href, "vmpools"), {}))
    return Answer(201, text, headers={"Location": location(request.host, href)})


def record(site: Site, body: Record, cluster: Entity, template: Entity, size: int) -> Record:
    """The pool's own fields, defaults filled in."""
    return {
        "id": site.new_id(),
        "name": str(body["name"]),
        "description": str(body.get("description", "")),
        "auto_storage_select": str(body.get("auto_storage_select", "false")),
        "max_user_vms": str(body.get("max_user_vms", "1")),
        "prestarted_vms": str(body.get("prestarted_vms", "0")),
        "size": str(size),
        "stateful": str(body.get("stateful", "false")),
        "type": str(body.get("type", "automatic")),
        "use_latest_template_version": str(body.get("use_latest_template_version", "false")),
        "cluster": {"id": cluster.id},
        "template": {"id": template.id},
    }


def remove(site: Site, request: Request) -> Answer:
    """DELETE /vmpools/{pool}: the pool goes, and its VMs with it, running or not, unless they are protected."""
    pool = site.get("vm_pool", request.ids[0])
    if pool is None:
        raise refusals.empty(404)
    held = members_of(site, pool.id)
    site.remove(pool)
    for vm in held:
        vm.set(vm_pool=None)
    if any(vm.data.get("delete_protected") == "true" for vm in held):
        raise refusals.command(400)
    for vm in held:
        drop_disks(site, vm)
    job = site.job(f"Removing VM-Pool {pool.name}", request.correlation)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})
