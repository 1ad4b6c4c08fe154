# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""recovery_verdict: what is shown, returned and written."""

from __future__ import annotations

import json
import stat

import pytest
from ansible.errors import AnsibleError
from ansible_collections.ovirt_dr.storage.plugins.action.recovery_verdict import ActionModule

COUNTS = {"done": 2, "already": 0, "skipped": 0, "failed": 0, "not_run": 0}
GOOD = {"counts": COUNTS, "changed": True, "ok": True, "failures": [], "seconds": 1.0}
BAD = {"failed": True, "msg": "There is no cluster 'x'."}


def run(play, *results, **args):
    steps = [{"name": f"step {number}", "result": result} for number, result in enumerate(results, 1)]
    return play(ActionModule, steps=steps, **args)


@pytest.mark.parametrize(
    ("results", "args", "verdict", "failed"),
    [
        ([GOOD], {}, "recovered", False),
        ([{**GOOD, "counts": {**COUNTS, "done": 0}, "changed": False}], {}, "already", False),
        ([GOOD, {"skipped": True, "changed": False}], {}, "recovered", False),
        ([{**GOOD, "dropped": [{"name": "a", "id": "1", "messages": ["x"]}]}], {}, "warnings", False),
        ([GOOD], {"check_mode": True}, "would", False),
        ([{**GOOD, "ok": False, "counts": {**COUNTS, "failed": 1}}], {}, "incomplete", True),
        ([GOOD, BAD, {}], {}, "stopped", True),
        ([GOOD, {}], {}, "stopped", True),
        ([GOOD, None], {}, "stopped", True),
        ([{}, {}], {}, "stopped", True),
    ],
)
def test_the_verdict_decides_whether_the_task_fails(play, results, args, verdict, failed):
    result = run(play, *results, **args)
    assert (result["verdict"], result["failed"], result["changed"]) == (verdict, failed, False)


def test_what_is_shown_is_what_is_returned(play, shown, tmp_path):
    journal = tmp_path / "j"
    journal.touch()
    result = run(play, GOOD, BAD, journal=str(journal))
    assert shown == result["lines"]
    assert "Verdict: STOPPED at 'step 2'" in shown
    assert shown[-1] == f"Journal: {journal}"
    assert result["msg"].startswith(
        "STOPPED at 'step 2'. There is no cluster 'x'. What was done before stays (2 objects)"
    )
    assert result["counts"]["done"] == 2


def test_a_journal_that_was_not_written_is_not_shown(play, tmp_path):
    assert run(play, GOOD, journal=str(tmp_path / "none"))["lines"][-1] == "Journal: none was written"


def test_what_the_plan_leaves_out_is_told(play):
    result = run(play, GOOD, not_started=["db01"], left_out=[f"vm{number}" for number in range(1000)])
    assert result["notes"] == [
        "db01: registered and not started, as the plan says",
        "vm0, vm1, vm2, vm3 and 996 more: in the inventory and in no group of the plan, so left out",
    ]
    assert run(play, GOOD, not_started=[])["notes"] == []


def test_the_summary_is_for_its_owner_and_names_all(play, tmp_path):
    (tmp_path / "s.json").write_text("old", encoding="utf-8")
    left_out = [f"vm{number}" for number in range(50)]
    run(play, GOOD, summary="s.json", run_id="r1", journal=__file__, left_out=left_out)
    document = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert (document["verdict"], document["run_id"], document["journal"]) == ("recovered", "r1", __file__)
    assert all(name in document["notes"][0] for name in left_out)
    assert stat.S_IMODE((tmp_path / "s.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["s.json"]


@pytest.mark.parametrize(
    ("path", "words"), [("none/s.json", "No such file or directory"), ("folder", "Is a directory")]
)
def test_a_summary_that_cannot_be_written_does_not_hide_the_verdict(play, shown, tmp_path, path, words):
    (tmp_path / "folder").mkdir()
    result = run(play, GOOD, summary=path)
    assert (result["verdict"], result["failed"]) == ("recovered", True)
    assert shown[-1] == f"The summary {tmp_path}/{path} cannot be written: {words}."
    assert result["msg"].endswith(shown[-1])
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("args", [{}, {"steps": [{"result": {}}]}, {"steps": [], "sumary": "x"}])
def test_wrong_arguments(play, args):
    with pytest.raises(AnsibleError, match=r"steps|name|sumary"):
        play(ActionModule, **args)
