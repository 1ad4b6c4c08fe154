# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches every validation of the twin off, one at a time, and tells which of them nobody misses.

Run by ``make mutation``; docs/twin.md tells the rest. Without recordings only the tests judge, and the figure is
smaller."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import time
from collections.abc import Sequence

from .judge import Verdict, chosen, judge
from .loader import install
from .places import Package
from .tests import Item, with_tests

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = "ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin"
FOLDER = ROOT / "plugins" / "plugin_utils" / "_twin"
NO_ENGINE = ("__main__.py", "control.py", "estate.py", "faults.py", "grow.py", "launch.py", "twin.py")
"""Files that answer no request of the API."""
TESTS = ("tests/contract", "tests/unit/plugins/plugin_utils/twin")
SLOW = ("test_fidelity.py", "test_baseline.py", "test_profile.py", "test_command.py")
"""Tests that play recordings, as is done here, or that measure."""


def main() -> int:
    """Returns 0 when every validation is held, 1 when one is not, 2 when it could not be found out."""
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="TEXT",
        help="validations whose file, function or text holds this",
    )
    parser.add_argument(
        "--tests", action="append", metavar="PATH", help="tests to judge by (default: those of the twin)"
    )
    parser.add_argument("--into", default=str(ROOT / ".build" / "mutation" / "summary.json"), metavar="FILE")
    parser.add_argument("--no-recordings", action="store_true", help="judge by the tests alone")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    # As the tree is imported, not as it is stored: the finder compares paths.
    folder = _imported(FOLDER)
    package = Package(folder, NO_ENGINE)
    install(NAME, package)
    verdict = Verdict(chosen(package.places, options.only))
    broken: list[str] = []

    def take(items: Sequence[Item]) -> None:
        broken.extend(judge(verdict, items))

    left_out = [f"--ignore-glob=*/{name}" for name in SLOW]
    if with_tests([*left_out, *(options.tests or [str(ROOT / name) for name in TESTS])], take) != 0:
        print("mutation: the tests cannot be collected", file=sys.stderr)
        return 2
    matching = 0 if options.no_recordings else _recordings(verdict, options.seed)
    for title in broken:
        print(f"fails anyway: {title}")
    print("\n".join(verdict.lines()))
    place = pathlib.Path(options.into)
    place.parent.mkdir(parents=True, exist_ok=True)
    took = round(time.monotonic() - began, 1)
    data = {**verdict.summary(), "fails_anyway": broken, "exchanges_that_match": matching, "seconds": took}
    place.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(f"{took} s, {place}")
    return 1 if verdict.survivors else 0


def _imported(folder: pathlib.Path) -> pathlib.Path:
    """The path under which Python finds a folder of the collection."""
    for entry in sys.path:
        found = pathlib.Path(entry, *NAME.split("."))
        if found.is_dir() and found.samefile(folder):
            return found
    raise SystemExit(f"mutation: {NAME} is not on the path")


def _recordings(verdict: Verdict, seed: int) -> int:
    # Only now: what is imported there imports the twin.
    from ansible_collections.ovirt_dr.storage.scripts.fidelity.reading import NoRecordings

    from .recordings import judge_by_replay

    try:
        return judge_by_replay(verdict, seed)
    except NoRecordings as error:
        print(f"mutation: without recordings: {error}", file=sys.stderr)
        return 0


if __name__ == "__main__":
    sys.exit(main())
