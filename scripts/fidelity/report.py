# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the replay found: per scene on the screen, everything in a summary file."""

from __future__ import annotations

import json
import pathlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from .player import Outcome

KNOWN = pathlib.Path(__file__).with_name("differences.txt")


def known(path: pathlib.Path = KNOWN) -> dict[tuple[str, int], str]:
    """The reviewed differences: (scene, n) -> reason. A line is ``scene n[-m] reason``. Raises ValueError."""
    found: dict[tuple[str, int], str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        scene, numbers, reason = line.split(None, 2)
        first, _unused, last = numbers.partition("-")
        for n in range(int(first), int(last or first) + 1):
            found[(scene, n)] = reason
    return found


def table(outcomes: Iterable[Outcome]) -> list[str]:
    """A line per scene."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for outcome in outcomes:
        counts[outcome.record.scene][bool(outcome.differences)] += 1
    return [f"{scene:28} {same:5} matched {other:5} differing" for scene, (same, other) in sorted(counts.items())]


def closing(outcomes: list[Outcome]) -> str:
    """The last line."""
    same = sum(not outcome.differences for outcome in outcomes)
    share = 100 * same / len(outcomes) if outcomes else 0.0
    return f"fidelity: {same} of {len(outcomes)} exchanges match ({share:.1f} %)"


def summary(outcomes: list[Outcome], seed: int, others: Mapping[str, object]) -> dict[str, object]:
    """Everything as data."""
    scenes: dict[str, dict[str, object]] = {}
    for scene in sorted({outcome.record.scene for outcome in outcomes}):
        mine = [outcome for outcome in outcomes if outcome.record.scene == scene]
        differing = {str(o.record.n): list(o.differences)[:5] for o in mine if o.differences}
        scenes[scene] = {"exchanges": len(mine), "matched": len(mine) - len(differing), "differing": differing}
    same = sum(not outcome.differences for outcome in outcomes)
    return {"seed": seed, "exchanges": len(outcomes), "matched": same, "scenes": scenes, **others}


def write(path: pathlib.Path, data: Mapping[str, object]) -> None:
    """Writes the summary file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def shown(outcome: Outcome, width: int = 400) -> list[str]:
    """The differences of one exchange, brief."""
    record = outcome.record
    lines = [f"{record.scene} #{record.n} {record.status} {' '.join(outcome.request.split())[:width]}"]
    return lines + [f"    {text[:width]}" for text in outcome.differences[:12]]
