# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several hosts found, as one answer: which host lacks what. Pure: also for who decides by it whether storage may
be used by all hosts of a cluster."""

from __future__ import annotations

import typing as t

Result = t.Mapping[str, t.Any]


class Lack(t.NamedTuple):
    """Something that one host lacks; see errors.Problem."""

    host: str
    what: str
    place: str
    path: str
    message: str

    def told(self) -> dict[str, str]:
        """As it stands in the result."""
        return dict(self._asdict())

    def sentence(self) -> str:
        """For people."""
        where = ", ".join(word for word in (self.place, self.path) if word)
        return f"{self.host}: {where}: {self.message}" if where else f"{self.host}: {self.message}"


def lacks(results: t.Mapping[str, Result | None]) -> list[Lack]:
    """What each host lacks, in the order of the hosts. ``results``: of each host the result of host_storage_probe, None
    where there is none. What one host sees and another one that looked for it does not is lacking there."""
    found = []
    for host, result in results.items():
        if result is None:
            found.append(Lack(host, "no_result", "", "", "the host was not probed"))
        elif not isinstance(result.get("problems"), list):
            message = " ".join(str(result.get("msg") or "the probe brought no result").split())
            found.append(Lack(host, "no_result", "", "", message))
        else:
            found += [Lack(host=host, **{name: str(one[name]) for name in FIELDS}) for one in result["problems"]]
    told = {(lack.host, lack.place) for lack in found}
    return found + [lack for lack in _uneven(results) if (lack.host, lack.place) not in told]


FIELDS = ("what", "place", "path", "message")


def _uneven(results: t.Mapping[str, Result | None]) -> t.Iterator[Lack]:
    """LUNs of a target that other hosts see."""
    looked = {host: result for host, result in results.items() if result and isinstance(result.get("iscsi"), list)}
    seen: dict[str, set[tuple[str, str]]] = {host: set(_luns(result)) for host, result in looked.items()}
    for host, result in looked.items():
        targets = _targets(result)
        others = {lun: other for other, luns in seen.items() if other != host for lun in sorted(luns)}
        for (target, wwid), other in sorted(others.items()):
            if target in targets and (target, wwid) not in seen[host]:
                yield Lack(host, "lun_missing", wwid, target, f"the LUN is not seen, but by {other}")


def _luns(result: Result) -> t.Iterator[tuple[str, str]]:
    for entry in result["iscsi"]:
        for lun in entry["luns"]:
            for path in lun["paths"]:
                if lun["wwid"]:
                    yield path["target"], lun["wwid"]


def _targets(result: Result) -> set[str]:
    """The targets that a host signed in to."""
    return {
        visit["target"]
        for entry in result["iscsi"]
        for portal in entry["portals"]
        for address in portal["addresses"]
        for visit in address["targets"]
        if visit["ok"]
    }


def alike(found: t.Sequence[Lack]) -> list[dict[str, t.Any]]:
    """What is lacking in the same words on several hosts, once, with the hosts."""
    merged: dict[tuple[str, ...], list[str]] = {}
    for lack in found:
        merged.setdefault(tuple(lack[1:]), []).append(lack.host)
    return [{**dict(zip(FIELDS, words)), "hosts": hosts} for words, hosts in merged.items()]
