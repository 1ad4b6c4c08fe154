# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Editing and deleting templates (contract 05, 5.7; recordings 03b 29 and 83, 05 237)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import quotas, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.disk_edit import drop
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.images import arranged
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import BLANK, Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.template_add import answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.vm_record import (
    ORDER,
    check_name,
    check_numbers,
    merged,
)


def update(site: Site, request: Request) -> Answer:
    """PUT /templates/{template}."""
    method = "template/methods/update"
    body = request.record("template", method)
    template = site.get("template", request.ids[0])
    if template is None:
        raise refusals.empty(404)
    check_numbers(request, body, method)
    check_name(str(body.get("name", "")), "Can not edit Template.", "vmTemplate")
    if template.data.get("status") == "locked":  # not recorded
        raise refusals.command(409, "Template is currently locked (temporarily).")
    other = site.named("template", body["name"]) if body.get("name") else None
    if other is not None and other.id != template.id:  # not recorded
        raise refusals.command(
            409, "Cannot edit Template. The Template name is already in use, please choose a unique name and try again."
        )
    quotas.check_template(site, body, template)
    template.data = arranged({**merged(template.data, body), **quotas.changes(body)}, ORDER)
    template.cache.clear()
    return answer(site, request, template, 200, soundcard="false")


def users_of(site: Site, template: Entity) -> list[Entity]:
    """The VMs that stand on a template."""
    return [vm for vm in site.all("vm") if vm.ref("template") == template.id]


def check_remove(site: Site, template: Entity) -> None:
    """What speaks against deleting a template. Raises Refusal."""
    if template.id == BLANK:  # not recorded
        raise refusals.command(400, "Cannot remove Template. Removing Blank Template is not allowed.")
    if template.data.get("delete_protected") == "true":  # not recorded
        raise refusals.command(
            409,
            "Cannot remove Template. Delete protection is enabled. In order to delete, disable Delete protection "
            "first.",
        )
    if template.data.get("status") == "locked":  # not recorded
        raise refusals.command(409, "Template's Image is locked (temporarily).")
    users = sorted(vm.name for vm in users_of(site, template))
    if users:
        raise refusals.command(
            409, f"Cannot delete Template. Template is being used by the following VMs: {','.join(users)}."
        )


def remove(site: Site, request: Request) -> Answer:
    """DELETE /templates/{template}."""
    template = site.get("template", request.ids[0])
    if template is None:
        raise refusals.empty(404)
    check_remove(site, template)
    disks = site.disks_of(template)
    site.remove(template)
    for disk in disks:
        drop(site, disk)
    job = site.job(f"Removing Template {template.name} from system", request.correlation)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})
