# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading an inventory: what is taken from an estate file, and what is said of one that cannot be used."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import (
    InventoryDisk,
    InventoryVm,
    read_inventory,
)

SITE = {
    "name": "primary",
    "networks": [{"id": "n1", "name": "net"}],
    "vnic_profiles": [{"id": "p1", "name": "fast", "network": {"id": "n1"}}],
    "clusters": [{"id": "c1", "name": "prod"}],
    "storage_domains": [{"id": "d1", "name": "data-web"}],
    "templates": [{"id": "t1", "name": "golden"}],
    "disks": [
        {"id": "i1", "alias": "system", "storage_domains": {"storage_domain": {"id": "d1"}}},
        {"id": "i2", "name": "data", "storage_domains": {"storage_domain": [{"id": "d1"}, {"id": "d2"}]}},
        {"id": "i3", "alias": "raw", "lun_storage": {"logical_units": {"logical_unit": {"id": "36001"}}}},
    ],
    "vms": [
        {
            "id": "v1",
            "name": "web01",
            "cluster": {"id": "c1"},
            "template": {"id": "t1"},
            "disk_attachments": [{"id": "i1"}, {"id": "i2"}, {"id": "i3"}],
            "nics": [{"id": "x", "vnic_profile": {"id": "p1"}}, {"id": "y"}],
        },
        {
            "id": "v2",
            "name": "pxe01",
            "cluster": {"id": "c1"},
            "template": {"id": "t0"},
            "disk_attachments": [],
            "nics": [],
        },
    ],
    "affinity_groups": [
        {"id": "g1", "name": "spread", "vms": [{"id": "v1"}, {"id": "gone"}]},
        {"id": "g2", "name": "together", "vms": [{"id": "v1"}]},
    ],
    "affinity_labels": [{"id": "l1", "name": "licensed", "vms": [{"id": "v2"}], "hosts": []}],
}
ESTATE = {"format": "ovirt-dr-estate", "version": 1, "sites": [SITE], "storage": []}


def store(tmp_path, data):
    path = tmp_path / "estate.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return str(path)


def without(key, *, of="site"):
    """The estate without a key of the site or of its first VM."""
    estate = deepcopy(ESTATE)
    site = estate["sites"][0]
    del {"site": site, "vm": site["vms"][0]}[of][key]
    return estate


def test_what_is_read(tmp_path):
    inventory = read_inventory(store(tmp_path, ESTATE), "primary")
    assert (inventory.site, inventory.templates, inventory.domains) == (
        "primary",
        {"t1": "golden"},
        {"d1": "data-web"},
    )
    web, pxe = inventory.vms
    assert web == InventoryVm(
        id="v1",
        name="web01",
        cluster="prod",
        template_id="t1",
        disks=(
            InventoryDisk("i1", "system", ("d1",), ""),
            InventoryDisk("i2", "data", ("d1", "d2"), ""),
            InventoryDisk("i3", "raw", (), "36001"),
        ),
        nics=(("net", "fast"), ("", "")),
        affinity_groups=("spread", "together"),
    )
    assert (pxe.disks, pxe.nics, pxe.affinity_groups, pxe.affinity_labels) == ((), (), (), ("licensed",))


@pytest.mark.parametrize("key", ["affinity_groups", "affinity_labels"])
def test_an_inventory_need_not_tell_of_affinities(tmp_path, key):
    inventory = read_inventory(store(tmp_path, without(key)), "primary")
    assert [getattr(vm, key) for vm in inventory.vms] == [(), ()]


def test_the_inventory_of_the_drill_knows_the_affinities_of_its_vms():
    import importlib.resources

    estates = importlib.resources.files("ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin") / "estates"
    inventory = read_inventory(str(estates / "drill.json"), "primary")
    by_group = {vm.name: (vm.affinity_groups, vm.affinity_labels) for vm in inventory.vms}
    assert by_group["web01"] == (("web-spread",), ())
    assert by_group["db01"] == ((), ("db-licensed",))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("{", "is not valid JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("", "is not valid JSON: Expecting value: line 1 column 1 (char 0)"),
        ([], "is not an estate file of format ovirt-dr-estate, version 1"),
        ({**ESTATE, "format": "other"}, "is not an estate file of format ovirt-dr-estate, version 1"),
        ({**ESTATE, "version": 2}, "is not an estate file of format ovirt-dr-estate, version 1"),
        ({**ESTATE, "sites": []}, "holds no site primary, only none"),
        (
            {**ESTATE, "sites": [{**SITE, "name": "b"}, {**SITE, "name": "a"}]},
            "holds no site primary, only a, b",
        ),
        ({**ESTATE, "sites": None}, "is damaged: 'sites' must be a list of sites"),
        ({**ESTATE, "sites": ["primary"]}, "is damaged: 'sites' must be a list of sites"),
        (without("networks"), "site primary is damaged: 'networks' is missing. Export it again"),
        (without("nics", of="vm"), "site primary is damaged: 'nics' is missing. Export it again"),
        (
            {**ESTATE, "sites": [{**SITE, "clusters": []}]},
            "site primary is damaged: 'c1' is missing. Export it again",
        ),
        (
            {**ESTATE, "sites": [{**SITE, "vms": [{**SITE["vms"][0], "name": None}]}]},
            "site primary is damaged: the name of VM v1 is no text. Export it again",
        ),
    ],
)
def test_a_file_that_is_no_inventory_of_the_site(tmp_path, data, words):
    path = store(tmp_path, data)
    with pytest.raises(BadInput) as refusal:
        read_inventory(path, "primary")
    assert str(refusal.value) == f"inventory {path}: {words}"


@pytest.mark.parametrize("key", [key for key in SITE if key != "name"])
@pytest.mark.parametrize("value", ["text", 7, {"id": "x"}, [7], [None]])
def test_whatever_is_damaged_is_told_as_damage(tmp_path, key, value):
    path = store(tmp_path, {**ESTATE, "sites": [{**SITE, key: value}]})
    with pytest.raises(BadInput, match=r"site primary is damaged: .*Export it again"):
        read_inventory(path, "primary")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadInput) as refusal:
        read_inventory(f"{tmp_path}/none.json", "primary")
    assert str(refusal.value) == f"inventory {tmp_path}/none.json: cannot be read: No such file or directory"


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "estate.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="is not valid JSON"):
        read_inventory(f"{tmp_path}/estate.json", "primary")
