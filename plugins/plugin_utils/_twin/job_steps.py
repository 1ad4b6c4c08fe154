# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a job: validating, executing with what lies below it, finalizing (recordings 05 368 and 463)."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site


@dataclass(frozen=True)
class Piece:
    """One step below another: ``task`` marks one that a host carries out."""

    description: str
    status: str = "finished"
    task: bool = False
    kind: str = "unknown"
    below: tuple[Piece, ...] = ()


FINALIZING = Piece("Finalizing", kind="finalizing")


def write(site: Site, job: Entity, status: str, *inner: Piece) -> None:
    """The steps of a job that is over; ``inner`` is what was executed. A failed job failed at its end."""
    top = (
        Piece("Validating", kind="validating"),
        Piece("Executing", kind="executing", below=inner),
        Piece("Finalizing", status, kind="finalizing"),
    )
    _write(site, job, top, "")


def _write(site: Site, job: Entity, pieces: tuple[Piece, ...], parent: str) -> None:
    stamp, started = site.clock.stamp(site.time()), str(job.data["start_time"])
    for number, piece in enumerate(pieces):
        record: Record = {
            "id": site.new_id(),
            "description": piece.description,
            "end_time": stamp,
            "external": "false",
            **({"external_type": "vdsm"} if piece.task else {}),
            "number": str(number),
            "start_time": started,
            "status": piece.status,
            "type": piece.kind,
            "job": {"id": job.id},
        }
        if parent:
            record["parent_step"] = {"id": parent, "href": f"{API}/jobs/{job.id}/steps/{parent}"}
        site.add(Entity("step", record))
        _write(site, job, piece.below, record["id"])
