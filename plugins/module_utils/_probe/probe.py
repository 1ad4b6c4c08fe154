# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole probe of a host: options in, result out. No Ansible here."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._known import host
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.deadline import Deadline
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.plan import plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.rescan import rescans
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.run import run
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.verdict import of_iscsi, of_nfs


def probe(options: t.Mapping[str, t.Any], check_mode: bool) -> dict[str, t.Any]:
    """The module's result; raises BadOption. In check mode nothing is written: it is told that this was not proven."""
    began = Deadline(options["timeout"])
    wanted = plan(options, host.initiator_name())
    if check_mode:
        wanted = wanted._replace(write_test=False)
    nfs, iscsi = run(wanted)
    problems, notes = [], []
    verdicts = [
        *((found, of_nfs(one, found, wanted.write_test)) for one, found in zip(wanted.nfs, nfs)),
        *((found, of_iscsi(one, found)) for one, found in zip(wanted.iscsi, iscsi)),
    ]
    for found, verdict in verdicts:
        found["ok"] = not verdict.problems
        problems += verdict.problems
        notes += verdict.notes
    known = host.known(options["timeout"]) if options["known"] else None
    luns = [lun for found in iscsi for lun in found["luns"]]
    again = rescans(luns, known) if known else []
    return {
        "ok": not problems,
        "problems": [problem.told() for problem in problems],
        "notes": [note.told() for note in notes],
        "nfs": nfs,
        "iscsi": iscsi,
        "initiator_name": wanted.iscsi[0].initiator if wanted.iscsi else None,
        "known": known,
        "rescan_needed": bool(again),
        "rescans": again,
        "seconds": began.spent(),
    }
