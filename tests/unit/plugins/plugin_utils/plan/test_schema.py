# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema of plan files: every mistake is told with its place, all at once; every valid plan is accepted."""

from __future__ import annotations

from copy import deepcopy

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.errors import PlanError
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._plan.schema import check_plan
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.plugin_utils.plan.making import full, plans
from hypothesis import given, settings
from hypothesis import strategies as st


def problems(plan):
    with pytest.raises(PlanError) as refusal:
        check_plan(plan)
    return list(refusal.value.problems)


def changed(*path, value=None, drop=False):
    """The plan in full with one value replaced or dropped."""
    plan = full()
    place = plan
    for key in path[:-1]:
        place = place[key]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return plan


def test_the_plan_in_full():
    plan = full()
    assert check_plan(plan) is plan


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        (None, "the plan: must be a mapping, not nothing"),
        ([], "the plan: must be a mapping, not a list"),
        ("version: 1", "the plan: must be a mapping, not 'version: 1'"),
        (full(grups=[]), "grups: unknown key, did you mean groups?"),
        (
            full(zzz=1),
            "zzz: unknown key; known are disks, groups, mappings, sites, storage, version",
        ),
        (full(mappings=None), "mappings: must be a mapping, not nothing"),
        (changed("version", value=2), "version: must be one of 1, not 2"),
        (changed("version", value="1"), "version: must be one of 1, not '1'"),
        (changed("version", value=True), "version: must be one of 1, not True"),
        (changed("version", drop=True), "version: is missing"),
        (changed("sites", "recovery", drop=True), "sites: must hold at least 2"),
        (changed("sites", value=["a", "b"]), "sites: must be a mapping of names, not a list"),
        (changed("sites", "primary", "url", drop=True), "sites.primary.url: is missing"),
        (changed("sites", "primary", "url", value=" "), "sites.primary.url: must not be empty"),
        (changed("sites", "primary", value=None), "sites.primary: must be a mapping, not nothing"),
        (
            changed("sites", "primary", "data_centre", value="x"),
            "sites.primary.data_centre: unknown key, did you mean data_center?",
        ),
        (changed("storage", value=[]), "storage: must hold at least 1"),
        (changed("storage", value="web"), "storage: must be a list, not 'web'"),
        (changed("storage", 0, "id", value=17), "storage[1].id: must be a text, not 17"),
        (changed("storage", 0, "required", value="yes"), "storage[1].required: must be true or false, not 'yes'"),
        (
            changed("storage", 0, "type", value="ceph"),
            "storage[1].type: must be one of nfs, posixfs, glusterfs, iscsi, fcp, not 'ceph'",
        ),
        (
            changed("storage", 0, "type", value=["nfs"]),
            "storage[1].type: must be one of nfs, posixfs, glusterfs, iscsi, fcp, not a list",
        ),
        (
            changed("storage", 1, "at", "recovery", "targets", drop=True),
            "storage[2].at.recovery.targets: is missing",
        ),
        (
            changed("storage", 1, "at", "recovery", "targets", value=[]),
            "storage[2].at.recovery.targets: must hold at least 1",
        ),
        (
            changed("storage", 1, "at", "recovery", "targets", 0, "port", value=65536),
            "storage[2].at.recovery.targets[1].port: must be a whole number from 1 to 65535, not 65536",
        ),
        (
            changed("storage", 1, "at", "recovery", "targets", 0, "address", drop=True),
            "storage[2].at.recovery.targets[1].address: is missing",
        ),
        (
            changed("storage", 1, "at", "recovery", "targets", 0, "password", value="x"),
            "storage[2].at.recovery.targets[1].password: unknown key; known are address, port, target",
        ),
        (
            changed("storage", 1, "at", "recovery", "path", value="/erp"),
            "storage[2].at.recovery.path: unknown key; known are targets",
        ),
        (
            changed("storage", 2, "at", "recovery", value={"targets": []}),
            "storage[3].at.recovery.targets: unknown key; nothing is to be said here",
        ),
        (changed("storage", 0, "at", "recovery", "path", drop=True), "storage[1].at.recovery.path: is missing"),
        (
            changed("storage", 0, "at", "recovery", "nfs_timeo", value=0),
            "storage[1].at.recovery.nfs_timeo: must be a whole number from 1 to 6000, not 0",
        ),
        (
            changed("storage", 0, "at", "recovery", "nfs_timeo", value="9"),
            "storage[1].at.recovery.nfs_timeo: must be a whole number from 1 to 6000, not '9'",
        ),
        (
            changed("storage", 0, "at", "recovry", value={"path": "/x"}),
            "storage[1].at.recovry: there is no site of this name; sites are primary, recovery",
        ),
        (
            changed("mappings", "clusters", 0, "recovry", value="x"),
            "mappings.clusters[1].recovry: there is no site of this name; sites are primary, recovery",
        ),
        (
            changed("mappings", "clusters", 0, "recovery", drop=True),
            "mappings.clusters[1]: must hold at least 2",
        ),
        (
            changed("mappings", "clusters", 0, "recovery", value=None),
            "mappings.clusters[1].recovery: must be a text, not nothing",
        ),
        (
            changed("mappings", "luns", 0, "primary", "type", drop=True),
            "mappings.luns[1].primary.type: is missing",
        ),
        (changed("mappings", "cluster", value=[]), "mappings.cluster: unknown key, did you mean clusters?"),
        (changed("disks", value="*"), "disks: must be a list, not '*'"),
        (changed("disks", value=[1]), "disks[1]: must be a text, not 1"),
        (changed("groups", 0, "vms", value=[]), "groups[1].vms: must hold at least 1"),
        (changed("groups", 0, "vms", 0, value=["x"]), "groups[1].vms[1]: must be a text, not a list"),
        (changed("groups", 0, "vms", 0, value={"x": 1}), "groups[1].vms[1]: must be a text, not a mapping"),
        (changed("groups", 0, "partial", value=True), "groups[1].partial: must be one of refuse, allow, not True"),
        (changed("groups", 1, "name", value="db"), "groups: name db stands 2 times; name it once"),
        (changed("groups", 1, "vms", 0, value="db*"), "groups: VM db* stands 2 times; name it once"),
        (
            full(storage=[full()["storage"][0], {**full()["storage"][0], "id": "2"}]),
            "storage: name web stands 2 times; name it once",
        ),
        (
            full(storage=[full()["storage"][0], {**full()["storage"][0], "name": "x"}]),
            "storage: id 1 stands 2 times; name it once",
        ),
    ],
)
def test_one_mistake(plan, problem):
    assert problems(plan) == [problem]


