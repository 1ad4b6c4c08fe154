# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drill: a recorded estate is failed over to a second site, on engines that run on this machine.

Run by ``make drill``; docs/drill.md tells the variables and what is written.
"""

from __future__ import annotations

import json
import os
import sys
import time
import typing as t

import estate as estates
import play
import settings as options
import summary as summaries
import twin as twins
import ways
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.floor import floor

USERNAME, PASSWORD = "admin@internal", "twin"


def main() -> int:
    """Run one drill; returns the playbook's exit code, or 2 when the drill itself could not be run."""
    try:
        settings = options.from_environment(os.environ, options.root())
        return drill(settings)
    except options.DrillError as error:
        print(f"drill: {error}", file=sys.stderr)
        return 2


def drill(settings: options.Settings) -> int:
    """Start or find the twin, write the user's files, run the playbook, tell what it cost."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    twin, estate, plan = _site_files(settings)
    meant = estates.make_plan(estate, twin.urls, "estate.json", settings.way)
    numbers = estates.numbers(estate, meant)
    floor_seconds = _floor(settings, numbers, estates.waves(estate, meant))
    lost, site = ways.lost(meant), ways.site_of(settings.way)
    _introduce(settings, twin, numbers, lost)
    for name in (*(f"storage:{place}" for place in lost), *settings.fail):
        twin.control(site, "fail", name)
    before = twin.control(site, "stats")
    result_file = settings.folder / "recovery.json"
    result_file.unlink(missing_ok=True)
    journal = settings.folder / f"journal-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.jsonl"
    try:
        arguments = _move if settings.way == "move" else _arguments
        played = play.play(arguments(settings, plan, journal, result_file), _environment(twin, settings.way), twin.pid)
    finally:
        # Storage that was lost stays lost.
        if settings.fail:
            twin.control(site, "no-faults", {})
            for place in lost:
                twin.control(site, "fail", f"storage:{place}")
    after = twin.control(site, "stats")
    engine = {key: after[key] - before[key] for key in ("reads", "writes", "sign_ins")}
    recovery = json.loads(result_file.read_text(encoding="utf-8")) if result_file.exists() else {}
    summary = summaries.make_summary(settings, numbers, played, engine, recovery, floor_seconds, journal)
    summaries.write_summary(settings.folder / "summary.json", summary)
    _conclude(settings, summary)
    return played.exit_code


def _site_files(settings: options.Settings) -> tuple[twins.Twin, dict[str, t.Any], str]:
    """The twin with its estate and plan: those of the last drill when it is the same one, else new ones."""
    estate_file, plan_file = settings.folder / "estate.json", settings.folder / estates.plan_name(settings.way)
    twin = twins.running(settings)
    if twin is not None and estate_file.exists() and plan_file.exists():
        if settings.reset:
            twin.control(ways.site_of(settings.way), "reset", {})
            twin.fresh = True
        return twin, json.loads(estate_file.read_text(encoding="utf-8")), str(plan_file)
    estate = dict(ways.estate_of(settings.way, estates.make_estate(settings.vms, settings.domains)))
    estate_file.write_text(json.dumps(estate), encoding="utf-8")
    twin = twins.start(settings, estate_file)
    return twin, estate, str(estates.write_files(estate, twin.urls, settings.folder, settings.way))


def _introduce(
    settings: options.Settings, twin: twins.Twin, numbers: t.Mapping[str, int], lost: t.Sequence[str]
) -> None:
    print(
        f"The drill: {numbers['vms']} VMs on {numbers['domains']} domains {ways.TELLING[settings.way]}.\n"
        f"  engine: a twin at {twin.urls[ways.site_of(settings.way)]}, profile {settings.profile}, "
        f"{settings.latency * 1000:g} ms per request; "
        + ("new, nothing is done yet" if twin.fresh else "the one of the last drill, with what was done then")
        + f"\n  plan:   {settings.folder / estates.plan_name(settings.way)}"
    )
    if lost:
        print(f"  lost:   {', '.join(lost[:5])}{', ...' if len(lost) > 5 else ''}")
    for name in settings.fail:
        print(f"  fault:  {name}")
    print(flush=True)


def _arguments(settings: options.Settings, plan: str, journal: object, result_file: object) -> list[str]:
    extra = {
        "dr_failover_plan": plan,
        "dr_failover_journal": str(journal),
        "dr_failover_summary": str(result_file),
        "dr_failover_takeover": {"confirmed_by": "make drill", "reason": "the main site of a drill is lost by design"},
        **ways.VARIABLES[settings.way],
        "ansible_python_interpreter": sys.executable,
    }
    arguments = ["ovirt_dr.storage.failover", "--inventory", "localhost,", "--extra-vars", json.dumps(extra)]
    return [*arguments, "--check", "--diff"] if settings.check else arguments


def _move(settings: options.Settings, variables: str, journal: object, result_file: object) -> list[str]:
    extra = {
        "domain_move_dir": str(settings.folder),
        "domain_move_journal": str(journal),
        "domain_move_summary": str(result_file),
        **ways.VARIABLES[settings.way],
        "ansible_python_interpreter": sys.executable,
    }
    arguments = ["ovirt_dr.storage.move_domain", "--inventory", "localhost,", "--extra-vars", f"@{variables}"]
    arguments += ["--extra-vars", json.dumps(extra)]
    return [*arguments, "--check", "--diff"] if settings.check else arguments


def _environment(twin: twins.Twin, way: str) -> dict[str, str]:
    return {
        **os.environ,
        **({"OVIRT_URL": twin.urls["primary"]} if way == "move" else {}),
        "OVIRT_USERNAME": USERNAME,
        "OVIRT_PASSWORD": PASSWORD,
        "OVIRT_DR_PROGRESS": os.environ.get("OVIRT_DR_PROGRESS", "always"),
        "ANSIBLE_FORCE_COLOR": "true" if sys.stdout.isatty() else "false",
    }


def _floor(settings: options.Settings, numbers: t.Mapping[str, int], waves: t.Sequence[int]) -> float | None:
    """The least time that the engine needs, where the profile says what things take; known for two engines only."""
    if settings.profile != "engine-4.5" or settings.way != "other_engine":
        return None
    return round(floor(**numbers, waves=waves).total, 2)


def _conclude(settings: options.Settings, summary: t.Mapping[str, t.Any]) -> None:
    counts = summary["counts"]
    floor_words = f", the engine's floor is {summary['floor_seconds']} s" if summary["floor_seconds"] else ""
    would = "check mode, nothing was written; " if settings.check else ""
    print(
        f"\n{would}VMs registered: {counts['registered']}, started: {counts['started']}; changes: {counts['changed']}, "
        f"failed: {counts['failed']}; {summary['seconds']} s{floor_words}\n"
        f"{summary['engine_requests']} requests to the engine ({summary['requests_per_vm']} per VM), "
        f"{summary['client_cpu_seconds']} s of CPU, {summary['peak_mb'].get('all', 0)} MB with the twin, "
        f"{summary['tasks']} tasks\n"
        f"summary: {settings.folder / 'summary.json'}\n"
        f"exit code: {summary['exit_code']}"
    )
    if summary["exit_code"] > 128:
        print(f"The playbook was ended by signal {summary['exit_code'] - 128}. ", end="")
    if summary["exit_code"]:
        without = ", without FAIL," if settings.fail else ""
        again = "" if settings.way == "other_engine" else f" WAY={settings.way}"
        print(f"Run `make drill{again}` again{without} and it completes what is missing.")


if __name__ == "__main__":
    sys.exit(main())
