# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error texts tell the object, what was asked, what happened and what next; their fields are JSON."""

from __future__ import annotations

import json

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import errors as e

EXAMPLES = [
    (e.BadInput("No."), {"kind": "bad_input"}, ["No."]),
    (e.NotFound("cluster", "c1", "data center Production"), {"object_kind": "cluster", "asked": "c1"}, ["c1", "Check"]),
    (e.Ambiguous("VM", "web", ["web (1)", "web (2)"]), {"candidates": ["web (1)", "web (2)"]}, ["of 2", "Give the id"]),
    (e.Unreachable("https://e/api", "refused"), {"why": "refused"}, ["https://e/api", "Nothing was done", "run again"]),
    (e.Unreachable("https://e/api", "refused", "Do so."), {"url": "https://e/api"}, ["Do so."]),
    (
        e.SignInFailed("https://e", "u@p", "access_denied", "Locked"),
        {"code": "access_denied"},
        ["u@p", "Locked", "Check"],
    ),
    (e.TokenExpired("https://e", "POST", "/x", "VM a"), {"method": "POST"}, ["VM a", "POST /x", "run again"]),
    (
        e.Fault(400, "R", "[D.]", items=("D.",), method="PUT", path="/x", subject="VM a"),
        {"items": ["D."]},
        ["VM a", "400", "R: D.", "engine.log"],
    ),
    (e.Fault(404, "Not Found", method="GET", path="/x"), {"detail": ""}, ["GET /x", "404, Not Found."]),
    (e.LostAnswer("PUT", "/x", why="reset", subject="VM a"), {"why": "reset"}, ["VM a", "PUT /x", "reset", "Look at"]),
    (e.UnexpectedAnswer("HTML", status=200, method="GET", path="/x"), {"status": 200}, ["HTML", "Check that the URL"]),
    (e.WriteRefused("POST", "/x", "VM a"), {"path": "/x"}, ["VM a", "check mode", "report"]),
    (
        e.WaitTimeout("VM a", "up", "down", 1.23),
        {"seconds": 1.2, "last_seen": "down"},
        ["VM a", "1.2 s", "'up'", "down"],
    ),
    (e.WaitTimeout("VM a", "up", "", 1), {"last_seen": ""}, ["nothing"]),
    (e.UnsupportedVersion("https://e", "4.3.0", "4.4"), {"found": "4.3.0"}, ["4.3.0", "4.4", "Upgrade"]),
]


@pytest.mark.parametrize(("error", "fields", "words"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_texts_and_fields(error: e.DrError, fields: dict[str, object], words: list[str]) -> None:
    shown = error.failure()
    assert json.loads(json.dumps(shown)) == shown
    assert shown["message"] == str(error)
    assert shown["kind"] == error.kind
    for name, value in fields.items():
        assert shown[name] == value
    for word in words:
        assert word in str(error)
    assert "  " not in str(error)
    assert str(error).endswith(".")


def test_every_error_has_an_example_and_a_kind_of_its_own() -> None:
    found = [kind for kind in vars(e).values() if isinstance(kind, type) and issubclass(kind, e.DrError)]
    assert len({kind.kind for kind in found}) == len(found)
    assert set(found) - {type(error) for error, _fields, _words in EXAMPLES} == {e.DrError, e.EngineError}


def test_what_speaks_with_an_engine_is_an_engine_error() -> None:
    assert not any(issubclass(kind, e.EngineError) for kind in (e.BadInput, e.NotFound, e.Ambiguous))
    assert issubclass(e.WriteRefused, e.EngineError)
