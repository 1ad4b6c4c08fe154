# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example project as a job of AWX: credential, survey, live lines, and what later nodes of a workflow get."""

from __future__ import annotations

import json
import pathlib
import re
import shutil
import typing as t

import pytest
import yaml
from ansible_collections.ovirt_dr.storage.scripts.drill import estate as estates
from ansible_collections.ovirt_dr.storage.tests.integration.packaging.runner import (
    PASSWORD,
    PROJECT,
    Engine,
    Job,
)
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import ROOT

# A file with such a line is offered as a playbook (AWX, awx/main/utils/ansible.py).
PLAYBOOK = re.compile(r"^\s*?-?\s*?(?:hosts|include|import_playbook):")
LOOK = pathlib.Path(__file__).with_name("look_with_credential.yml")


@pytest.fixture
def job(installed: pathlib.Path, tmp_path: pathlib.Path) -> Job:
    return Job(tmp_path / "job", installed)


def survey() -> list[dict[str, t.Any]]:
    """The questions of the example."""
    spec = json.loads((PROJECT / "survey.json").read_text(encoding="utf-8"))["spec"]
    return [dict(question) for question in spec]


def test_failover_as_a_job(job: Job, engine: Engine) -> None:
    estates.write_files(engine.twin.estate, {name: engine.twin.url(name) for name in engine.twin.sites}, job.project)
    job.give_credential(engine)
    answers = {question["variable"]: question["default"] for question in survey()}
    answers |= {"takeover_confirmed_by": "Ada Byron", "takeover_reason": "no power at the main site"}
    done = job.run("dr_failover.yml", **answers)
    assert done.code == 0, done.screen

    artifacts = done.artifacts
    assert artifacts["dr_failover_verdict"] in ("recovered", "warnings")
    assert artifacts["dr_failover_counts"]["failed"] == 0
    assert re.fullmatch(r"[a-z0-9]{8}", artifacts["dr_failover_run_id"])
    journal = pathlib.Path(artifacts["dr_failover_journal"]).read_text(encoding="utf-8")
    assert "takeover confirmed by Ada Byron: no power at the main site" in journal

    # Each line of progress is an event of its own, before the one of its task's end.
    lines = [event["counter"] for event in done.of("verbose") if re.match(r"\[register \d+/15\] ", event["stdout"])]
    (ended,) = [
        event["counter"] for event in done.of("runner_on_ok") if event["event_data"]["task"] == "VMs are registered"
    ]
    assert len(lines) == 15
    assert max(lines) < ended

    told = json.dumps(done.events) + done.screen + journal
    assert PASSWORD not in told
    assert "WARNING" not in done.screen


def test_without_a_statement_nothing_is_taken_over(job: Job, engine: Engine) -> None:
    """The survey as it is offered, in a hurry."""
    estates.write_files(engine.twin.estate, {name: engine.twin.url(name) for name in engine.twin.sites}, job.project)
    job.give_credential(engine)
    done = job.run("dr_failover.yml", **{question["variable"]: question["default"] for question in survey()})
    assert done.code != 0
    assert "takeover: {confirmed_by: ..., reason: ...}" in " ".join(done.screen.split())
    assert done.artifacts["dr_failover_verdict"] == "incomplete"


@pytest.mark.parametrize("with_ca", [True, False])
def test_the_credential_alone_is_enough_and_its_ca_is_what_is_trusted(job: Job, engine: Engine, with_ca: bool) -> None:
    shutil.copy(LOOK, job.project)
    job.give_credential(engine, with_ca=with_ca)
    done = job.run(LOOK.name)
    if with_ca:
        assert done.code == 0, done.screen
    else:
        assert done.code != 0
        assert "certificate" in done.screen
        assert engine.twin.requests("recovery") == []


def test_awx_offers_the_playbook() -> None:
    lines = (PROJECT / "dr_failover.yml").read_text(encoding="utf-8").splitlines()
    assert any(PLAYBOOK.match(line) for line in lines)


def test_the_survey_asks_for_what_the_playbook_takes() -> None:
    specs = yaml.safe_load((ROOT / "roles/dr_failover/meta/argument_specs.yml").read_text(encoding="utf-8"))
    options = specs["argument_specs"]["main"]["options"]
    playbook = (PROJECT / "dr_failover.yml").read_text(encoding="utf-8")
    for question in survey():
        name = question["variable"]
        if name not in options:
            assert f"{name} | default('')" in playbook
            continue
        assert options[name]["type"] in ("str", "path")
        assert options[name]["default"] == question["default"]
        assert options[name].get("choices") == question.get("choices")
