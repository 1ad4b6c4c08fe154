# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials as AWX hands them over, and that they are seen nowhere."""

from __future__ import annotations

import json
import pathlib
import typing as t
import urllib.parse

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import USERNAME, Twin
from ansible_collections.ovirt_dr.storage.tests.integration.playbooks.runbook import Run, Runbook

PASSWORD = "s3cr%t&pass=w0rd"


@pytest.fixture
def book(tmp_path: pathlib.Path) -> t.Iterator[Runbook]:
    with Twin(profile="none", pace=0.02, password=PASSWORD) as twin:
        yield Runbook(tmp_path, twin)


def test_ini_file_of_awx(book: Runbook) -> None:
    """The plan names the engine, whatever address the credential holds."""
    ini = book.folder / "rhv.ini"
    ini.write_text(
        f"[ovirt]\novirt_url=https://lost.example\novirt_username={USERNAME}\novirt_password={PASSWORD}\n",
        encoding="utf-8",
    )
    run = book.run("-vvv", env={"OVIRT_INI_PATH": str(ini), "OVIRT_DR_PROGRESS": "always"})
    assert run.code == 0
    assert run.step("start VMs")["counts"]["done"] == 14
    assert "[register 15/15]" in run.screen
    _seen_nowhere(book, run)


def test_variables_of_the_role(book: Runbook) -> None:
    """A password in a variable, as from a vault; the most talkative screen there is."""
    run = book.run("-vvv", "--check", "--diff", env={}, auth={"username": USERNAME, "password": PASSWORD})
    assert run.code == 0
    assert book.writes() == []
    _seen_nowhere(book, run)


def _seen_nowhere(book: Runbook, run: Run) -> None:
    written = [path for path in book.folder.rglob("*") if path.is_file() and path.suffix != ".ini"]
    assert book.summary in written
    texts = {str(path): path.read_text(encoding="utf-8", errors="replace") for path in written} | {"screen": run.screen}
    for shape in (
        PASSWORD,
        urllib.parse.quote(PASSWORD),
        urllib.parse.quote_plus(PASSWORD),
        json.dumps(PASSWORD)[1:-1],
    ):
        assert [where for where, text in texts.items() if shape in text] == []
