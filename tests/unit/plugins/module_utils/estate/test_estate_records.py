# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of an estate: made of elements without loss, without secrets, every reference leading somewhere, merged."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import to_data
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import parse
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate import merge
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate.secrets import without_secrets
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate.site import KINDS, make_site
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate.storage import make_storage
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import estate as twin_estate
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, check, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document, write_value
from hypothesis import given
from hypothesis import strategies as st

Record = dict[str, t.Any]

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
TAGS = st.sampled_from(["name", "status", "cluster", "disk", "storage_domains", "memory"])
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.dictionaries(TAGS, inner | st.lists(inner, min_size=2, max_size=3), min_size=1, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TAGS, VALUES, min_size=1, max_size=5), TEXTS.filter(bool))
def test_data_holds_all_of_an_element(record: Record, identity: str) -> None:
    # The twin's writer knows nothing of the reader.
    whole = {"id": identity, **record}
    assert to_data(parse(document(lambda out, depth: write_value(out, depth, "vm", whole)))) == whole


def test_links_and_addresses_are_left_out() -> None:
    text = (
        b'<vm href="/api/vms/1" id="1"><actions><link href="/x" rel="start"/></actions><name>web01</name>'
        b'<link href="/y" rel="nics"/><cluster href="/api/clusters/2" id="2"/><memory/></vm>'
    )
    assert to_data(parse(text)) == {"id": "1", "name": "web01", "cluster": {"id": "2"}, "memory": ""}


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ("vers=3,ro", "vers=3,ro"),
        ("password=x", ""),
        ("username=u,password=x,ro", "username=u,ro"),
        ("ro,Pass=x", "ro"),
        ("ro, passwd=a=b,rw", "ro,rw"),
        ("secret=x,name=admin", "name=admin"),
        ("nopassword,compass=1", "nopassword,compass=1"),
    ],
)
def test_mount_options_lose_their_passwords_only(options: str, left: str) -> None:
    assert without_secrets({"mount_options": options}) == {"mount_options": left}


def test_secrets_go_at_any_depth() -> None:
    held = {"agents": {"agent": [{"password": "x", "username": "u", "options": [{"token": "x", "name": "n"}]}]}}
    assert without_secrets(held) == {"agents": {"agent": [{"username": "u", "options": [{"name": "n"}]}]}}


def raw(site: str = "primary") -> dict[str, list[Record]]:
    """What is read of an engine that holds a site of the drill."""
    record = copy.deepcopy(next(one for one in load(DRILL)["sites"] if one["name"] == site))
    return {
        **{key: record[key] for key in KINDS},
        "inner_domains": [dict(one) for one in record["storage_domains"]],
    }


def made(read: dict[str, list[Record]], only: set[str] | None = None) -> tuple[Record, list[str]]:
    """The site and what was told; it must load in a twin."""
    told: list[str] = []
    site = make_site("primary", {}, read, only, told.append)
    check(merge.estate_of(site, make_storage(site, told.append)))
    return site, told


def drop(read: dict[str, list[Record]], key: str, number: int = 0) -> Record:
    return read[key].pop(number)


def test_everything_leads_somewhere() -> None:
    site, told = made(raw())
    assert told == []
    assert merge.counts(site)["vms"] == 15


@pytest.mark.parametrize("key", [key for key in KINDS if raw()[key]])
def test_whatever_vanishes_the_rest_loads(key: str) -> None:
    for number in range(min(3, len(raw()[key]))):
        read = raw()
        drop(read, key, number)
        site, _told = made(read)
        assert site["name"] == "primary"


def test_a_vm_whose_template_is_gone_is_left_out_and_told() -> None:
    read = raw()
    vm = next(vm for vm in read["vms"] if vm["name"] == "web04")
    read["templates"] = [template for template in read["templates"] if template["id"] != vm["template"]["id"]]
    site, told = made(read)
    assert "web04" not in {vm["name"] for vm in site["vms"]}
    assert f"VM web04 is not in it: its template {vm['template']['id']} is not there any more" in told


def test_a_nic_whose_profile_is_gone_has_none() -> None:
    read = raw()
    gone = drop(read, "vnic_profiles")["id"]
    site, told = made(read)
    users = [vm["name"] for vm in raw()["vms"] if any(n.get("vnic_profile", {}).get("id") == gone for n in vm["nics"])]
    assert len([sentence for sentence in told if f"the vNIC profile {gone}" in sentence]) >= len(users)
    assert not [nic for vm in site["vms"] for nic in vm["nics"] if nic.get("vnic_profile", {}).get("id") == gone]


