# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block storage of the recordings: discovery, sign-in, what a host sees, import by domain id."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import elements, words
from lxml import etree

Recordings = Callable[[str], dict[int, Any]]
TARGET = "iqn.2026-01.example.site-b:san"
PORTAL = "192.0.2.150"
NOBODY = "33333333-3333-3333-3333-333333333333"


def local(text: str) -> str:
    """A recorded body with the names of the drill's recovery site."""
    for old in ("127.0.0.60", "127.0.0.61"):
        text = text.replace(old, PORTAL)
    for old in ("iqn.2026-01.example.rec:primary", "iqn.2026-01.example.rec:secondary"):
        text = text.replace(old, TARGET)
    return text.replace("rec_host2", "hv-b1").replace("rec_drhost", "hv-b1")


def host_path(recovery: Any, recorded: str) -> str:
    """A recorded path below a host, for the recovery host unless the host was unknown."""
    tail = recorded.split("/api", 1)[1]
    return tail if NOBODY in tail else re.sub(r"/hosts/[^/]+", f"/hosts/{recovery.id('host', 'hv-b1')}", tail)


SENT = [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]


@pytest.mark.parametrize("number", SENT)
def test_discovery_and_sign_in(recordings: Recordings, recovery: Any, number: int) -> None:
    recovery.twin.chap(TARGET, "u", "ok")
    record = recordings("06-direct-lun")[number]
    answer = recovery.post(host_path(recovery, record["path"]), local(record["request"]))
    assert (answer.status_code, words(answer.text)) == (record["status"], words(local(record["response"])))
    assert elements(answer.text) - {"/action/host"} == {
        path for path in elements(local(record["response"])) if not path.startswith("/action/host")
    }


def test_a_session_is_kept_without_credentials(recordings: Recordings, recovery: Any) -> None:
    recovery.twin.chap(TARGET, "u", "ok")
    held, path = recordings("06-direct-lun"), f"/hosts/{recovery.id('host', 'hv-b1')}/iscsilogin"
    assert [recovery.post(path, local(held[n]["request"])).status_code for n in (29, 31, 32)] == [400, 200, 200]


@pytest.mark.parametrize("number", [9, 10, 11])
def test_refused_look_at_host_storage(recordings: Recordings, recovery: Any, number: int) -> None:
    record = recordings("06-direct-lun")[number]
    tail = record["path"].split("/api", 1)[1]
    path = tail if number < 11 else host_path(recovery, record["path"])
    answer = recovery.get(path)
    assert answer.status_code == record["status"]
    assert words(answer.text) == words(record["response"])


def test_a_host_that_is_not_up(recordings: Recordings, recovery: Any) -> None:
    record = recordings("06-direct-lun")[1]
    with recovery.site.lock:
        recovery.site.named("host", "hv-b1").set(status="maintenance", address="127.0.0.38")
    answer = recovery.get(host_path(recovery, record["path"]))
    assert (answer.status_code, words(answer.text)) == (record["status"], words(record["response"]))


def test_what_a_host_sees_depends_on_its_sessions(recordings: Recordings, recovery: Any) -> None:
    host = recovery.id("host", "hv-b1")
    before = recovery.get(f"/hosts/{host}/storage").text
    assert PORTAL not in before
    assert before.count("<type>fcp</type>") == 4
    recovery.post(
        f"/hosts/{host}/iscsilogin",
        f"<action><iscsi><address>{PORTAL}</address><target>{TARGET}</target></iscsi></action>",
    )
    for query in ("", "?report_status=false"):
        after = etree.fromstring(recovery.get(f"/hosts/{host}/storage{query}").content)
        units = {str(unit.get("id")): unit for unit in after.iter("logical_unit")}
        assert [unit.findtext("status") for lun, unit in units.items() if "b5b5" in lun] == ["used", "free"]
    theirs = etree.fromstring(recordings("10-drill-estate-engine1")[104]["response"].encode())
    recorded = next(u for u in theirs.iter("logical_unit") if u.findtext("volume_group_id"))
    ours = units["360014055b5b5b5b0000000100000001"]
    assert {n.tag for n in recorded} - {n.tag for n in ours} == {"storage_domain_id"}
    assert ours.findtext("volume_group_id") == recorded.findtext("volume_group_id")


