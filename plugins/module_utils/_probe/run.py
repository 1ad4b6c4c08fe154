# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out a plan: every path by itself, all at the same time, each within its own time."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe import iscsi_probe, nfs_probe
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import keys
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.deadline import Deadline
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import ProbeError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.parallel import each
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.plan import Plan
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.resolve import resolve

Found = t.Dict[str, t.Any]
SILENT = ("timeout", "unreachable", "refused", "reset")
"""Words of problems after which the same portal is not asked for each of its targets."""


class Names(t.NamedTuple):
    """What names stand for: their addresses, or why they have none; and how long the look-up took."""

    addresses: list[str]
    problem: dict[str, str] | None
    seconds: float


def look_up(names: t.Sequence[str], seconds: float) -> dict[str, Names]:
    """Every name once, all at the same time."""

    def one(name: str) -> Names:
        deadline = Deadline(seconds)
        try:
            addresses = resolve(name, deadline)
        except ProbeError as error:
            return Names([], {"what": error.what, "message": error.text}, deadline.spent())
        return Names(addresses, None, deadline.spent())

    distinct = list(dict.fromkeys(names))
    return dict(zip(distinct, each(distinct, one)))


def run(plan: Plan) -> tuple[list[Found], list[Found]]:
    """What was found for each NFS and each iSCSI entry of a plan, in its order."""
    portals = [(place, portal) for place, wanted in enumerate(plan.iscsi) for portal in wanted.portals]
    asked = [one.address for one in plan.nfs] + [portal.address for _place, portal in portals]
    names = look_up(asked, plan.seconds)
    jobs: list[t.Callable[[], Found]] = []
    for wanted in plan.nfs:
        jobs += [_nfs_job(plan, wanted, host, family) for host, family in nfs_paths(wanted, names[wanted.address])]
    for place, portal in portals:
        jobs += [_portal_job(plan, place, host, portal.port) for host in names[portal.address].addresses]
    answers = iter(each(jobs, lambda job: job()))
    nfs = []
    for wanted in plan.nfs:
        paths = nfs_paths(wanted, names[wanted.address])
        own = list(itertools.islice(answers, len(paths)))
        nfs.append(_nfs_entry(wanted, names[wanted.address], paths, own))
    iscsi: list[list[Found]] = [[] for _wanted in plan.iscsi]
    for place, portal in portals:
        found = names[portal.address]
        own = list(itertools.islice(answers, len(found.addresses)))
        iscsi[place].append(_portal_entry(portal, True, found, own))
    if plan.follow:
        _follow(plan, iscsi)
    return nfs, [{"portals": entry} for entry in iscsi]


def nfs_paths(wanted: nfs_probe.Wanted, names: Names) -> list[tuple[str, str]]:
    """The addresses and protocols to try for an export."""
    return [(host, family) for host in names.addresses for family in nfs_probe.families(wanted.version)]


def _nfs_job(plan: Plan, wanted: nfs_probe.Wanted, host: str, family: str) -> t.Callable[[], Found]:
    return lambda: nfs_probe.probe(wanted, host, family, plan.user, plan.write_test, plan.seconds)


def _portal_job(plan: Plan, place: int, host: str, port: int) -> t.Callable[[], Found]:
    return lambda: visit_portal(plan.iscsi[place], host, port, plan.seconds)


def visit_portal(wanted: iscsi_probe.Wanted, host: str, port: int, seconds: float) -> Found:
    """What one portal tells, and what is behind its targets."""
    if not wanted.initiator:
        problem = {"what": "initiator", "message": "the host has no initiator name (/etc/iscsi/initiatorname.iscsi)"}
        return {"address": host, "discovery": {"ok": False, "problem": problem, "told": []}, "targets": []}
    discovery = iscsi_probe.discover(wanted, host, port, seconds)
    silent = not discovery["ok"] and discovery["problem"]["what"] in SILENT
    targets = list(wanted.targets) or list(dict.fromkeys(one["target"] for one in discovery["told"]))
    if silent or not wanted.sign_in:
        targets = []
    visits = each(targets, lambda target: iscsi_probe.visit(wanted, host, port, target, seconds))
    return {"address": host, "discovery": discovery, "targets": visits}


def _nfs_entry(wanted: nfs_probe.Wanted, names: Names, paths: list[tuple[str, str]], answers: list[Found]) -> Found:
    by_host: dict[str, list[Found]] = {host: [] for host, _family in paths}
    for (host, _family), answer in zip(paths, answers):
        by_host[host].append(answer)
    return {
        "address": wanted.address,
        "path": wanted.path,
        "place": wanted.place,
        "problem": names.problem,
        "addresses": [
            {"address": host, "ok": any(one["ok"] for one in versions), "versions": versions}
            for host, versions in by_host.items()
        ],
    }


def _portal_entry(portal: keys.Portal, asked: bool, names: Names, answers: list[Found]) -> Found:
    return {"portal": str(portal), "asked": asked, "problem": names.problem, "addresses": answers}


def _follow(plan: Plan, entries: list[list[Found]]) -> None:
    """Probe the portals that others told of, for the targets that matter, and put them beside those that were asked."""
    jobs = []
    for place, wanted in enumerate(plan.iscsi):
        known = {entry["portal"] for entry in entries[place]}
        for entry in entries[place]:
            port = keys.portal(entry["portal"]).port
            known |= {str(keys.Portal(address["address"], port)) for address in entry["addresses"]}
        told = [
            one["portal"]
            for entry in entries[place]
            for address in entry["addresses"]
            for one in address["discovery"]["told"]
            if not wanted.targets or one["target"] in wanted.targets
        ]
        jobs += [(place, keys.portal(word)) for word in dict.fromkeys(told) if word not in known]
    names = look_up([portal.address for _place, portal in jobs], plan.seconds)

    def visit(job: tuple[int, keys.Portal, str]) -> Found:
        place, portal, host = job
        return visit_portal(plan.iscsi[place], host, portal.port, plan.seconds)

    paths = [(place, portal, host) for place, portal in jobs for host in names[portal.address].addresses]
    answers = each(paths, visit)
    for place, portal in jobs:
        own = [answer for path, answer in zip(paths, answers) if path[:2] == (place, portal)]
        entries[place].append(_portal_entry(portal, False, names[portal.address], own))
