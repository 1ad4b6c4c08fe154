# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The 202 of an action that goes on behind its answer: the ids of its tasks in its own id (05 #281, #302; 03b #37)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, action_answer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


def task_ids(site: Site, tasks: int) -> str:
    """As many fresh ids as there are volumes to make, at least one."""
    return "%2C".join(site.new_id() for _unused in range(max(1, tasks)))


def pending(site: Site, request: Request, sent: Record, job: Entity, tasks: int) -> Answer:
    """The answer: an address of its own, from which nothing was ever read, and where it came from."""
    found = action_answer(sent, {"async": "true", "job": {"id": job.id}, "status": "pending"}, 202)
    ids, address = task_ids(site, tasks), f"{API}/{'/'.join(request.segments)}"
    parent = address.rpartition("/")[0]
    head = (
        f'<action href="{address}/{ids}" id="{ids}">\n    <link href="{parent}" rel="parent"/>\n'
        f'    <link href="{address}" rel="replay"/>'
    )
    found.body = found.body.replace(b"<action>", head.encode(), 1)
    return found
