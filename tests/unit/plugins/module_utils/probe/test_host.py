# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module on this machine: what it is made of runs on old Pythons, wrong options are refused, and names are looked
up within their time."""

from __future__ import annotations

import ast
import pathlib
import threading
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe import wire
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import chap
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.deadline import Deadline
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import ProbeError, TimedOut
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.parallel import each
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.resolve import look_up, resolve
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import run_module

PLUGINS = pathlib.Path(__file__).resolve().parents[5] / "plugins"
FILES = [
    PLUGINS / "modules" / "host_storage_probe.py",
    *sorted((PLUGINS / "module_utils" / "_probe").rglob("*.py")),
]
OWN = "ansible_collections.ovirt_dr.storage.plugins.module_utils._probe"
STANDARD = {
    "__future__", "binascii", "concurrent.futures", "errno", "hashlib", "hmac", "itertools", "json", "os", "queue",
    "random", "re", "select", "socket", "struct", "subprocess", "threading", "time", "typing",
}  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_newer_than_python_3_7_and_nothing_of_others_is_used(file: pathlib.Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 7))
    used = {
        name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }
    allowed = STANDARD | ({"ansible.module_utils.basic"} if file.parent.name == "modules" else set())
    assert {name for name in used if not name.startswith(OWN)} <= allowed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "one of nfs, iscsi and known"),
        ({"known": True, "timeout": 0}, "timeout: 0 is not between"),
        ({"nfs": [{"address": "nas", "path": "a"}]}, "nfs[0].path"),
        ({"iscsi": [{"portals": ["a:b"], "username": "u", "password": "hidden"}]}, "iscsi[0].portals[0]"),
        ({"iscsi": [{"portals": ["a"], "username": "u"}]}, "username and password go together"),
    ],
)
def test_wrong_options_are_refused_with_their_place(options: dict[str, t.Any], words: str) -> None:
    result = run_module("host_storage_probe", options)
    assert result["failed"]
    assert words in result["msg"]
    assert "hidden" not in str(result)


def test_a_name_without_an_answer_costs_its_time_only() -> None:
    answered = threading.Event()

    def never(_name: str) -> list[str]:
        answered.wait()
        return []

    with pytest.raises(TimedOut, match=r"looking up nas"):
        resolve("nas", Deadline(0.05), never)
    answered.set()


@pytest.mark.parametrize("error", [OSError(-2, "Name or service not known"), UnicodeError("label too long")])
def test_a_name_that_has_no_address(error: Exception) -> None:
    def fails(_name: str) -> list[str]:
        raise error

    with pytest.raises(ProbeError, match=r"the name nas has no address") as refused:
        resolve("nas", Deadline(5), fails)
    assert refused.value.what == "unresolved"
    with pytest.raises(ProbeError, match="has no address"):
        resolve("nas", Deadline(5), lambda _name: [])


@pytest.mark.parametrize("digits", ["127.0.0.1", "::1"])
def test_an_address_stands_for_itself(digits: str) -> None:
    assert look_up(digits) == [digits]


def test_a_deadline_holds_over_many_steps() -> None:
    now = [100.0]
    deadline = Deadline(2, lambda: now[0])
    now[0] = 101.5
    assert deadline.left("reading") == 0.5
    assert deadline.spent() == 1.5
    now[0] = 102.0
    with pytest.raises(TimedOut, match=r"no answer within 2 s \(reading\)"):
        deadline.left("reading")


def test_answers_stand_in_the_order_of_the_questions() -> None:
    assert each(list(range(200)), lambda number: number * 2) == list(range(0, 400, 2))
    assert each([], lambda number: number) == []


def test_nobody_listens() -> None:
    with pytest.raises(ProbeError) as refused:
        wire.connect("127.0.0.1", 1, Deadline(5), "connecting")
    assert (refused.value.what, refused.value.text) == ("refused", "connection refused (connecting)")


def test_a_machine_without_md5_offers_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_data: bytes) -> t.NoReturn:
        raise ValueError("disabled for FIPS")

    assert chap.offered().startswith("5,")
    monkeypatch.setattr(chap.hashlib, "md5", forbidden)
    assert "5" not in chap.offered().split(",")
