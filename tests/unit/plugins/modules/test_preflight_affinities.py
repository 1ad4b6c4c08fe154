# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""preflight_info and the affinities of VMs: told when the target lacks them, looked up only when VMs have such."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import Bench, mappings, wanted
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.test_verified import people

GROUP = (
    "affinity group web-spread (of VMs web01, web02) is not mapped, and the target has none of this name; the engine "
    "will register them without it"
)
LABEL = (
    "affinity label db-licensed (of VMs db01) is not mapped, and the target has none of this name; the engine will "
    "register them without it"
)


def preflight(bench: Bench, folder: pathlib.Path, vms: list[str]) -> dict[str, t.Any]:
    """The result of the module, and in ``asked`` the collections of affinities that it read."""
    bench.forget()
    result = bench.done(
        "preflight_info",
        data_center="Recovery",
        domains=wanted(),
        vms=vms,
        partial=["db01"],
        inventory=bench.inventory(folder),
        inventory_site="primary",
        mappings=mappings(bench.twin.estate),
    )
    paths = [entry.path for entry in bench.twin.requests("recovery")]
    return {**result, "asked": [path.split("?")[0].rsplit("/", 1)[1] for path in paths if "affinity" in path]}


@pytest.mark.parametrize(
    ("vms", "notes", "asked"),
    [
        (["web01", "web02", "pxe01"], [GROUP], ["affinitygroups"]),
        (["db01"], [LABEL], ["affinitylabels"]),
        (["pxe01"], [], []),
    ],
)
def test_what_the_engine_will_drop(
    bench: Bench, tmp_path: pathlib.Path, vms: list[str], notes: list[str], asked: list[str]
) -> None:
    result = preflight(bench, tmp_path, vms)
    assert result["ready"]
    assert [note for note in result["notes"] if "affinity" in note] == notes
    assert result["asked"] == asked
    foreseen = {entry["note"]: entry["vms"] for entry in result["foreseen"]}
    assert set(notes) <= set(foreseen)
    assert all(set(named) <= set(vms) for named in foreseen.values())


def test_a_mapped_group_must_exist_and_is_read_once(bench: Bench, tmp_path: pathlib.Path) -> None:
    mapped = [{"from": "web-spread", "to": "nowhere"}]
    told = bench.run(
        "preflight_info",
        data_center="Recovery",
        domains=wanted(),
        vms=["web01"],
        inventory=bench.inventory(tmp_path),
        inventory_site="primary",
        mappings={**mappings(bench.twin.estate), "affinity_groups": mapped},
    )
    assert (
        "mappings.affinity_groups: web-spread is mapped to nowhere, which does not exist in the target" in told["msg"]
    )
    paths = [entry.path for entry in bench.twin.requests("recovery") if "affinitygroups" in entry.path]
    assert len(paths) == 1


def test_permissions_that_will_be_lost_are_told(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(people)
    result = preflight(bench, tmp_path, ["app03", "web02"])
    (note,) = [one for one in result["foreseen"] if "user ada@ldap" in one["note"]]
    assert note["vms"] == ["app03"]
    assert "whom the target's engine does not know" in note["note"]
    assert not bench.writes()
