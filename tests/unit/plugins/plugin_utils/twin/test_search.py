# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The search language against the drill's VMs."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import search
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from hypothesis import given
from hypothesis import strategies as st

TWIN = Twin()
SITE = TWIN.site("primary")


def found(text: str, tag: str = "vm", *, case_sensitive: bool = False) -> list[str]:
    """The names that a search finds, sorted."""
    parsed = search.parse(tag, text, case_sensitive=case_sensitive)
    return sorted(e.name for e in SITE.all(tag) if parsed.test is None or parsed.test(SITE, e))


WEB = ["web01", "web02", "web03", "web04"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("name=web*", WEB),
        ("name=WEB*", WEB),
        ('name="web01"', ["web01"]),
        ("name = web01", ["web01"]),
        ("name=web* and status=up", ["web01"]),
        ("name=web* and status!=up", WEB[1:]),
        ("name=web01 or name=dns01", ["dns01", "web01"]),
        ("name=WEB01 or name=nosuch or name=dns01", ["dns01", "web01"]),
        ("name=web01 or tag=tier1", ["db01", "db02", "dns01", "web01"]),
        ("tag=tier1 or tag=nosuch", ["db01", "db02", "dns01"]),
        ("name=web01 or name!=web*", sorted({e.name for e in SITE.all("vm")} - set(WEB[1:]))),
        ("name=dns01 or name=web* and status=up", ["dns01", "web01"]),
        ("tag=tier1", ["db01", "db02", "dns01"]),
        ("cluster=prod and name=web0?", WEB),
        ("datacenter=Production and name=web0*", WEB),
        ("datacenter=Nowhere", []),
        ("name=web[01]", []),
        ("", sorted(e.name for e in SITE.all("vm"))),
        ("sortby name asc", sorted(e.name for e in SITE.all("vm"))),
    ],
)
def test_found(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_case() -> None:
    assert found("name=WEB*", case_sensitive=True) == []
    assert found("name=WEB01 or name=dns01", case_sensitive=True) == ["dns01"]


@pytest.mark.parametrize(
    "text",
    [
        "nosuch=x",
        "(name=web01 or name=dns01) and name=w*",
        "status=wait_for_launch",
        "status=up or status=nosuch",
        "name=",
        "((",
        "name",
        "name=a name=b",
        "name>a",
        "page x",
        "sortby nosuch",
        "name=a and",
        "=a",
        "(name=a",
    ],
)
def test_not_understood(text: str) -> None:
    with pytest.raises(search.Unsearchable):
        search.parse("vm", text)


def test_sort_and_page() -> None:
    parsed = search.parse("vm", "name=web* sortby name desc page 3")
    assert (parsed.sort, parsed.descending, parsed.page) == ("name", True, 3)


def test_disks_by_type() -> None:
    assert found("disk_type=lun", "disk") == ["file01_shares"]


@given(st.text(max_size=40), st.sampled_from(["vm", "disk", "host", "storage_domain"]))
def test_any_text_is_understood_or_not(text: str, tag: str) -> None:
    try:
        parsed = search.parse(tag, text)
    except search.Unsearchable:
        return
    assert all(parsed.test is None or parsed.test(SITE, entity) in (True, False) for entity in SITE.all(tag))


@pytest.mark.parametrize(
    ("shown", "asked"), [("wait_for_launch", "waitforlaunch"), ("image_locked", "ImageLocked"), ("up", "up")]
)
def test_a_search_spells_a_status_as_the_engine_names_it(shown: str, asked: str) -> None:
    vm = next(iter(TWIN.site("primary").all("vm")))
    before = vm.data.get("status")
    try:
        vm.data["status"] = shown
        assert vm.name in found(f"status={asked}")
    finally:
        vm.data["status"] = before
