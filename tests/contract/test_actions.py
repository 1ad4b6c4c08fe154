# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of an action's answer: what was sent comes back bare, entities come with their actions and links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.ovirt_dr.storage.tests.contract.conftest import differences
from lxml import etree

Recordings = Callable[[str], dict[int, Any]]


def test_an_entity_in_an_answer_has_its_actions_and_links(recordings: Recordings, recovery: Any) -> None:
    record = recordings("06-direct-lun")[32]
    host = recovery.id("host", "hv-b1")
    portal, target = "192.0.2.150", "iqn.2026-01.example.site-b:san"
    body = f"<action><iscsi><address>{portal}</address><port>3260</port><target>{target}</target></iscsi></action>"
    answer = recovery.post(f"/hosts/{host}/iscsilogin", body)
    ours = etree.fromstring(answer.content)
    old, job = record["path"].split("/hosts/")[1].split("/")[0], ours.find("job").get("id")
    recorded = etree.fromstring(record["response"].encode()).find("job").get("id")
    text = record["response"].replace(old, host).replace(recorded, job).replace("127.0.0.60", portal)
    theirs = etree.fromstring(text.replace("iqn.2026-01.example.rec:primary", target).encode())
    assert differences(theirs, ours) == []
    assert [child.tag for child in theirs] == [child.tag for child in ours]


def test_what_was_sent_comes_back_without_an_address(recordings: Recordings, recovery: Any) -> None:
    record = recordings("04b-unregistered-register")[89]
    assert etree.fromstring(record["response"].encode()).find("cluster").get("href") is None
    recovery.domain("data-web")
    vm = recovery.unregistered("web01")
    domain = next(d for d, rows in recovery.site.unregistered.items() if vm in rows)
    cluster = "33333333-3333-3333-3333-333333333333"
    answer = recovery.post(f"/storagedomains/{domain}/vms/{vm}/register", f'<action><cluster id="{cluster}"/></action>')
    assert answer.status_code == record["status"]
    sent = etree.fromstring(answer.content).find("cluster")
    assert dict(sent.attrib) == {"id": cluster}
