# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""storage_domain_attach and preflight_info with iSCSI and Fibre Channel domains."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import read
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    ATTACH,
    DATA_WEB,
    IMPORT,
    Bench,
    Estate,
    Result,
    record,
    site_of,
    wanted,
)

DATA_ERP = "6c7f9f66-a04b-4a61-9646-f03b541bc20e"
SAN = "iqn.2026-01.example.site-b:san"
ADDRESS = "192.0.2.150"
REPLICA = "360014055b5b5b5b0000000100000001"
LOGIN = r"/iscsilogin$"
LOOK = "unregisteredstoragedomainsdiscover"
CHAP = [{"target": SAN, "login": {"username": "twin", "password": "twin"}}]
SECRET = "ch4p-s3cret-of-the-san"


def erp(**more: t.Any) -> dict[str, t.Any]:
    """The option for the replica of data-erp."""
    return {"id": DATA_ERP, "name": "data-erp", "type": "iscsi", "targets": [target()], **more}


def target(**more: t.Any) -> dict[str, t.Any]:
    return {"address": ADDRESS, "target": SAN, **more}


def bring(bench: Bench, *domains: dict[str, t.Any], **options: t.Any) -> Result:
    return bench.attach(domains=list(domains) or [erp()], **{"sign_in": True, **options})


def known(bench: Bench) -> set[str]:
    return {one.name for one in bench.twin.site("recovery").all("storage_domain")}


def in_session(bench: Bench) -> bool:
    """Whether a host of recovery is signed in to the target."""
    return bool(bench.twin.storage.luns[REPLICA].hosts)


def sign_in_before(bench: Bench) -> None:
    """Somebody signed the host in by hand."""
    host = next(iter(bench.twin.site("recovery").all("host")))
    for place in bench.twin.storage.luns.values():
        if place.record.get("target") == SAN:
            place.hosts.add(host.id)


def looks(bench: Bench) -> list[str]:
    return [one.path for one in bench.twin.requests("recovery") if one.path.endswith(LOOK)]


def test_a_host_signs_in_then_looks_then_imports_by_id(bench: Bench) -> None:
    result = bring(bench)
    assert not result.get("failed"), result["msg"]
    assert {action: len(names) for action, names in result["done"].items()} == {
        "sign_in": 1,
        "import": 1,
        "attach": 1,
    }
    assert result["done"]["sign_in"] == [f"{SAN} at {ADDRESS}:3260"]
    assert result["active"] == [DATA_ERP]
    assert result["luns"] == [{"domain": "data-erp", "luns": [REPLICA]}]
    assert result["not_proven"] == []
    asked = [one.path.rpartition("/")[2] for one in bench.twin.requests("recovery") if one.method == "POST"]
    order = [asked.index(name) for name in ("iscsidiscover", "iscsilogin", LOOK)]
    assert order == sorted(order)
    (sent,) = bench.writes(IMPORT)
    assert f'id="{DATA_ERP}"' in sent.body
    assert "<name>" not in sent.body
    assert "<import>true</import>" in sent.body


def test_what_is_so_needs_no_sign_in_and_nothing_is_done_again(bench: Bench) -> None:
    bring(bench)
    bench.forget()
    result = bring(bench, sign_in=False)
    assert not result.get("failed"), result["msg"]
    assert (result["changed"], result["counts"]["already"]) == (False, 1)
    assert bench.writes() == []
    assert looks(bench) == []


def test_check_mode_tells_what_only_a_sign_in_would_show(bench: Bench) -> None:
    result = bring(bench, erp(), *wanted("data-web"), check=True)
    assert not result.get("failed"), result["msg"]
    assert result["not_proven"] == [
        f"whether data-erp lies on {SAN} at {ADDRESS}:3260, before host hv-b1 has signed in there"
    ]
    assert sorted(result["active"]) == sorted([DATA_ERP, DATA_WEB])
    assert f"{SAN} at {ADDRESS}:3260" in json.dumps(result["diff"])
    assert bench.writes() == []
    assert not in_session(bench)
    assert looks(bench) == [], "the engine may sign a host in to look"


def test_check_mode_proves_a_domain_that_the_host_sees(bench: Bench) -> None:
    sign_in_before(bench)
    result = bring(bench, sign_in=False, check=True)
    assert not result.get("failed"), result["msg"]
    assert result["not_proven"] == []
    assert "sign_in" not in result["done"]
    assert bench.writes() == []


def refused(bench: Bench, *domains: dict[str, t.Any], words: tuple[str, ...], **options: t.Any) -> None:
    """The task is refused in these words, in check mode and without, before anything is written."""
    before = known(bench)
    for check in (True, False):
        result = bring(bench, *(*domains, *wanted("data-web")), check=check, **options)
        assert result["failed"]
        for part in words:
            assert part in result["msg"]
    assert bench.writes() == []
    assert known(bench) == before
    given = {"sign_in": True, **options, "data_center": "Recovery", "cluster": "dr", "domains": list(domains)}
    preflight = bench.done("preflight_info", strict=False, **given)
    assert any(words[0] in problem for problem in preflight["problems"])


