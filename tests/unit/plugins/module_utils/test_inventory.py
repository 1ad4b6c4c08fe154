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
    InventoryAttachment,
    InventoryDisk,
    InventoryNic,
    InventoryPermission,
    InventorySnapshot,
    InventoryTemplate,
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
    assert (inventory.site, inventory.domains) == ("primary", {"d1": "data-web"})
    assert inventory.templates == {"t1": InventoryTemplate("t1", "golden", "t1", 1, "", "", ())}
    disks = (
        InventoryDisk("i1", "system", ("d1",), ""),
        InventoryDisk("i2", "data", ("d1", "d2"), ""),
        InventoryDisk("i3", "raw", (), "36001"),
    )
    assert inventory.disks == {disk.id: disk for disk in disks}
    web, pxe = inventory.vms
    assert web == InventoryVm(
        id="v1",
        name="web01",
        cluster="prod",
        template_id="t1",
        disks=disks,
        nics=(("net", "fast"), ("", "")),
        affinity_groups=("spread", "together"),
        attachments=(InventoryAttachment("i1"), InventoryAttachment("i2"), InventoryAttachment("i3")),
        vnics=(InventoryNic("x", network="net", profile="fast"), InventoryNic("y")),
    )
    assert (pxe.disks, pxe.nics, pxe.affinity_groups, pxe.affinity_labels) == ((), (), (), ("licensed",))


WHOLE = deepcopy(SITE)
WHOLE["quotas"] = [{"id": "q1", "name": "gold"}]
WHOLE["roles"] = [{"id": "r1", "name": "UserRole"}]
WHOLE["groups"] = [{"id": "u9", "name": "Operators"}]
WHOLE["users"] = [
    {"id": "u1", "principal": "ada", "user_name": "ada@ldap", "domain": {"id": "x", "name": "ldap"}},
    {"id": "u2", "user_name": "bob@ldap", "domain": {"id": "x", "name": "ldap"}},
]
WHOLE["clusters"][0]["permissions"] = [{"id": "above", "role": {"id": "r1"}, "user": {"id": "u1"}}]
WHOLE["storage_domains"][0]["disk_snapshots"] = [
    {"id": "volume", "disk": {"id": "i1"}, "snapshot": {"id": "s1"}},
    {"id": "other", "disk": {"id": "i1"}},
]
WHOLE["disks"][0] = {
    **WHOLE["disks"][0],
    "description": "root",
    "provisioned_size": "1024",
    "format": "cow",
    "sparse": "true",
    "shareable": "true",
    "content_type": "data",
    "image_id": "image",
    "quota": {"id": "q1"},
    "wipe_after_delete": "true",
    "status": "ok",
}
WHOLE["vms"][0] = {
    **WHOLE["vms"][0],
    "description": "shop",
    "status": "up",
    "memory": "1024",
    "cpu": {"architecture": "x86_64"},
    "delete_protected": "true",
    "high_availability": {"enabled": "true", "priority": "50"},
    "lease": {"storage_domain": {"id": "d1"}},
    "quota": {"id": "q1"},
    "disk_attachments": [
        {
            "id": "i1",
            "active": "false",
            "bootable": "true",
            "interface": "virtio",
            "read_only": "true",
            "uses_scsi_reservation": "true",
            "pass_discard": "true",
            "logical_name": "/dev/vda",
        }
    ],
    "nics": [
        {
            "id": "x",
            "name": "nic1",
            "mac": {"address": "56:6F:00:00:00:01"},
            "interface": "e1000",
            "plugged": "false",
            "linked": "false",
        }
    ],
    "snapshots": [
        {"id": "s1", "snapshot_type": "regular", "description": "before", "date": "2026", "persist_memorystate": "true"}
    ],
    "permissions": [
        {"id": "above", "role": {"id": "r1"}, "user": {"id": "u1"}},
        {"id": "own", "role": {"id": "r1"}, "user": {"id": "u2"}},
        {"id": "team", "role": {"id": "r8"}, "group": {"id": "u9"}},
        {"id": "unknown", "role": {"id": "r1"}, "user": {"id": "gone"}},
    ],
}
WHOLE["templates"].append(
    {
        "id": "t2",
        "name": "golden",
        "version": {"version_number": "2", "version_name": "June", "base_template": {"id": "t1"}},
        "cluster": {"id": "c1"},
        "disk_attachments": [{"id": "i2"}],
        "quota": {"id": "q1"},
    }
)


def test_what_recovery_compares_with_is_read(tmp_path):
    inventory = read_inventory(store(tmp_path, {**ESTATE, "sites": [WHOLE]}), "primary")
    web = inventory.vms[0]
    system = InventoryDisk(
        "i1", "system", ("d1",), "", "root", 1024, "cow", True, True, "data", "image", "gold", True, "ok"
    )
    assert web.disks == (system,)
    assert web.attachments == (InventoryAttachment("i1", "virtio", False, True, True, True, True, "/dev/vda"),)
    assert web.vnics == (InventoryNic("x", "nic1", "56:6f:00:00:00:01", "", "", "e1000", False, False),)
    assert web.snapshots == (InventorySnapshot("s1", "regular", "before", "2026", True, (("i1", "volume"),)),)
    assert web.permissions == (
        InventoryPermission("UserRole", "bob", "ldap"),
        InventoryPermission("r8", group="Operators"),
    )
    assert (web.description, web.status, web.memory, web.architecture) == ("shop", "up", 1024, "x86_64")
    assert (web.delete_protected, web.ha_priority, web.lease_domain_id, web.quota) == (True, 50, "d1", "gold")
    version = inventory.templates["t2"]
    assert (version.base_id, version.version, version.version_name, version.cluster) == ("t1", 2, "June", "prod")
    assert ([disk.id for disk in version.disks], version.quota) == (["i2"], "gold")


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


def test_the_inventory_of_the_drill_knows_what_is_granted_on_its_vms_and_their_snapshots():
    import importlib.resources

    estates = importlib.resources.files("ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin") / "estates"
    vms = {vm.name: vm for vm in read_inventory(str(estates / "drill.json"), "primary").vms}
    assert vms["app01"].permissions == (InventoryPermission("UserVmManager", "admin", "internal-authz"),)
    assert vms["app02"].permissions == ()
    before = vms["legacy01"].snapshots[1]
    assert (before.description, before.type) == ("before upgrade", "regular")
    assert [disk for disk, _image in before.disks] == [vms["legacy01"].disks[0].id]


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
