# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the findings mean for the host: what it lacks, and what is worth knowing. Pure: findings in, sentences out."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe import domain, iscsi_probe, nfs_probe
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Problem

Found = t.Dict[str, t.Any]


class Verdict(t.NamedTuple):
    """What is lacking, and what is worth knowing, each with its place."""

    problems: list[Problem]
    notes: list[Problem]


def of_nfs(wanted: nfs_probe.Wanted, found: Found, write_test: bool) -> Verdict:
    """An export is fine when one of its addresses is, by one of the versions that may be used; what does not work
    beside is worth knowing."""
    if found["problem"]:
        return Verdict([_problem(found["problem"], found["place"], wanted.address)], [])
    paths = [(address, one) for address in found["addresses"] for one in address["versions"]]
    failed = [
        _problem(one["problem"], found["place"], f"{address['address']} {one['version']}")
        for address, one in paths
        if one["problem"]
    ]
    works = any(address["ok"] for address in found["addresses"])
    notes = failed if works else []
    for address, one in paths:
        path = f"{address['address']} {one['version']}"
        if one["left_behind"]:
            text = f"the test file {one['left_behind']} could not be removed and lies there"
            notes.append(Problem("left_behind", found["place"], path, text))
        if one["ok"] and wanted.write and not write_test:
            notes.append(Problem("unproven", found["place"], path, "that it can be written was not proven by writing"))
        if one.get("reserved_port") is False:
            notes.append(Problem("port", found["place"], path, "the source port was no reserved one: run it as root"))
    return Verdict([] if works else failed, notes)


def of_iscsi(wanted: iscsi_probe.Wanted, found: Found) -> Verdict:
    """Every portal has to work, and through every one of a target the same LUNs have to be seen. C(luns) and
    C(domains), all paths together, are put into the finding."""
    problems: list[Problem] = []
    notes: list[Problem] = []
    visits: list[tuple[str, Found]] = []
    for entry in found["portals"]:
        wrong, also, good = _portal(wanted, entry)
        problems += wrong
        notes += also
        visits += good
    found["luns"] = _luns(visits)
    found["domains"] = _domains(visits)
    if wanted.sign_in and visits:
        states = list(_states(wanted, found, _relevant(wanted, found)))
        # Storage may keep paths for later: that is as it should be, where others are ready.
        ready = {lun["wwid"] for lun in found["luns"] if any(path["ready"] for path in lun["paths"])}
        resting = [one for one in states if one.what == "standby" and one.place in ready]
        notes += resting
        states = [one for one in states if one not in resting]
        problems += [*_missing(wanted, found, visits), *states, *_domain(wanted, found)]
    return Verdict(problems, notes)


def _problem(told: t.Mapping[str, str], place: str, path: str) -> Problem:
    return Problem(told["what"], place, path, told["message"])


def _portal(wanted: iscsi_probe.Wanted, entry: Found) -> tuple[list[Problem], list[Problem], list[tuple[str, Found]]]:
    """What is wrong with a portal, what is worth knowing, and the visits behind it with their path."""
    if entry["problem"]:
        return [_problem(entry["problem"], entry["portal"], entry["portal"])], [], []
    wrong: list[Problem] = []
    notes: list[Problem] = []
    visits: list[tuple[str, Found]] = []
    several = len(entry["addresses"]) > 1
    works = False
    for address in entry["addresses"]:
        path = f"{entry['portal']} ({address['address']})" if several else entry["portal"]
        own = [_problem(one["problem"], one["target"], path) for one in address["targets"] if one["problem"]]
        discovery = address["discovery"]
        if not discovery["ok"]:
            # Who is let in to all targets by their names does not need them to be told.
            fine = address["targets"] and not own
            (notes if fine else own).append(_problem(discovery["problem"], "discovery", path))
        elif not address["targets"] and wanted.sign_in:
            own.append(Problem("target", "discovery", path, "the portal tells of no target"))
        visits += [(path, one) for one in address["targets"] if not one["problem"]]
        works = works or not own
        wrong += own
    return ([], [*notes, *wrong], visits) if works else (wrong, notes, visits)


