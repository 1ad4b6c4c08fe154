# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault does to a request that it hits (the rules: faults.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import reads, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.faults import Rule
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.parse import NotXml, parse, to_record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, action_answer, split_path
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API

if TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.server import SiteServer

HANG_SECONDS = 600.0


class Gone(Exception):
    """The connection is to be cut without an answer."""


def suffer(
    owner: SiteServer, rule: Rule, method: str, path: str, body: bytes, correlation: str, do: Callable[[], Answer]
) -> Answer:
    """The answer to a request that a rule hits; ``do`` carries it out. Raises Gone when there is none to be."""
    action, profile = rule.action, owner.profile
    if action in ("reset_before", "die_before"):
        if action == "die_before":
            owner.die(rule.seconds)
        raise Gone
    if action == "hang":
        profile.wait_until(profile.clock.now() + HANG_SECONDS)
        raise Gone
    if action == "status":
        return _refused(rule)
    if action == "engine_error":
        return _answer(refusals.engine_error())
    if action == "job_failure":
        return _job_failure(owner, rule, method, path, body, correlation)
    if action == "delay":
        profile.wait_until(profile.clock.now() + rule.seconds)
    answer = do()
    if action == "die_after":
        owner.die(rule.seconds)
    if action in ("reset_after", "die_after"):
        raise Gone
    return answer


def _answer(refusal: refusals.Refusal) -> Answer:
    return Answer(refusal.status, refusal.body(), refusal.content_type, dict(refusal.headers))


def _refused(rule: Rule) -> Answer:
    if rule.status == 401:
        words = "invalid_grant: The provided authorization grant for the auth code has expired."
        return _answer(refusals.unauthorized(words))
    kind = refusals.XML if rule.body.startswith("<") else refusals.HTML
    return Answer(rule.status, rule.body.encode(), kind)


def _job_failure(owner: SiteServer, rule: Rule, method: str, path: str, body: bytes, correlation: str) -> Answer:
    """The answer of an action that goes on behind it, and its job, which will fail. What makes or changes an entity
    answers with that entity, so it can only be refused."""
    _path, segments, params, _query = split_path(path.removeprefix(API))
    verb = segments[-1] if segments else ""
    is_action = method == "POST" and len(segments) % 2 == 1 and not reads.known("/".join(segments[::2]))
    site = owner.site
    with site.lock:
        site.settle()
        if not is_action and method != "DELETE":
            site.job(f"{method} {verb}", correlation, "failed")
            return _answer(refusals.engine_error())
        sent = _sent(body)
        waits = "true" not in (sent.get("async"), params.get("async"))
        job = site.job(verb if is_action else method, correlation, "started")
        site.later(rule.seconds, lambda: site.end_job(job, "failed"))
        results = {"job": {"id": job.id}, "status": "complete" if waits else "in_progress"}
        return action_answer(sent, results, 200 if waits else 202)


def _sent(body: bytes) -> dict[str, object]:
    try:
        record = to_record(parse(body))
    except NotXml:
        return {}
    return dict(record) if isinstance(record, dict) else {}
