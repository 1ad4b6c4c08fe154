# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replay of the recordings against the twin: how many recorded exchanges it answers as the engine did.

Run by ``make fidelity``, or for one scene:
``python -m ansible_collections.ovirt_dr.storage.scripts.fidelity --scene 05-placement --show``; docs/fidelity.md tells
the rest. A difference shows the recording first, then ours."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time

from . import report
from .dumps import replay_dumps
from .reading import ROOT, NoRecordings
from .replay import replay


def main() -> int:
    """Plays what was asked for; returns 0, or 2 with one line when there is nothing to play."""
    parser = argparse.ArgumentParser(prog="fidelity", description=__doc__)
    parser.add_argument("--scene", default=os.environ.get("SCENE", ""), help="one scene, such as 05-placement")
    parser.add_argument("--show", action="store_true", help="print each difference")
    parser.add_argument("--from", dest="first", type=int, default=1, help="first exchange to show")
    parser.add_argument("--to", dest="last", type=int, default=10**6, help="last exchange to show")
    parser.add_argument("--full", action="store_true", help="show both answers whole")
    parser.add_argument("--dumps", action="store_true", help="read the dumps of the drill estate instead")
    parser.add_argument("--plain", action="store_true", help="keep the recorded names, to read it more easily")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    began = time.monotonic()
    try:
        outcomes = replay_dumps() if options.dumps else replay(options.scene, options.seed, plain=options.plain)
    except NoRecordings as error:
        print(f"fidelity: {error}", file=sys.stderr)
        return 2
    except KeyError:
        print(f"fidelity: no scene {options.scene}", file=sys.stderr)
        return 2
    for outcome in outcomes if options.show else []:
        if options.first <= outcome.record.n <= options.last and (outcome.differences or options.full):
            print("\n".join(report.shown(outcome)))
            if options.full:
                print(f"--- recorded\n{outcome.expected}\n--- ours\n{outcome.ours}\n")
    print("\n".join(report.table(outcomes)))
    others: dict[str, object] = {"scene": options.scene}
    if not options.scene and not options.dumps:
        dumps = replay_dumps()
        print("\n".join(f"{line} (apart)" for line in report.table(dumps)))
        others["dumps"] = report.summary(dumps, 0, {})["scenes"]
    place = ROOT / ".build" / "fidelity" / "summary.json"
    report.write(place, report.summary(outcomes, options.seed, others))
    print(f"seed {options.seed}, {time.monotonic() - began:.1f} s, {place}")
    print(report.closing(outcomes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
