# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of storage domains on LUNs that no recording shows (contract 03, faults): each refuses, and the same goes
through without its reason."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import ManualClock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.contract.main_site import BUSY, Site
from lxml import etree

MORE = "360014055a5a5a5a0000000300000003"


@pytest.fixture
def main() -> Iterator[Site]:
    """The main site of the drill."""
    with Twin(clock=ManualClock(), pace=1.0) as twin:
        yield Site(twin)
        assert twin.errors == []


def luns(portal: tuple[str, str], lun: str, more: str = "") -> str:
    """The storage element with a LUN."""
    address = f"<address>{portal[0]}</address><port>3260</port><target>{portal[1]}</target>"
    unit = f'<logical_unit id="{lun}">{address}</logical_unit>'
    return f"<type>iscsi</type><logical_units>{unit}</logical_units>{more}"


def spare(main: Site, identity: str = MORE) -> str:
    """A LUN on which nothing lies, behind the portal of the block domain."""
    held = main.site.storage.block_places(main.id("storage_domain", "data-erp"))[0]
    record = {**held.record, "id": identity, "serial": "S000300000003"}
    main.site.storage.luns[identity] = type(held)(record)
    return identity


@pytest.fixture
def portal(main: Site) -> tuple[str, str]:
    """Address and target of the estate's block domain."""
    place = main.site.storage.block_places(main.id("storage_domain", "data-erp"))[0]
    return place.record["address"], place.record["target"]


def extended(main: Site, body: str) -> tuple[int, str]:
    """Status and words of extending the block domain."""
    return main.said("PUT", main.top("data-erp"), f"<storage_domain><storage>{body}</storage></storage_domain>")


def test_extending(main: Site, portal: tuple[str, str]) -> None:
    lun = spare(main)
    main.hosts("maintenance")
    refused = extended(main, luns(portal, lun))
    assert refused == (409, "[Cannot extend Storage. There is no active Host in the Data Center.]")
    main.hosts("up")
    unseen = extended(main, luns(portal, "36001405ffffffff0000000900000009"))
    assert (unseen[0], "is unreachable from hv-a" in unseen[1]) == (409, True)
    main.rest("data-erp")
    refused = extended(main, luns(portal, lun))
    assert refused == (409, "[Cannot extend Storage. The relevant Storage Domain's status is Maintenance.]")
    assert main.said("POST", f"{main.inside('data-erp')}/activate", "<action/>")[0] == 200
    assert extended(main, luns(portal, lun))[0] == 200
    shown = etree.fromstring(main.get(main.top("data-erp")).content)
    assert lun in [unit.get("id") for unit in shown.iter("logical_unit")]
    used = main.said("POST", "/storagedomains", main.new("other", storage=luns(portal, lun)))
    words_of = (
        f"[Cannot add Storage. The following LUNs are already part of existing storage domains: {lun} (data-erp).]"
    )
    assert used == (409, words_of)


def test_nobody_refreshes_a_domain_in_use(main: Site) -> None:
    main.site.hold(main.id("storage_domain", "data-erp"), 5)
    refused = main.said("POST", f"{main.top('data-erp')}/refreshluns", "<action/>")
    assert refused == (409, f"[Cannot edit Storage. {BUSY}]")
    main.twin.clock.forward(6)
    assert main.said("POST", f"{main.top('data-erp')}/refreshluns", "<action/>")[0] == 200


def test_luns_of_new_domains(main: Site, portal: tuple[str, str]) -> None:
    lun = spare(main)
    place = main.site.storage.luns[lun]
    place.content = main.site.storage.contents[main.id("storage_domain", "data-web")]
    used = main.said("POST", "/storagedomains", main.new("fresh", storage=luns(portal, lun)))
    assert used == (400, "[Failed to initialize physical device]")
    taken = main.said(
        "POST",
        "/storagedomains",
        main.new("fresh", storage=luns(portal, lun, more="<override_luns>true</override_luns>")),
    )
    assert taken[0] == 201


def test_a_lun_of_a_disk_is_no_storage(main: Site, portal: tuple[str, str]) -> None:
    disk = next(d for d in main.site.all("disk") if "lun_storage" in d.data)
    lun = disk.data["lun_storage"]["id"]
    status, said = main.said("POST", "/storagedomains", main.new("fresh", storage=luns(portal, lun)))
    assert (status, f"{lun} ({disk.name})" in said) == (409, True)


def test_a_target_that_wants_credentials(main: Site, portal: tuple[str, str]) -> None:
    lun = spare(main)
    main.twin.chap(portal[1], "u", "secret")
    refused = main.said("POST", "/storagedomains", main.new("fresh", storage=luns(portal, lun)))
    assert refused[0] == 400
    body = luns(portal, lun).replace("<port>", "<username>u</username><password>secret</password><port>")
    assert main.said("POST", "/storagedomains", main.new("fresh", storage=body))[0] == 201


def test_a_new_block_domain_needs_a_name(main: Site, portal: tuple[str, str]) -> None:
    body = main.new("fresh", storage=luns(portal, spare(main))).replace("<name>fresh</name>", "")
    status, said = main.said("POST", "/storagedomains", body)
    assert (status, "size must be between 1 and 250" in said, "must be formed of" in said) == (400, True, True)


def test_a_host_signs_in_with_its_own_details(main: Site, portal: tuple[str, str]) -> None:
    """Not those of the connection (contract 02, 2.7)."""
    main.rest("data-erp")
    main.twin.chap(portal[1], "of-hv-a1", "secret")
    for place in main.site.storage.luns.values():
        place.hosts.clear()
    inside = f"{main.inside('data-erp')}/activate"
    assert main.said("POST", inside, "<action/>")[0] == 400
    body = (
        f"<storage_connection_extension><target>{portal[1]}</target><username>of-hv-a1</username>"
        "<password>secret</password></storage_connection_extension>"
    )
    path = f"/hosts/{main.id('host', 'hv-a1')}/storageconnectionextensions"
    assert main.said("POST", path, body)[0] == 201
    assert main.said("POST", inside, "<action/>")[0] == 200
