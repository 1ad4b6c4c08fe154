# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quota that an edit gives to a VM, a template or a disk (contract 05, 5.9). Tried on a running engine 4.5.8: a
quota is kept and shown in every quota mode, and only that of a template may be one of another data center."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site

_NO_QUOTA = (
    "Cannot edit Template. The quota associated with VM null is no longer available. This may be a result of an "
    "import or snapshot restoring. Please reassign a quota to this VM."
)


def given(body: Record) -> str:
    """The id of the quota that a body names, or an empty string."""
    held = body.get("quota")
    return str(held.get("id", "")) if isinstance(held, dict) else ""


def check(site: Site, body: Record, center: str, action: str) -> None:
    """What speaks against the quota of a VM or disk. action: how the refusal begins. Raises Refusal."""
    asked = given(body)
    if not asked:
        return
    quota = site.get("quota", asked)
    if quota is None:
        raise refusals.command(400, f"{action} Quota doesn't exist.")
    if quota.ref("data_center") != center:
        raise refusals.command(400, f"{action} Quota is not valid.")


def check_template(site: Site, body: Record, template: Entity) -> None:
    """What speaks against the quota of a template. Raises Refusal."""
    asked = given(body)
    if not asked:
        return
    center = site.data_center_of(template)
    held = site.get("data_center", center)
    enforced = held is not None and held.data.get("quota_mode") == "enabled"
    quota = site.get("quota", asked)
    if quota is None:
        raise refusals.command(500, _NO_QUOTA) if enforced else refusals.engine_error()
    if quota.ref("data_center") != center and enforced:
        raise refusals.validation_crash()


def changes(body: Record) -> Record:
    """The field that an edit sets."""
    asked = given(body)
    return {"quota": {"id": asked}} if asked else {}
