# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For all tests: in CI a test may be skipped only for a reason that ``allowed_skips.txt`` lists."""

from __future__ import annotations

import fnmatch
import os
import pathlib
import typing as t

import hypothesis
import pytest

# A property is about values; how long one example takes depends on what else the machine does.
hypothesis.settings.register_profile("project", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("project")

ALLOWED = pathlib.Path(__file__).with_name("allowed_skips.txt")


def allowed_reasons(text: str) -> list[str]:
    """The patterns of the list, without comments and empty lines."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test was skipped, as its author wrote it."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ").strip()


class SkipGuard:
    """Collects skips that are not on the list and fails the session for them."""

    def __init__(self, allowed: list[str]) -> None:
        self.allowed = allowed
        self.refused: list[str] = []

    def look(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        """Note the report if it is a skip for no listed reason. An expected failure (xfail) is no skip."""
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        reason = reason_of(report)
        if not any(fnmatch.fnmatchcase(reason, pattern) for pattern in self.allowed):
            self.refused.append(f"{report.nodeid}: {reason}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test's report, also when a worker process ran it."""
        self.look(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that was skipped as a whole."""
        self.look(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn a passed session into a failed one."""
        if self.refused and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: t.Any) -> None:
        """Say which tests, and what to do."""
        for line in self.refused:
            terminalreporter.write_line(f"SKIPPED FOR NO LISTED REASON {line}", red=True)
        if self.refused:
            terminalreporter.write_line(f"CI allows only the reasons in tests/{ALLOWED.name}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Guard the skips in CI, once: not in the worker processes of xdist, whose reports come to the first."""
    if os.environ.get("CI", "").lower() not in ("", "0", "false") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SkipGuard(allowed_reasons(ALLOWED.read_text(encoding="utf-8"))))
