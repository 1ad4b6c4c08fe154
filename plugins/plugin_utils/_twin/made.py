# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that show one record: made just now, or changed."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request, location
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member


def created(site: Site, request: Request, member: Member) -> Answer:
    """201 with the new record and its address, the path doubled (findings, 1)."""
    answer = shown(site, request, member)
    answer.status = 201
    answer.headers["Location"] = location(request.host, member.href)
    return answer


def shown(site: Site, request: Request, member: Member) -> Answer:
    """200 with the record."""
    return Answer(200, document(member_writer(site, member, {}, request.ids)))