def test_a_disk_on_a_domain_that_is_gone_stays_without_it() -> None:
    read = raw()
    gone = next(domain for domain in read["storage_domains"] if domain["name"] == "data-web")
    read["storage_domains"].remove(gone)
    site, told = made(read)
    assert len(site["disks"]) == 29
    assert any(f"its storage domain {gone['id']} is not there any more" in sentence for sentence in told)


def test_what_was_read_is_not_changed() -> None:
    read = raw()
    before = copy.deepcopy(read)
    drop(read, "disks")
    drop(before, "disks")
    made(read)
    assert read == before


def test_directories_show_only_users_that_the_engine_knows() -> None:
    read = raw()
    read["domains"][0]["users"].append({"id": "ABCD", "name": "somebody", "principal": "somebody"})
    site, _told = made(read)
    assert [user["name"] for user in site["domains"][0]["users"]] == ["admin"]


def test_two_domains_at_one_place_are_told() -> None:
    read = raw()
    places = [domain for domain in read["storage_domains"] if "path" in domain["storage"]]
    places[1]["storage"] = places[0]["storage"]
    _site, told = made(read)
    assert [sentence for sentence in told if "is the place of another one as well" in sentence]


def parts(site: str) -> tuple[Record, Record]:
    """A site of the drill and its storage, as an export makes them."""
    record = next(one for one in load(DRILL)["sites"] if one["name"] == site)
    return record, make_storage(record, lambda sentence: None)


@pytest.mark.parametrize("site", ["primary", "recovery"])
def test_merging_what_is_there_changes_nothing(site: str) -> None:
    drill = load(DRILL)
    assert merge.same(merge.merged(drill, *parts(site)), drill)


def test_merging_in_any_order_gives_the_same() -> None:
    one = merge.merged(merge.estate_of(*parts("primary")), *parts("recovery"))
    other = merge.merged(merge.estate_of(*parts("recovery")), *parts("primary"))
    assert merge.same(one, other)
    check(one)


def test_a_place_that_a_site_left_goes_unless_a_replica_names_it() -> None:
    drill = load(DRILL)
    site, storage = copy.deepcopy(parts("primary"))
    gone = next(domain for domain in site["storage_domains"] if domain["name"] == "data-db")
    site["storage_domains"].remove(gone)
    storage["exports"] = [export for export in storage["exports"] if export["domain"] != gone["id"]]
    kept = merge.merged(drill, site, storage)["storage"]["exports"]
    assert {"address": "nfs-a.example", "path": "/exports/data-db", "domain": None} in kept
    bare = {**drill, "storage": {**drill["storage"], "replicas": []}}
    assert "/exports/data-db" not in [
        e["path"] for e in merge.merged(bare, site, storage)["storage"]["exports"] if e["domain"]
    ]
    assert gone["id"] not in str(merge.merged(bare, site, storage)["storage"])


def test_a_lun_is_seen_by_the_hosts_of_all_sites() -> None:
    shared = "3600601606160616000000000fc000001"
    estate = merge.merged(merge.estate_of(*parts("primary")), *parts("recovery"))
    held = next(lun for lun in estate["storage"]["luns"] if lun["id"] == shared)
    assert sorted(held["hosts"]) == sorted(
        next(x for x in load(DRILL)["storage"]["luns"] if x["id"] == shared)["hosts"]
    )
    recovery, storage = copy.deepcopy(parts("recovery"))
    storage["luns"] = []
    after = merge.merged(estate, recovery, storage)
    held = next(lun for lun in after["storage"]["luns"] if lun["id"] == shared)
    assert len(held["hosts"]) == 2


def test_a_lun_keeps_the_domain_that_another_site_has_on_it() -> None:
    drill = load(DRILL)
    erp = "360014055a5a5a5a0000000100000001"
    recovery, storage = copy.deepcopy(parts("recovery"))
    seen = {"id": erp, "type": "iscsi", "size": "1", "hosts": [recovery["hosts"][0]["id"]]}
    storage["luns"].append(seen)
    after = merge.merged(drill, recovery, storage)
    held = next(lun for lun in after["storage"]["luns"] if lun["id"] == erp)
    assert held["domain"] == next(lun for lun in drill["storage"]["luns"] if lun["id"] == erp)["domain"]
    assert len(held["hosts"]) == 3


def test_only_what_changes_by_itself_is_no_change() -> None:
    drill = load(DRILL)
    other = copy.deepcopy(drill)
    other["sites"][0]["storage_domains"][0]["available"] = "1"
    other["sites"][0]["vms"].reverse()
    assert merge.same(drill, other)
    other["sites"][0]["vms"][0]["memory"] = "1"
    assert not merge.same(drill, other)


def test_the_kinds_are_those_of_the_format() -> None:
    assert tuple(twin_estate.KINDS) == KINDS
    assert (twin_estate.FORMAT, twin_estate.VERSION) == (merge.FORMAT, merge.VERSION)
