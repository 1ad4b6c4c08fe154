# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal is followed, and nothing of it changes what the module does or returns."""

from __future__ import annotations

import os
import pathlib
from types import SimpleNamespace

import pytest
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import Journal
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step, outcome_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._progress import action as base
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._progress.tail import Tail

STEP = Step("s1", "attach", "domain", "data-web")
LINE = "[attach 1/1] data-web: active (2.0 s)"


def work(path: str | None) -> None:
    """What a module writes."""
    journal = Journal(path, "run1")
    journal.plan(1, "attach 1", {"attach": 1})
    journal.start(STEP)
    journal.end(outcome_of(STEP, "done", "active", seconds=2.0))
    journal.close()


def test_only_what_is_appended_is_shown(tmp_path) -> None:
    path, shown = str(tmp_path / "journal"), []
    work(path)
    with Tail(path, lambda line: shown.append(line.text)):
        assert shown == []
        work(path)
    assert shown == [LINE]


def test_a_line_that_is_being_written_is_waited_for(tmp_path) -> None:
    path, shown = tmp_path / "journal", []
    work(str(path))
    data = path.read_bytes()
    path.write_bytes(b"")
    tail = Tail(str(path), lambda line: shown.append(line.text))
    for piece in (data[:10], data[10:-5], data[-5:]):
        with path.open("ab") as file:
            file.write(piece)
        tail._read()
    assert shown == [LINE]


@pytest.mark.parametrize("path", ["missing", "."])
def test_a_journal_that_cannot_be_read_shows_nothing(tmp_path, path) -> None:
    shown: list = []
    with Tail(str(tmp_path / path), shown.append):
        pass
    assert shown == []


@pytest.mark.parametrize(
    ("environ", "on_a_terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"AWX_HOST": "https://awx", "JOB_ID": "7"}, False, True),
        ({"JOB_ID": "7"}, False, False),
        ({"OVIRT_DR_PROGRESS": "never"}, True, False),
        ({"OVIRT_DR_PROGRESS": "never", "AWX_HOST": "https://awx", "JOB_ID": "7"}, True, False),
        ({"OVIRT_DR_PROGRESS": "Always"}, False, True),
        ({"OVIRT_DR_PROGRESS": "auto"}, True, True),
    ],
)
def test_when_progress_is_wanted(environ, on_a_terminal, expected) -> None:
    assert base.wanted(environ, on_a_terminal) is expected


@pytest.fixture
def plugin(monkeypatch, tmp_path):
    """A plugin whose module runs in this process; what is displayed and what the module was given are kept."""
    monkeypatch.setenv(base.SWITCH, "always")
    monkeypatch.setattr(base.C, "DEFAULT_LOCAL_TMP", str(tmp_path / "local"), raising=False)
    (tmp_path / "local").mkdir()
    monkeypatch.delenv("AWX_HOST", raising=False)
    shown: list[str] = []
    monkeypatch.setattr(Display(), "display", lambda text, color=None: shown.append(text))
    task = SimpleNamespace(args={"data_center": "Recovery"}, async_val=0, check_mode=False, no_log=False)
    seen: list[dict] = []

    def module(_self, _tmp=None, _task_vars=None):
        seen.append(dict(task.args))
        if task.args.get("fail"):
            raise RuntimeError("timed out")
        path = task.args.get("journal")
        work(os.path.join(tmp_path, path) if path else None)
        return {"changed": True, "journal": path, "invocation": {"module_args": {**task.args, "journal": path}}}

    monkeypatch.setattr(NormalAction, "run", module)
    connection = SimpleNamespace(transport="local", become=None)
    loader = SimpleNamespace(get_basedir=lambda: str(tmp_path))
    made = base.ProgressAction(task, connection, None, loader, None, None)
    return SimpleNamespace(action=made, task=task, connection=connection, shown=shown, seen=seen, tmp=tmp_path)


def test_progress_is_shown_from_a_journal_of_our_own_that_leaves_no_trace(plugin) -> None:
    result = plugin.action.run(None, {"ansible_play_batch": ["a"], "inventory_hostname": "a"})
    assert plugin.shown == [LINE]
    assert plugin.seen[0]["journal"].startswith(str(plugin.tmp / "local"))
    assert list((plugin.tmp / "local").iterdir()) == []
    assert plugin.task.args == {"data_center": "Recovery"}
    expected = {"data_center": "Recovery", "journal": None}
    assert result == {"changed": True, "journal": None, "invocation": {"module_args": expected}}


def test_the_result_is_the_same_without_progress(plugin, monkeypatch) -> None:
    with_progress = plugin.action.run(None, {})
    monkeypatch.setenv(base.SWITCH, "never")
    assert plugin.action.run(None, {}) == with_progress
    assert "journal" not in plugin.seen[1]


def test_the_journal_that_was_asked_for_is_followed_and_kept(plugin) -> None:
    plugin.task.args["journal"] = "dr.jsonl"
    result = plugin.action.run(None, {})
    assert plugin.shown == [LINE]
    assert pathlib.Path(plugin.tmp / "dr.jsonl").exists()
    assert result["journal"] == "dr.jsonl"


def test_with_several_hosts_each_line_names_its_own(plugin) -> None:
    plugin.action.run(None, {"ansible_play_batch": ["a", "b"], "inventory_hostname": "b"})
    assert plugin.shown == [f"b: {LINE}"]


@pytest.mark.parametrize(
    ("of", "name", "value"),
    [
        ("task", "check_mode", True),
        ("task", "no_log", True),
        ("task", "async_val", 60),
        ("connection", "transport", "ssh"),
        ("connection", "become", object()),
    ],
)
def test_where_it_cannot_or_must_not_be_followed_the_module_just_runs(plugin, of, name, value) -> None:
    setattr(getattr(plugin, of), name, value)
    plugin.action.run(None, {})
    assert plugin.shown == []
    assert plugin.seen == [{"data_center": "Recovery"}]


def test_a_module_that_is_cut_off_leaves_nothing_behind(plugin) -> None:
    plugin.task.args["fail"] = True
    with pytest.raises(RuntimeError, match="timed out"):
        plugin.action.run(None, {})
    assert plugin.task.args == {"data_center": "Recovery", "fail": True}
    assert list((plugin.tmp / "local").iterdir()) == []
