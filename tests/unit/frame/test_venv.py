# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual environment: when it counts as ready, and which pip settings reach it."""

from __future__ import annotations

import importlib.util
import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.scripts.dev import venv
from ansible_collections.ovirt_dr.storage.scripts.dev.project import Problem, Project


@pytest.fixture(name="project")
def a_project(tmp_path: pathlib.Path) -> Project:
    (tmp_path / "meta").mkdir()
    (tmp_path / venv.RUN_TIME).write_text("requests\n")
    (tmp_path / venv.LOCK).write_text("requests==1\n")
    return Project(tmp_path)


@pytest.mark.parametrize("file", [venv.LOCK, str(venv.RUN_TIME)])
def test_another_lock_makes_another_environment(project: Project, file: str) -> None:
    key = venv.fingerprint(project)
    project.venv.mkdir(parents=True)
    venv.stamp(project, venv.RUN).write_text(key)
    assert venv.is_ready(project, venv.RUN, key)
    assert not venv.is_ready(project, venv.DEVELOPMENT, key)
    (project.root / file).write_text("requests==2\n")
    assert not venv.is_ready(project, venv.RUN, venv.fingerprint(project))


@pytest.mark.parametrize(
    ("listed", "environ", "settings"),
    [
        ("", {}, {}),
        ("global.index-url='https://index.example/simple'", {}, {"index-url": "https://index.example/simple"}),
        (":env:.cert='/e'\nglobal.cert='/f'", {}, {"cert": "/e"}),
        ("global.target='/elsewhere'\nglobal.user='1'\nfreeze.timeout='1'", {}, {}),
        ("", {"https_proxy": "http://proxy.example:3128"}, {"proxy": "http://proxy.example:3128"}),
        ("global.proxy='http://a'", {"HTTPS_PROXY": "http://b"}, {"proxy": "http://a"}),
        ("no settings\n\n", {}, {}),
        ("global.find-links='\\n/a\\n/b'", {}, {"find-links": "\n  /a\n  /b"}),
    ],
)
def test_pip_settings(listed: str, environ: dict[str, str], settings: dict[str, str]) -> None:
    assert venv.pip_settings(listed, environ) == settings


def test_without_ensurepip_and_pip_one_line_names_the_package(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec

    def lacking(name: str, *more: t.Any) -> t.Any:
        return None if name in ("ensurepip", "pip") else real(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", lacking)
    with pytest.raises(Problem, match="apt-get install python3-venv") as told:
        venv.create(project)
    assert "\n" not in str(told.value)