def test_a_sign_in_is_made_only_when_it_was_asked_for(bench: Bench) -> None:
    refused(
        bench,
        erp(),
        words=(f"host hv-b1 is not signed in to {SAN} at {ADDRESS}:3260", "Say 'sign_in: true'"),
        sign_in=False,
    )
    assert not in_session(bench)


def test_a_portal_that_cannot_be_reached(bench: Bench) -> None:
    refused(
        bench,
        erp(targets=[target(address="192.0.2.99")]),
        words=("host hv-b1 cannot reach portal 192.0.2.99:3260: Failed discovery of iSCSI targets", "data-erp"),
    )


def test_a_target_that_the_portal_does_not_offer(bench: Bench) -> None:
    refused(
        bench,
        erp(targets=[target(target="iqn.2026-01.example:other")]),
        words=(f"portal {ADDRESS}:3260 does not offer iqn.2026-01.example:other to host hv-b1, it offers {SAN}",),
    )


def test_luns_of_another_domain_are_told_before_anything_is_done_where_they_show(bench: Bench) -> None:
    sign_in_before(bench)
    refused(
        bench,
        erp(id="00000000-1111-2222-3333-444444444444"),
        words=("host hv-b1 does not see storage domain 00000000-1111-2222-3333-444444444444", f"data-erp ({DATA_ERP})"),
    )


def test_luns_of_another_domain_are_not_imported_after_the_sign_in(bench: Bench) -> None:
    before = known(bench)
    result = bring(bench, erp(id="00000000-1111-2222-3333-444444444444"), *wanted("data-web"))
    assert result["failed"]
    for words in ("Nothing was imported", "host hv-b1 does not see storage domain", f"data-erp ({DATA_ERP})"):
        assert words in result["msg"]
    assert result["active"] == [DATA_WEB]
    assert known(bench) - before == {"data-web"}
    assert all("iscsi" not in one.body for one in bench.writes(IMPORT))


def test_a_lun_that_is_a_disk_of_this_engine_is_no_domain(bench: Bench) -> None:
    """The engine leaves such domains out without a word."""

    def taken(estate: Estate) -> None:
        disk = dict(record(estate, "primary", "vms", "file01"))
        lun = next(one for one in site_of(estate, "primary")["disks"] if one.get("lun_storage"))
        unit = next(one for one in estate["storage"]["luns"] if one["id"] == REPLICA)
        made = json.loads(json.dumps(lun))
        made["id"] = disk["id"]
        made["lun_storage"]["id"] = REPLICA
        made["lun_storage"]["logical_units"]["logical_unit"] = {k: v for k, v in unit.items() if k != "hosts"}
        site_of(estate, "recovery")["disks"].append(made)

    bench.edit(taken)
    result = bring(bench)
    assert result["failed"]
    assert "it sees no domain there that the engine does not know" in result["msg"]
    assert "belong to no domain or disk of this engine" in result["msg"]
    assert bench.writes(IMPORT) == []


def test_best_effort_fails_alone(bench: Bench) -> None:
    result = bring(bench, erp(required=False, targets=[target(address="192.0.2.99")]), *wanted("data-web"))
    assert not result.get("failed"), result["msg"]
    assert result["active"] == [DATA_WEB]
    assert [one["name"] for one in result["failures"]] == ["data-erp"]
    assert "cannot reach portal" in result["failures"][0]["message"]


def test_wrong_chap_is_told_with_the_user_and_nothing_is_imported(bench: Bench) -> None:
    bench.twin.fail(f"chap:{SAN}")
    result = bring(bench, chap=[{"target": SAN, "login": {"username": "twin", "password": SECRET}}])
    assert result["failed"]
    for words in (f"target {SAN} at {ADDRESS}:3260", "as CHAP user twin", "check user and password"):
        assert words in result["msg"].replace("********", "twin")
    assert result["failures"][0]["failure"]["kind"] == "iscsi_sign_in"
    assert bench.writes(IMPORT) == []
    assert not in_session(bench)
    result = bring(bench)
    assert "without CHAP" in result["msg"]


@pytest.mark.parametrize("place", ["chap", "targets"])
def test_right_chap_from_either_place_and_never_told(bench: Bench, tmp_path: pathlib.Path, place: str) -> None:
    bench.twin.fail(f"chap:{SAN}")
    bench.twin.storage.chap[SAN] = ("erp-user", SECRET)
    login = {"username": "erp-user", "password": SECRET}
    options: dict[str, t.Any] = {"chap": [{"target": SAN, "login": login}]} if place == "chap" else {}
    domain = erp() if place == "chap" else erp(targets=[target(**login)])
    journal = tmp_path / "journal.jsonl"
    result = bring(bench, domain, journal=str(journal), **options)
    assert not result.get("failed"), result["msg"]
    assert SECRET not in json.dumps(result)
    assert SECRET not in journal.read_text()
    assert [SECRET in one.body for one in bench.writes(LOGIN)] == [True]


