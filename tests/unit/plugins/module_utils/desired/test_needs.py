# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What VMs need and a plan does not give: problems, notes, and their words."""

from __future__ import annotations

from copy import deepcopy

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import mappings_from
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.needs import affinities, plan_needs
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import Inventory, InventoryDisk, InventoryVm
from hypothesis import given, settings
from hypothesis import strategies as st

HERE = {"clusters": {"dr"}, "vnic_profiles": {"net/net"}, "affinity_groups": {"there"}, "affinity_labels": {"there"}}
MAPPED = {"clusters": [{"from": "prod", "to": "dr"}]}
SYSTEM = InventoryDisk("1", "system", ("d1",), "")
FAR = InventoryDisk("2", "data", ("d9",), "")
LUN = InventoryDisk("3", "raw", (), "36001")


def vm(name, *, id_="", disks=(SYSTEM,), nics=(("net", "net"),), groups=(), labels=()):
    return InventoryVm(id_ or f"id-{name}", name, "prod", "", tuple(disks), nics, groups, labels)


def needs(vms, *, names=None, partial=(), mappings=None, cluster=""):
    inventory = Inventory("primary", tuple(vms), {}, {"d1": "data-web", "d9": "data-erp"})
    return plan_needs(
        inventory,
        [one.name for one in vms] if names is None else names,
        partial,
        {"d1"},
        mappings_from(MAPPED if mappings is None else mappings),
        HERE,
        cluster,
    )


def notes(findings):
    return [note.text for note in findings.notes]


def test_a_vm_that_has_all_it_needs():
    assert needs([vm("web", nics=(("net", "net"), ("", "")))]) == needs([])


@pytest.mark.parametrize(
    ("vms", "options", "problem"),
    [
        ([], {"names": ["web"]}, "VM web is not in the inventory of site primary"),
        (
            [vm("web", id_="1"), vm("web", id_="2")],
            {"names": ["web"]},
            "VM web stands 2 times in the inventory of site primary (1, 2); name it by its id",
        ),
        (
            [vm("web"), vm("db")],
            {"mappings": {}},
            "mappings.clusters: prod (of VMs web, db) is not mapped, and the target has no cluster of this name",
        ),
        (
            [vm("web", nics=(("net", "fast"),))],
            {},
            (
                "mappings.vnic_profiles: net/fast (network/profile, of VMs web) is not mapped, and "
                "the target has no such "
                "profile"
            ),
        ),
        (
            [vm("db", disks=(SYSTEM, FAR, FAR))],
            {},
            (
                "VMs db have a disk that lies on data-erp, which the plan does not bring; add the "
                "domain, leave them out, or "
                "allow them to come partially"
            ),
        ),
        (
            [vm(f"v{number}", disks=(FAR,)) for number in range(7)],
            {},
            (
                "VMs v0, v1, v2, v3, v4 and 2 more have a disk that lies on data-erp, which the plan "
                "does not bring; add the "
                "domain, leave them out, or allow them to come partially"
            ),
        ),
        (
            [vm("db", disks=(InventoryDisk("9", "x", (), ""),))],
            {},
            (
                "VMs db have a disk that lies on no domain; add the domain, leave them out, or allow "
                "them to come partially"
            ),
        ),
    ],
)
def test_each_problem_in_its_words(vms, options, problem):
    assert needs(vms, **options).problems == (problem,)


@pytest.mark.parametrize(
    ("options", "vms"),
    [
        ({"mappings": {}, "cluster": "c"}, [vm("web")]),
        ({"mappings": {"clusters": [{"from": "prod", "to": "x"}]}}, [vm("web")]),
        (
            {
                "mappings": {
                    **MAPPED,
                    "vnic_profiles": [{"from": {"network": "net", "profile": "fast"}, "to": None}],
                }
            },
            [vm("web", nics=(("net", "fast"),))],
        ),
        ({"names": ["1"]}, [vm("web", id_="1"), vm("web", id_="2")]),
    ],
)
def test_what_is_given_is_no_problem(options, vms):
    assert needs(vms, **options).problems == ()


