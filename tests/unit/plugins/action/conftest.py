# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs an action plugin without a play."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task
from ansible.utils.display import Display


@pytest.fixture
def shown(monkeypatch):
    """The lines that plugins show."""
    lines = []
    monkeypatch.setattr(Display, "display", lambda _self, text, *_args, **_kwargs: lines.append(text))
    return lines


@pytest.fixture
def loader(tmp_path):
    """Finds files in the test's directory."""
    made = DataLoader()
    made.set_basedir(str(tmp_path))
    return made


@pytest.fixture
def play(loader, shown):
    """Runs the plugin of a class with arguments: run(plugin, check_mode=False, **args) -> result."""

    def run(plugin, *, check_mode=False, **args):
        task = Task()
        task.action, task.args, task.check_mode, task.async_val = "test", args, check_mode, 0
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None), transport="local")
        action = plugin(task, connection, SimpleNamespace(), loader, None, None)
        return action.run(task_vars={})

    return run