def _luns(visits: list[tuple[str, Found]]) -> list[Found]:
    """Each LUN once, with the paths through which it is seen. One without a WWID is one for each path."""
    merged: dict[t.Any, Found] = {}
    for path, visit in visits:
        for lun in visit["luns"]:
            key = lun["wwid"] or (path, visit["target"], lun["lun"])
            facts = {name: lun[name] for name in ("wwid", "vendor", "product", "revision", "serial", "size")}
            entry = merged.setdefault(key, {**facts, "paths": []})
            seen = {name: lun[name] for name in ("lun", "ready", "write_protected", "problem")}
            entry["paths"].append({"portal": path, "target": visit["target"], **seen})
    for entry in merged.values():
        entry["ready"] = all(path["ready"] for path in entry["paths"])
        entry["write_protected"] = any(path["write_protected"] for path in entry["paths"])
    return sorted(merged.values(), key=lambda lun: lun["wwid"] or "")


def _domains(visits: list[tuple[str, Found]]) -> list[Found]:
    """Each domain once, with all of its LUNs that are seen anywhere."""
    merged: dict[str, Found] = {}
    for _path, visit in visits:
        for one in visit["domains"]:
            entry = merged.setdefault(one["id"], dict(one))
            entry["luns"] = sorted({*entry["luns"], *one["luns"]})
    return [merged[key] for key in sorted(merged)]


def _relevant(wanted: iscsi_probe.Wanted, found: Found) -> set[str]:
    """The WWIDs whose state matters: those that are expected, with those of the expected domain; else all."""
    named = set(wanted.luns)
    if wanted.expected is not None:
        for one in found["domains"]:
            named |= set(one["luns"]) if one["id"] == wanted.expected.id else set()
    return named or {lun["wwid"] for lun in found["luns"] if lun["wwid"]}


def _missing(wanted: iscsi_probe.Wanted, found: Found, visits: list[tuple[str, Found]]) -> t.Iterator[Problem]:
    """LUNs that are expected and nowhere, and LUNs of a target that some of its portals do not show."""
    by_wwid = {lun["wwid"]: lun for lun in found["luns"]}
    for wwid in wanted.luns:
        if wwid not in by_wwid:
            yield Problem("lun_missing", wwid, "all paths", "the LUN is not seen")
    for wwid, lun in by_wwid.items():
        targets = {path["target"] for path in lun["paths"]}
        seen = {(path["portal"], path["target"]) for path in lun["paths"]}
        for path, visit in visits:
            if wwid and visit["target"] in targets and (path, visit["target"]) not in seen:
                yield Problem(
                    "lun_missing", wwid, path, f"the LUN is not seen here, but elsewhere at {visit['target']}"
                )


def _states(wanted: iscsi_probe.Wanted, found: Found, relevant: set[str]) -> t.Iterator[Problem]:
    """LUNs that matter and are not ready, or not writable."""
    for lun in found["luns"]:
        if lun["wwid"] is not None and lun["wwid"] not in relevant:
            continue
        for path in lun["paths"]:
            place = lun["wwid"] or f"LUN {path['lun']} of {path['target']}"
            if path["problem"]:
                yield _problem(path["problem"], place, path["portal"])
            elif path["write_protected"] and wanted.write:
                yield Problem("write_protected", place, path["portal"], "the LUN is write protected")


def _domain(wanted: iscsi_probe.Wanted, found: Found) -> t.Iterator[Problem]:
    """The expected domain is not there, another one's, or not whole."""
    if wanted.expected is None:
        return
    known = [domain.Domain(*(one[name] for name in domain.Domain._fields)) for one in found["domains"]]
    wrong = domain.mismatch(wanted.expected, known)
    if wrong:
        yield Problem(wrong[0], wanted.expected.id, "all paths", wrong[1])
    for one in found["domains"]:
        if one["id"] == wanted.expected.id and len(one["luns"]) < one["luns_expected"]:
            text = f"the domain lies on {one['luns_expected']} LUNs, of which {len(one['luns'])} are seen"
            yield Problem("domain", one["id"], "all paths", text)