@pytest.mark.parametrize("called", ["db", "id-db"])
def test_a_disk_that_is_left_behind_knowingly(called):
    findings = needs([vm("db", disks=(SYSTEM, FAR))], partial={called})
    assert (findings.problems, notes(findings)) == (
        (),
        ["VM db will come without disk data: it lies on data-erp, which the plan does not bring"],
    )
    assert findings.notes[0].vms == ("db",)


def test_disks_that_a_thousand_vms_leave_behind_are_one_note():
    vms = [
        vm(f"v{number}", disks=(InventoryDisk(f"{number}", f"v{number}_erp", ("d9",), ""),)) for number in range(1000)
    ]
    findings = needs(vms, partial={one.name for one in vms})
    assert notes(findings) == [
        (
            "VMs v0, v1, v2, v3, v4 and 995 more will come without disks v0_erp, v1_erp, v2_erp, "
            "v3_erp, v4_erp and 995 more: "
            "each lies on data-erp, which the plan does not bring"
        )
    ]
    assert len(findings.notes[0].vms) == 1000


def test_a_lun_that_is_not_mapped_and_one_that_is():
    vms = [vm("erp", disks=(LUN,))]
    assert notes(needs(vms)) == [
        "LUN 36001 of VMs erp is not mapped; it must be visible in the target under the same id"
    ]
    luns = [{"from": "36001", "to": {"id": "36002", "type": "fcp"}}]
    assert notes(needs(vms, mappings={**MAPPED, "luns": luns})) == []


@pytest.mark.parametrize(
    ("field", "option", "called"),
    [("groups", "affinity_groups", "affinity group"), ("labels", "affinity_labels", "affinity label")],
)
def test_an_affinity_that_the_engine_will_drop(field, option, called):
    vms = [vm("w1", **{field: ("spread", "there")}), vm("w2", **{field: ("spread",)}), vm("w3")]
    findings = needs(vms)
    assert (findings.problems, notes(findings)) == (
        (),
        [
            (
                f"{called} spread (of VMs w1, w2) is not mapped, and the target has none of this name; the engine will "
                "register them without it"
            )
        ],
    )
    assert findings.notes[0].vms == ("w1", "w2")
    assert notes(needs(vms, mappings={**MAPPED, option: [{"from": "spread", "to": "there"}]})) == []
    assert notes(needs(vms, names=["w3"])) == []


def test_only_the_affinities_of_the_vms_that_come_are_looked_at():
    vms = (vm("w1", groups=("g",)), vm("w2", labels=("l",), id_="2"))
    inventory = Inventory("primary", vms, {}, {})
    assert affinities(inventory, ["w1"]) == {"affinity_groups": {"g": ["w1"]}}
    assert affinities(inventory, ["2"]) == {"affinity_labels": {"l": ["w2"]}}
    assert affinities(inventory, ["w3"]) == {}


@given(
    st.lists(
        st.builds(
            vm,
            st.sampled_from("abc"),
            id_=st.sampled_from(["1", "2", "3", "4"]),
            disks=st.lists(st.sampled_from([SYSTEM, FAR, LUN]), max_size=2),
            groups=st.sampled_from([(), ("spread",), ("there",)]),
        ),
        unique_by=lambda one: one.id,
    ),
    st.lists(st.sampled_from(["a", "b", "c", "1", "zz"]), unique=True),
    st.sets(st.sampled_from("abc")),
)
@settings(max_examples=100, deadline=None)
def test_every_vm_that_is_not_one_is_told_and_nothing_is_altered(vms, names, partial):
    copies = deepcopy((vms, names, partial))
    findings = needs(vms, names=names, partial=partial)
    assert (vms, names, partial) == copies
    for name in names:
        found = [one for one in vms if name in (one.name, one.id)]
        told = [problem for problem in findings.problems if problem.startswith(f"VM {name} ")]
        assert bool(told) == (len(found) != 1)
        assert all(one.id in told[0] for one in found if told)