def test_the_engine_repeats_the_chap_password_and_it_is_not_told(bench: Bench, tmp_path: pathlib.Path) -> None:
    """A refused sign-in comes back with everything that was sent (recordings 06 #29)."""
    bench.twin.fail(f"chap:{SAN}")
    journal = tmp_path / "journal.jsonl"
    login = {"username": "erp-user", "password": SECRET}
    result = bring(bench, chap=[{"target": SAN, "login": login}], journal=str(journal))
    assert result["failed"]
    assert SECRET not in json.dumps(result)
    assert SECRET not in journal.read_text()


@pytest.mark.parametrize(
    ("path", "action"),
    [(LOGIN, "reset_after"), (LOGIN, "reset_before"), (IMPORT, "reset_after"), (IMPORT, "reset_before")],
)
def test_a_lost_answer_is_looked_up(bench: Bench, path: str, action: str) -> None:
    bench.fail(path, action)
    result = bring(bench)
    assert not result.get("failed"), result["msg"]
    assert result["active"] == [DATA_ERP]
    assert len(bench.writes(path)) == (1 if action == "reset_after" else 2)


def test_a_replica_on_another_lun_is_a_note_of_the_preflight(bench: Bench, tmp_path: pathlib.Path) -> None:
    given = {
        "data_center": "Recovery",
        "domains": [erp()],
        "mappings": {"clusters": [{"from": "prod", "to": "dr"}]},
        "inventory": bench.inventory(tmp_path),
        "inventory_site": "primary",
    }
    before = bench.done("preflight_info", sign_in=True, **given)
    assert before["notes"] == [
        f"needed: sign host hv-b1 in to {SAN} at {ADDRESS}:3260; what lies there shows only then, and the session stays"
    ]
    sign_in_before(bench)
    note = (
        f"domain data-erp lies on LUN {REPLICA} here and on 360014055a5a5a5a0000000100000001 at site primary: a "
        "replica, which is imported by the id of the domain all the same"
    )
    assert bench.done("preflight_info", **given)["notes"] == [note]
    assert bench.writes() == []


def test_two_data_centers_of_one_name_are_an_error_with_their_ids(bench: Bench) -> None:
    def doubled(estate: Estate) -> None:
        (first,) = site_of(estate, "recovery")["data_centers"]
        site_of(estate, "recovery")["data_centers"].append({**first, "id": "11111111-2222-3333-4444-555555555555"})

    bench.edit(doubled)
    result = bring(bench)
    assert result["failed"]
    assert "data center 'Recovery' could be any of 2" in result["msg"]
    assert "11111111-2222-3333-4444-555555555555" in result["msg"]
    assert bench.writes() == []


def test_a_domain_of_another_target_is_not_repointed(bench: Bench) -> None:
    bring(bench)
    bench.forget()
    result = bring(bench, erp(targets=[target(target="iqn.2026-01.example:other")]))
    assert result["failed"]
    assert f"the engine knows it on {SAN}" in result["msg"]
    assert bench.writes() == []


def fibre(estate: Estate) -> None:
    """The replica of data-erp shows on Fibre Channel, at the host of recovery."""
    unit = next(one for one in estate["storage"]["luns"] if one["id"] == REPLICA)
    for key in ("address", "port", "portal", "target"):
        unit.pop(key, None)
    unit.update(type="fcp", hosts=[site_of(estate, "recovery")["hosts"][0]["id"]])
    domain = record(estate, "primary", "storage_domains", "data-erp")
    assert domain["id"] == DATA_ERP


def test_fibre_channel_needs_no_sign_in(bench: Bench) -> None:
    bench.edit(fibre)
    domain = {"id": DATA_ERP, "type": "fcp"}
    assert bring(bench, domain, sign_in=False, check=True)["not_proven"] == []
    result = bring(bench, domain, sign_in=False)
    assert not result.get("failed"), result["msg"]
    assert result["active"] == [DATA_ERP]
    assert bench.writes(LOGIN) == []
    (sent,) = bench.writes(IMPORT)
    assert "<type>fcp</type>" in sent.body


def test_fibre_channel_without_the_domain_is_refused(bench: Bench) -> None:
    refused(
        bench,
        {"id": DATA_ERP, "type": "fcp"},
        words=(f"host hv-b1 does not see storage domain {DATA_ERP} on Fibre Channel",),
    )


def test_the_databases_come_whole_and_start(bench: Bench) -> None:
    result = bring(bench, erp(), *wanted())
    assert not result.get("failed"), result["msg"]
    domains = result["active"]
    assert len(domains) == 4
    assert not bench.templates(domains=domains).get("failed")
    result = bench.register("db*", domains=domains, partial=[])
    assert not result.get("failed"), result["msg"]
    assert not bench.power("db*").get("failed")
    assert bench.writes(ATTACH)


def test_the_journal_names_the_sign_in(bench: Bench, tmp_path: pathlib.Path) -> None:
    journal = tmp_path / "journal.jsonl"
    bring(bench, journal=str(journal))
    lines = [line["message"] for line in read(str(journal)) if line.get("action") == "sign_in"]
    assert lines == [f"sign host hv-b1 in to {SAN} at {ADDRESS}:3260", "signed in"]
    imported = [line["message"] for line in read(str(journal)) if line.get("action") == "import"]
    assert imported[-1] == f"imported from LUN {REPLICA}"
