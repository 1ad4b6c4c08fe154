# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown about domains that are to be attached: the options read, the other engine asked, metadata looked at."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.marks import is_marked
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.evidence import (
    OtherDomain,
    OtherEngine,
    OtherHost,
    evidence_from,
    judge,
    takeover_from,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.guard import Guard
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.wanted_domains import WantedDomain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import resolve
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput, DrError, Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain, Host


def guard_of(
    client: Client,
    data_center: DataCenter,
    wanted: Sequence[WantedDomain],
    params: Mapping[str, t.Any],
    wall: t.Callable[[], float] = time.time,
) -> Guard:
    """The guard for those of ``wanted`` that are not attached yet, its marks not yet read.

    wall: seconds since the epoch. BadInput for options that make no sense, or another engine that is none.
    """
    takeover = takeover_from(params["takeover"])
    if params["evidence_max_age"] <= 0:
        raise BadInput(f"evidence_max_age must be more than 0 seconds, not {params['evidence_max_age']:g}")
    evidence = evidence_from(params["evidence"] or ())
    other = None
    if params["other_engine"] and wanted:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(wall()))
        other = ask_other(client, data_center, params["other_engine"], {domain.id for domain in wanted}, at)
    return Guard(
        {
            domain.id: judge(
                {domain.id, domain.name},
                domain.id,
                evidence,
                other,
                takeover,
                now=wall(),
                max_age=params["evidence_max_age"],
            )
            for domain in wanted
        }
    )


def ask_other(
    client: Client, data_center: DataCenter, auth: Mapping[str, t.Any], wanted: Collection[str], at: str
) -> OtherEngine:
    """What another engine says about these domains (by id), with reads only; its trouble when it cannot be asked.

    auth: as the option ``auth``, all of it, because the environment names the engine that takes over. BadInput when it
    is that one: it would speak of itself.
    """
    url = str(auth.get("url") or auth.get("hostname") or "")
    if not url:
        raise BadInput("other_engine: 'url' is needed; the environment names the engine that takes over")
    credentials = resolve(auth, {})
    client.hide(*credentials.secrets())
    try:
        with Client(credentials, concurrency=client.concurrency, read_only=True) as other:
            centers = reads.data_centers(other)
            if any(center.id == data_center.id for center in centers):
                raise BadInput(
                    f"other_engine: {credentials.url} is the engine that takes over; name the one of the other side"
                )
            return OtherEngine(credentials.url, at, _domains(other, centers, wanted))
    except BadInput:
        raise
    except DrError as error:
        return OtherEngine(credentials.url, at, trouble=str(error))


def _domains(other: Client, centers: Sequence[DataCenter], wanted: Collection[str]) -> dict[str, OtherDomain]:
    found = {domain.id: domain for domain in reads.domains(other) if domain.id in wanted}
    told = {key: OtherDomain(domain.status) for key, domain in found.items() if not domain.data_center_ids}
    for center in centers:
        held = {key for key, domain in found.items() if center.id in domain.data_center_ids}
        if not held:
            continue
        hosts = tuple(
            OtherHost(host.id, host.name, host.status) for host in reads.hosts(other, reads.clusters(other, center.id))
        )
        status = {domain.id: domain.status for domain in reads.attached_domains(other, center.id)}
        told.update({key: OtherDomain(status.get(key, ""), center.name, hosts) for key in held})
    return told


def read_marks(client: Client, guard: Guard, known: Sequence[Domain], host: Host | None) -> None:
    """Ask for each domain that the engine knows and that is in no data center whether its metadata names one.

    known: only those the guard is about. One whose metadata cannot be read now is asked about again before its attach.
    """
    loose = [domain for domain in known if domain.status == "unattached" and domain.id in guard.judgements]
    if host is None or not loose:
        return

    def read(domain: Domain) -> bool | None:
        try:
            return is_marked(client, domain.id, host.id, domain.name)
        except Fault:
            return None

    with ThreadPoolExecutor(max_workers=min(client.concurrency, len(loose))) as pool:
        for domain, marked in zip(loose, pool.map(read, loose), strict=True):
            if marked is not None:
                guard.marked[domain.id] = marked
