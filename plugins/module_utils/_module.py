# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of a module that changes an engine: client and journal made, the flow called, one result out.

This file, _info_module.py and _frame.py are the only ones that know AnsibleModule; below them there are typed values
and exceptions.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import Journal
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.report import Report
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Outcome
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import auth_argument_spec
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.context import Context, Result
from ansible_collections.ovirt_dr.storage.plugins.module_utils._frame import (
    CONCURRENCY,
    OLDEST_ENGINE,
    Params,
    check_libraries,
    check_ranges,
    open_client,
)

COMMON_OPTIONS: dict[str, t.Any] = {
    "wait": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 600},
    "poll_interval": {"type": "float", "default": 5},
    "concurrency": CONCURRENCY,
    "on_failure": {"type": "str", "choices": ["continue", "stop"], "default": "continue"},
    "journal": {"type": "path"},
    "run_id": {"type": "str"},
}
# Attaching a domain reads every image on it inside one request: minutes for a large one (baseline 1).
LONG_CALL = 3600.0
# A result stays small for thousands of objects; the journal holds all of them.
MOST_CHANGES = 100
MOST_FAILURES_IN_A_MESSAGE = 10


def run_module(flow: Callable[[Context, Params], Result], options: Mapping[str, t.Any], **constraints: t.Any) -> None:
    """Run ``flow`` and return what became of it. constraints: what AnsibleModule takes besides, e.g. required_one_of.

    The module fails when anything required failed, after everything else was carried out.
    """
    module = AnsibleModule(
        argument_spec={**auth_argument_spec(), **COMMON_OPTIONS, **options},
        supports_check_mode=True,
        **constraints,
    )
    check_libraries(module)
    clock = Clock()
    began = clock.now()
    try:
        check_ranges(module.params)
        with open_client(module, clock, run_id=module.params["run_id"]) as client:
            client.require(OLDEST_ENGINE)
            # Nothing happens in check mode, so there is nothing to keep a journal of.
            path = None if module.check_mode else module.params["journal"]
            journal = Journal(path, client.run_id, correlate=client.correlation_id)
            result = flow(_context(module, client, journal, clock), module.params)
            journal.close()
    except DrError as error:
        module.fail_json(msg=str(error), failure=error.failure(), changed=False)
    report = result.report_of_all()
    answer = _answer(module, result, report, client)
    answer["seconds"] = round(clock.now() - began, 3)
    for warning in (*result.plan.warnings, *report.warnings, *client.warnings, journal.trouble):
        if warning:
            module.warn(warning)
    if report.ok:
        module.exit_json(**answer)
    module.fail_json(**answer)


def _context(module: AnsibleModule, client: Client, journal: Journal, clock: Clock) -> Context:
    params = module.params
    return Context(
        client=client,
        journal=journal,
        clock=clock,
        check_mode=module.check_mode,
        wait=params["wait"],
        timeout=params["timeout"],
        call_timeout=max(LONG_CALL, params["timeout"]),
        poll_interval=params["poll_interval"],
        concurrency=params["concurrency"],
        stop_at_failure=params["on_failure"] == "stop",
    )


def _answer(module: AnsibleModule, result: Result, report: Report, client: Client) -> dict[str, t.Any]:
    """What was found and done, the difference once, and what it cost."""
    difference = result.plan.difference(report.outcomes)
    answer: dict[str, t.Any] = {
        **report.result(),
        **result.extra,
        "msg": result.says or _message(report, check_mode=module.check_mode),
        "changed": difference.changed,
        "changes": difference.sentences()[:MOST_CHANGES],
        "not_proven": list(result.plan.not_proven),
        "run_id": client.run_id,
        "journal": None if module.check_mode else module.params["journal"],
        "requests": {"reads": client.counts.reads, "writes": client.counts.writes},
    }
    if module._diff:  # AnsibleModule has no public way to tell whether a diff was asked for
        answer["diff"] = difference.before_after()
    return answer


def _message(report: Report, *, check_mode: bool) -> str:
    """One sentence: how many ended how; then what failed, in the engine's words."""
    words = {
        "done": "would be done" if check_mode else "done",
        "already": "already so",
        "skipped": "skipped",
        "failed": "failed",
        "not_run": "not run",
    }
    counts = report.counts()
    sentence = ", ".join(f"{counts[state]} {words[state]}" for state in counts if counts[state]) or "nothing to do"
    failures = report.failures()
    told = [_failure(outcome, report.stopped) for outcome in failures[:MOST_FAILURES_IN_A_MESSAGE]]
    if len(failures) > len(told):
        told.append(f"and {len(failures) - len(told)} more, see 'failures' and the journal")
    # What ended the run is told once, at the end, and not with every object that it left in the middle.
    told = [words for words in told if words]
    if report.stopped:
        told.append(report.stopped)
    return ". ".join([sentence, *told])


def _failure(outcome: Outcome, stopped: str) -> str:
    """A failure in words: the object is named; empty when there is nothing beyond what stopped the run."""
    name = outcome.name or outcome.target_id
    message = outcome.message.removeprefix(stopped).removeprefix("; ") if stopped else outcome.message
    return message if not message or name in message else f"{outcome.kind} {name}: {message}"
