# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quota that an edit gives to a VM, a template or a disk, as a running engine 4.5.8 does it (contract 05, 5.9)."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client
from lxml import etree

SILVER, FOREIGN, NOWHERE = (f"{digit * 8}-3333-4333-8333-333333333333" for digit in "123")
MODES = ("disabled", "audit", "enabled")
CRASH = "[General command validation failure.]"
NO_LONGER = "The quota associated with VM null is no longer available"
PATHS = {"vm": "/vms/{}", "template": "/templates/{}", "disk": "/disks/{}"}
NAMES = {"vm": "web01", "template": "tmpl-win2022"}


@pytest.fixture
def engine(primary: Client) -> Client:
    """The main site with a second quota, and one of another data center."""
    center = primary.id("data_center", "Production")
    with primary.site.lock:
        for identity, name, owner in ((SILVER, "silver", center), (FOREIGN, "gold", NOWHERE)):
            primary.site.add(Entity("quota", {"id": identity, "name": name, "data_center": {"id": owner}}))
    return primary


def subject(engine: Client, kind: str) -> str:
    """The path of the object that is edited."""
    if kind == "disk":
        vm = engine.site.named("vm", "web01")
        assert vm is not None
        return PATHS[kind].format(vm.subs["disk_attachments"][0]["id"])
    return PATHS[kind].format(engine.id(kind, NAMES[kind]))


def edit(engine: Client, kind: str, quota: str) -> tuple[int, str]:
    """Status and detail of an edit that gives a quota."""
    answer = engine.send("PUT", subject(engine, kind), f'<{kind}><quota id="{quota}"/></{kind}>')
    return answer.status_code, etree.fromstring(answer.content).findtext("detail") or ""


def shown(engine: Client, kind: str) -> str | None:
    """The quota that is read back."""
    found = etree.fromstring(engine.get(subject(engine, kind)).content).find("quota")
    return None if found is None else found.get("id")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", PATHS)
def test_a_quota_is_given_and_read_back(engine: Client, kind: str, mode: str) -> None:
    center = engine.site.get("data_center", engine.id("data_center", "Production"))
    assert center is not None
    center.set(quota_mode=mode)
    assert edit(engine, kind, SILVER) == (200, "")
    assert shown(engine, kind) == SILVER


@pytest.mark.parametrize(
    ("kind", "mode", "quota", "status", "words"),
    [
        *(("vm", mode, NOWHERE, 400, "[Cannot edit VM. Quota doesn't exist.]") for mode in MODES),
        *(("vm", mode, FOREIGN, 400, "[Cannot edit VM. Quota is not valid.]") for mode in MODES),
        *(("disk", mode, NOWHERE, 400, "[Cannot edit Virtual Disk. Quota doesn't exist.]") for mode in MODES),
        *(("disk", mode, FOREIGN, 400, "[Cannot edit Virtual Disk. Quota is not valid.]") for mode in MODES),
        *(("template", mode, NOWHERE, 400, "[Internal Engine Error]") for mode in MODES[:2]),
        ("template", "enabled", NOWHERE, 500, NO_LONGER),
        ("template", "enabled", FOREIGN, 500, CRASH),
    ],
)
def test_what_is_refused(engine: Client, kind: str, mode: str, quota: str, status: int, words: str) -> None:
    center = engine.site.get("data_center", engine.id("data_center", "Production"))
    assert center is not None
    center.set(quota_mode=mode)
    before = shown(engine, kind)
    found, detail = edit(engine, kind, quota)
    assert (found, words in detail) == (status, True), detail
    assert shown(engine, kind) == before


def test_a_template_takes_the_quota_of_another_data_center(engine: Client) -> None:
    assert edit(engine, "template", FOREIGN) == (200, "")
    assert shown(engine, "template") == FOREIGN


def test_a_disk_is_locked_for_a_while_after_it(engine: Client) -> None:
    assert edit(engine, "disk", SILVER) == (200, "")
    status, detail = edit(engine, "disk", SILVER)
    assert status == 409
    assert detail.startswith("[Cannot edit Virtual Disk: The following disks are locked: ${diskAliases}. Please try")