def test_looking_for_domains(recordings: Recordings, recovery: Any, primary: Any) -> None:
    held, other = recordings("07-dr"), recordings("03-storage-domains")
    host, domain = recovery.id("host", "hv-b1"), primary.id("storage_domain", "data-erp")
    path = f"/hosts/{host}/unregisteredstoragedomainsdiscover"
    answer = recovery.post(path, local(held[91]["request"]))
    assert (answer.status_code, elements(answer.text)) == (held[91]["status"], elements(held[91]["response"]))
    shown = etree.fromstring(answer.content).find("storage_domains/storage_domain")
    assert (dict(shown.attrib), shown.findtext("name"), shown.findtext("status")) == ({"id": domain}, "data-erp", None)
    nothing = recovery.post(path, other[390]["request"])
    assert (nothing.status_code, elements(nothing.text)) == (200, elements(other[390]["response"]))
    unknown = recovery.post(host_path(recovery, other[391]["path"]), other[391]["request"])
    assert (unknown.status_code, words(unknown.text)) == (other[391]["status"], words(other[391]["response"]))
    away = recovery.post(path, held[91]["request"])
    assert away.status_code == 400
    assert "connect" in str(words(away.text)[0])


def test_looking_for_domains_signs_in(recordings: Recordings, recovery: Any) -> None:
    """03 389 finds a domain although its removal had signed the host out (388)."""
    host = recovery.id("host", "hv-b1")
    recovery.twin.chap(TARGET, "u", "ok")
    body = local(recordings("03-storage-domains")[389]["request"])
    path = f"/hosts/{host}/unregisteredstoragedomainsdiscover"
    assert recovery.post(path, body).status_code == 400
    signed = body.replace("<port>", "<username>u</username><password>ok</password><port>")
    assert recovery.post(path, signed).status_code == 200
    assert PORTAL in recovery.get(f"/hosts/{host}/storage").text


def test_import_by_id_and_its_refusals(recordings: Recordings, recovery: Any, primary: Any) -> None:
    held, rules = recordings("03-storage-domains"), recordings("03b-storage-domain-rules")
    host, domain = recovery.id("host", "hv-b1"), primary.id("storage_domain", "data-erp")

    def send(record: Any) -> Any:
        body = local(record["request"])
        return recovery.post("/storagedomains", body.replace("5c3f3fed-38e1-4518-b24d-e80ad43b12f6", domain))

    def alike(record: Any) -> None:
        answer = send(record)
        ours, theirs = words(answer.text), words(record["response"])
        assert (answer.status_code, sorted(str(ours[0]).strip("[]").split(", "))) == (
            record["status"],
            sorted(str(theirs[0]).strip("[]").split(", ")),
        )

    recovery.post(
        f"/hosts/{host}/iscsilogin",
        f"<action><iscsi><address>{PORTAL}</address><target>{TARGET}</target></iscsi></action>",
    )
    for record in (held[392], held[393], rules[144]):
        alike(record)
    assert send(held[394]).status_code == held[394]["status"]
    for record in (held[397], rules[143]):
        alike(record)
    links = etree.fromstring(recovery.get(f"/storagedomains/{domain}/storageconnections").content)
    assert [(c.findtext("address"), c.findtext("target")) for c in links] == [(PORTAL, TARGET)]
    unit = etree.fromstring(recovery.get(f"/storagedomains/{domain}").content).find(".//logical_unit")
    assert unit.get("id") == "360014055b5b5b5b0000000100000001"


def test_a_direct_lun_behind_chap_needs_its_credentials(recordings: Recordings, recovery: Any) -> None:
    refused = recordings("04c-register-second-round")[72]
    recovery.twin.chap(TARGET, "u", "ok")
    domain, vm = recovery.domain("data-web"), recovery.unregistered("file01")
    body = (
        "<action><registration_configuration><lun_mappings><registration_lun_mapping>"
        '<from><lun_storage><logical_units><logical_unit id="360014055a5a5a5a0000000200000002"/></logical_units>'
        "</lun_storage></from><to><lun_storage>"
        '<type>iscsi</type><logical_units><logical_unit id="360014055b5b5b5b0000000200000002">'
        f"<address>{PORTAL}</address><port>3260</port><target>{TARGET}</target>{{}}</logical_unit></logical_units>"
        "</lun_storage></to></registration_lun_mapping></lun_mappings></registration_configuration>"
        "<cluster><name>dr</name></cluster></action>"
    )
    path = f"/storagedomains/{domain}/vms/{vm}/register"
    answer = recovery.post(path, body.format(""))
    assert (answer.status_code, words(answer.text)) == (refused["status"], words(refused["response"]))
    answer = recovery.post(path, body.format("<username>u</username><password>ok</password>"))
    assert answer.status_code == 200, answer.text
    assert "password" not in recovery.get("/disks").text