def test_all_mistakes_are_told_at_once():
    plan = full(version=3, grups=[])
    del plan["sites"]["primary"]["url"]
    plan["groups"][0]["vms"] = "db*"
    assert problems(plan) == [
        "grups: unknown key, did you mean groups?",
        "version: must be one of 1, not 3",
        "sites.primary.url: is missing",
        "groups[1].vms: must be a list, not 'db*'",
    ]


def test_a_long_value_is_not_repeated_in_full():
    (problem,) = problems(full(storage="x" * 5000))
    assert len(problem) < 120


@given(plans())
@settings(max_examples=25, deadline=None)
def test_every_valid_plan_is_accepted_and_left_as_it_is(plan):
    copy = deepcopy(plan)
    assert check_plan(plan) == copy


def shapes(plan):
    """Every mapping of a plan whose keys are fixed, with its place: (place, mapping)."""
    yield "", plan
    for name, site in plan["sites"].items():
        yield f"sites.{name}.", site
    for number, domain in enumerate(plan["storage"], 1):
        yield f"storage[{number}].", domain
        for name, place in domain["at"].items():
            yield f"storage[{number}].at.{name}.", place
    for number, group in enumerate(plan["groups"], 1):
        yield f"groups[{number}].", group
    if "mappings" in plan:
        yield "mappings.", plan["mappings"]
        for option in ("luns", "vnic_profiles"):
            for number, pair in enumerate(plan["mappings"].get(option, ()), 1):
                for name, inner in pair.items():
                    if inner is not None:
                        yield f"mappings.{option}[{number}].{name}.", inner


@given(plans(), st.data())
@settings(max_examples=40, deadline=None)
def test_an_unknown_key_at_any_depth_is_told_with_its_place(plan, data):
    where, mapping = data.draw(st.sampled_from(list(shapes(plan))))
    key = data.draw(st.sampled_from(["zzzz", "pth", "naem", "id_", "Version"]))
    mapping[key] = data.draw(st.sampled_from([None, 1, "x", {"a": 1}]))
    (problem,) = problems(plan)
    assert problem.startswith(f"{where}{key}: unknown key")


@given(plans(), st.data())
@settings(max_examples=25, deadline=None)
def test_a_missing_key_at_any_depth_is_told_with_its_place(plan, data):
    needed = {
        "version",
        "sites",
        "storage",
        "groups",
        "url",
        "data_center",
        "name",
        "id",
        "at",
        "path",
        "vms",
        "network",
    }
    candidates = [(where, mapping, key) for where, mapping in shapes(plan) for key in mapping if key in needed]
    where, mapping, key = data.draw(st.sampled_from(candidates))
    del mapping[key]
    assert problems(plan) == [f"{where}{key}: is missing"]


@given(plans(), st.data())
@settings(max_examples=25, deadline=None)
def test_a_value_of_a_wrong_type_is_told_with_its_place_and_never_an_accident(plan, data):
    candidates = [(where, mapping, key) for where, mapping in shapes(plan) for key in mapping]
    where, mapping, key = data.draw(st.sampled_from(candidates))
    mapping[key] = data.draw(st.sampled_from([3.5, b"x", object]))
    (problem, *_more) = problems(plan)
    assert problem.startswith(f"{where}{key}: must be ")
