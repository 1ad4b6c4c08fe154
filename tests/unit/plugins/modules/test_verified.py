# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a register left out is found by comparing with the inventory: told, failed if it must not be, given again."""

from __future__ import annotations

import json
import pathlib
import typing as t
from dataclasses import replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows import verified
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import follow as twin_follow
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    Bench,
    Estate,
    Result,
    mappings,
    record,
    site_of,
)
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.test_register_clones import Case as Clones
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.test_register_clones import second_disk

GRANT = r"POST .*/permissions$"
ADA: dict[str, t.Any] = {
    "id": "ada00000-0000-4000-8000-000000000001",
    "name": "Ada",
    "principal": "ada",
    "user_name": "ada@ldap",
    "domain": {"id": "6C646170", "name": "ldap"},
}
LABEL = {
    "id": "1abe1000-0000-4000-8000-000000000001",
    "name": "db-licensed",
    "has_implicit_affinity_group": "false",
    "read_only": "false",
    "vms": [],
    "hosts": [],
}
TEAM = {"id": "7ea00000-0000-4000-8000-000000000001", "name": "Operators"}
ROLE = {"id": "01e00000-0000-4000-8000-000000000001", "name": "Auditor"}
USER_ROLE = "00000000-0000-0000-0001-000000000001"


def permitted(estate: Estate, vm: str, number: int, role: str = USER_ROLE, **who: str) -> None:
    """A permission on a VM of the source. who: user or group, and its id."""
    whom = {tag: {"id": identity} for tag, identity in who.items()}
    grant = {"id": f"9e000000-0000-4000-8000-{number:012}", "role": {"id": role}, **whom}
    record(estate, "primary", "vms", vm)["permissions"].append(grant)


def people(estate: Estate) -> None:
    """Ada and the operators have a role on app03 at the source; only the target knows a group of this name."""
    site_of(estate, "primary")["users"].append(ADA)
    for site in ("primary", "recovery"):
        site_of(estate, site)["groups"].append(TEAM)
    permitted(estate, "app03", 1, user=ADA["id"])
    permitted(estate, "app03", 2, group=TEAM["id"])


def said(result: Result) -> dict[str, list[str]]:
    """VM name -> what differs, in words."""
    return {one["name"]: [held["says"] for held in one["differences"]] for one in result["differences"]}


def kinds(result: Result) -> dict[str, set[str]]:
    return {one["name"]: {held["kind"] for held in one["differences"]} for one in result["differences"]}


class Case:
    """A register with an inventory, after the source's estate was changed."""

    def __init__(self, bench: Bench, folder: pathlib.Path) -> None:
        self.bench = bench
        self._folder = folder
        self.inventory = ""

    def begin(self, *changes: t.Callable[[Estate], None], inventory: t.Callable[[Estate], None] | None = None) -> None:
        """Domains are attached and templates registered. inventory: what only the inventory says otherwise."""
        if changes:
            self.bench.edit(lambda estate: [change(estate) for change in changes] and None)
        self.bench.ready("templates")
        estate = json.loads(json.dumps(self.bench.twin.estate))
        if inventory is not None:
            inventory(estate)
        path = self._folder / "inventory.json"
        path.write_text(json.dumps(estate), encoding="utf-8")
        self.inventory = str(path)

    def register(self, *vms: str, **options: t.Any) -> Result:
        return self.bench.register(*vms, inventory=self.inventory, inventory_site="primary", **options)


@pytest.fixture
def case(bench: Bench, tmp_path: pathlib.Path) -> Case:
    return Case(bench, tmp_path)


def test_what_came_as_it_was_is_verified(case: Case) -> None:
    case.begin()
    result = case.register("app01", "legacy01", "file01")
    assert result["verified"] == {"compared": 3, "same": 3, "different": 0, "unknown": [], "elsewhere": []}
    assert result["differences"] == []


def test_snapshots_are_as_they_were(case: Case) -> None:
    case.begin()
    before = record(case.bench.twin.estate, "primary", "vms", "legacy01")["snapshots"]
    result = case.register("legacy01", strict=["snapshots"])
    assert (result.get("failed"), result["verified"]["same"]) == (None, 1)
    site = case.bench.twin.site("recovery")
    with site.lock:
        site.settle()
        vm = site.named("vm", "legacy01")
        assert vm is not None
        now = vm.subs["snapshots"]
    assert [one["id"] for one in now] == [one["id"] for one in before]


def test_a_snapshot_that_is_not_there_is_told(case: Case) -> None:
    def another(estate: Estate) -> None:
        vm = record(estate, "primary", "vms", "legacy01")
        vm["snapshots"].append({**vm["snapshots"][1], "id": "5a000000-0000-4000-8000-000000000001", "description": "x"})
        vm["snapshots"][1]["description"] = "another name"

    case.begin(inventory=another)
    result = case.register("legacy01")
    assert said(result) == {
        "legacy01": [
            "snapshot another name: description was another name, is before upgrade",
            "snapshot x is missing",
        ]
    }


def inactive(estate: Estate) -> None:
    record(estate, "primary", "vms", "db01")["disk_attachments"][0]["active"] = "false"


def test_disks_are_active_or_inactive_as_they_were(case: Case) -> None:
    case.begin(inactive)
    result = case.register("app01", "db01", strict=["active"])
    assert not result.get("failed"), result["msg"]
    assert kinds(result) == {"db01": {"disks", "affinity_labels"}}
    site = case.bench.twin.site("recovery")
    with site.lock:
        site.settle()
        vm = site.named("vm", "db01")
        assert vm is not None
        assert [one["active"] for one in vm.subs["disk_attachments"]] == ["false"]


def test_a_disk_that_is_active_and_was_not(case: Case) -> None:
    case.begin(inventory=inactive)
    result = case.register("db01", strict=["active"])
    assert result["failed"]
    assert "disk db01_os: active was false, is true" in result["msg"]
    assert [one["action"] for one in result["failures"]] == ["verify"]
    # The VM is registered all the same, and is told as such.
    assert result["done"]["register"] == ["db01"]
    assert result["changed"]


@pytest.mark.parametrize(
    ("change", "vm", "words"),
    [
        (
            lambda vm: vm["disk_attachments"][0].update(interface="ide", bootable="false"),
            "web01",
            ["disk web01_os: interface was ide, is virtio_scsi", "disk web01_os: bootable was false, is true"],
        ),
        (
            lambda vm: vm["nics"][0]["mac"].update(address="56:6F:0D:8A:FF:FF"),
            "dns01",
            ["NIC nic1: MAC was 56:6f:0d:8a:ff:ff, is"],
        ),
        (lambda vm: vm["nics"][0].update(plugged="false"), "dns01", ["NIC nic1: plugged was false, is true"]),
        (
            lambda vm: vm.update(high_availability={"enabled": "true", "priority": "9"}),
            "dns02",
            ["high availability was priority 9, is none"],
        ),
    ],
    ids=["attachments", "mac", "plugged", "ha"],
)
def test_what_is_otherwise_is_told(
    case: Case, change: t.Callable[[dict[str, t.Any]], None], vm: str, words: list[str]
) -> None:
    case.begin(inventory=lambda estate: change(record(estate, "primary", "vms", vm)))
    told = said(case.register(vm))[vm]
    for sentence in words:
        assert any(one.startswith(sentence) for one in told), told


def test_a_profile_that_is_not_there(case: Case) -> None:
    def no_network(estate: Estate) -> None:
        record(estate, "recovery", "vnic_profiles", "backend")["name"] = "other"

    case.begin(no_network)
    result = case.register("app01")
    assert said(result) == {"app01": ["NIC nic2: vNIC profile was backend/backend, is none"]}
    mapped = {"from": {"network": "backend", "profile": "backend"}, "to": {"network": "backend", "profile": "other"}}
    given = {**mappings(case.bench.twin.estate), "vnic_profiles": [mapped]}
    assert said(case.register("app02", mappings=given)) == {}


def test_groups_and_labels_of_a_vm(case: Case) -> None:
    case.begin()
    result = case.register("web01", "db01")
    assert said(result)["web01"] == ["affinity group web-spread is missing: there is no such group in cluster dr"]
    assert "affinity label db-licensed is missing: there is no such label" in said(result)["db01"]
    assert any("is missing: it lies on data-erp, which is not active here" in one for one in said(result)["db01"])


def test_a_run_that_finds_all_registered_says_the_same(case: Case) -> None:
    case.begin(people)
    first = case.register("app03", "db01", "web01")
    assert set(said(first)) == {"app03", "db01", "web01"}
    case.bench.forget()
    again = case.register("app03", "db01", "web01")
    assert not again["changed"]
    assert said(again) == said(first)
    assert again["verified"] == first["verified"]
    assert not case.bench.writes()


def test_roles_users_and_groups_that_were_lost(case: Case) -> None:
    def more(estate: Estate) -> None:
        people(estate)
        site_of(estate, "primary")["roles"].append(ROLE)
        admin = site_of(estate, "primary")["users"][0]["id"]
        permitted(estate, "app03", 3, role=ROLE["id"], user=admin)

    case.begin(more)
    result = case.register("app03")
    assert said(result)["app03"] == [
        "permission Auditor of admin@internal-authz is missing: there is no role Auditor",
        "permission UserRole of ada@ldap is missing: the engine knows no user ada@ldap",
        "permission UserRole of group Operators is missing",
    ]
    assert kinds(result)["app03"] == {"roles", "users", "permissions"}


def test_lost_permissions_are_given_again(case: Case) -> None:
    case.begin(people)
    result = case.register("app03", permissions="restore")
    assert not result.get("failed"), result["msg"]
    assert said(result)["app03"] == ["permission UserRole of ada@ldap is missing: the engine knows no user ada@ldap"]
    assert result["done"]["grant"] == ["app03"]
    assert any("permission UserRole of group Operators" in one for one in result["changes"])
    assert len(case.bench.writes(GRANT)) == 1
    case.bench.forget()
    again = case.register("app03", permissions="restore")
    assert not again["changed"]
    assert not case.bench.writes()


def test_a_permission_lost_in_a_former_run_is_given_again(case: Case) -> None:
    case.begin(people)
    case.register("app03")
    case.bench.forget()
    result = case.register("app03", permissions="restore")
    assert (result["changed"], result["done"]) == (True, {"grant": ["app03"]})


def test_check_mode_tells_what_would_be_given(case: Case) -> None:
    case.begin(people)
    case.register("app03")
    case.bench.forget()
    result = case.register("app03", "app01", permissions="restore", check=True)
    assert result["done"] == {"register": ["app01"], "grant": ["app03"]}
    assert not case.bench.writes()
    # What is not registered yet cannot be compared.
    assert result["verified"]["compared"] == 1


@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
def test_a_lost_answer_to_a_grant(case: Case, fault: str) -> None:
    case.begin(people)
    case.bench.fail("/permissions$", fault)
    result = case.register("app03", permissions="restore")
    assert not result.get("failed"), result["msg"]
    site = case.bench.twin.site("recovery")
    with site.lock:
        site.settle()
        vm = site.named("vm", "app03")
        assert vm is not None
        assert [one.get("group") for one in vm.subs["permissions"]].count({"id": TEAM["id"]}) == 1


def test_a_grant_that_is_refused(case: Case) -> None:
    case.begin(people)
    case.bench.fail("/permissions$", "engine_error")
    result = case.register("app03", permissions="restore", best_effort=["app03"])
    assert not result.get("failed"), result["msg"]
    assert [one["action"] for one in result["failures"]] == ["grant"]
    assert "permission UserRole of group Operators is missing" in said(result)["app03"]
    assert case.register("app03", permissions="restore")["done"] == {"grant": ["app03"]}


def test_permissions_of_mapped_roles_and_users(case: Case) -> None:
    admin = "f96b828a-e596-11f1-8b59-02fc00000001"

    def more(estate: Estate) -> None:
        site_of(estate, "primary")["roles"].append(ROLE)
        permitted(estate, "app03", 3, role=ROLE["id"], user=admin)

    case.begin(more)
    given = {**mappings(case.bench.twin.estate), "roles": [{"from": "Auditor", "to": "UserVmManager"}]}
    assert said(case.register("app03", mappings=given)) == {}


def test_templates_are_verified_too(bench: Bench, tmp_path: pathlib.Path) -> None:
    def more(estate: Estate) -> None:
        people(estate)
        for template in site_of(estate, "primary")["templates"]:
            if template["name"] == "tmpl-debian12":
                grant = {"id": f"9{template['id'][1:]}", "role": {"id": USER_ROLE}, "group": {"id": TEAM["id"]}}
                template["permissions"].append(grant)

    bench.edit(more)
    bench.attach()
    inventory = bench.inventory(tmp_path)
    result = bench.templates(inventory=inventory, inventory_site="primary")
    assert not result.get("failed"), result["msg"]
    assert result["verified"]["compared"] == 3
    assert said(result) == {"tmpl-debian12": ["permission UserRole of group Operators is missing"]}
    result = bench.templates("tmpl-debian12", inventory=inventory, inventory_site="primary", permissions="restore")
    assert said(result) == {}
    assert len(result["done"]["grant"]) == 2


def test_a_clone_is_compared_without_the_disks_it_was_not_to_get(bench: Bench, tmp_path: pathlib.Path) -> None:
    bench.edit(second_disk)
    clones = Clones(bench, tmp_path)
    clones.first()
    result = clones.clone(vms=[], strict=["disks", "active", "attachments", "vnics"])
    assert not result.get("failed"), result["msg"]
    assert (result["verified"]["compared"], said(result)) == (1, {})


def test_a_hundred_vms_cost_a_few_requests(case: Case) -> None:
    case.begin()
    plain = case.register("app*", "web*", verify="events")
    case.bench.forget()
    more = case.register("dns*", "mail01", "pxe01", "legacy01", "file01", "db*")
    assert plain["verified"] is None
    # Fixed costs, and one search for up to 40 VMs.
    assert more["requests"]["reads"] - plain["requests"]["reads"] <= 14


def test_one_bad_answer_takes_no_vm_away(case: Case) -> None:
    case.begin()
    case.register(verify="none")
    fault = {"action": "status", "method": "GET", "path": "api/vms$", "status": 500, "body": "<html>oops</html>"}
    # The list of what is registered and the attached disks are read before.
    case.bench.twin.fail({**fault, "nth": 3}, "recovery")
    names = sorted(case.bench.names("vm"))
    assert case.register(*names)["verified"]["compared"] == len(names)


def test_a_vm_that_cannot_be_read_is_told(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.begin()
    case.register("app01")
    monkeypatch.setattr(twin_follow, "UNFOLLOWED", frozenset({"vms/nics", "hosts/storage"}))
    result = case.register("app01")
    assert not result.get("failed"), result["msg"]
    assert result["verified"]["compared"] == 0


def test_a_comparison_that_cannot_be_made_takes_nothing_away(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.begin(people)
    no_roles = {"action": "status", "method": "GET", "path": "api/roles$", "status": 400}
    case.bench.twin.fail(no_roles, "recovery")
    result = case.register("app03")
    assert not result.get("failed"), result["msg"]
    assert (result["verified"], result["done"]) == (None, {"register": ["app03"]})
    assert "could not be compared with the inventory" in json.dumps(result) + " ".join(capsys.readouterr().err.split())
    case.bench.twin.fail(no_roles, "recovery")
    strict = case.register("app03", strict=["disks"])
    assert strict["failed"]
    assert "could not be compared with the inventory" in strict["msg"]


def test_what_is_only_late_is_looked_at_again(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """A register that was not waited for by the engine may write what it writes last after its answer."""
    case.begin(lambda estate: site_of(estate, "recovery")["affinity_labels"].append(LABEL))
    case.register("db01", verify="none")
    site = case.bench.twin.site("recovery")
    with site.lock:
        site.settle()
        label, vm = site.named("affinity_label", "db-licensed"), site.named("vm", "db01")
        assert label is not None
        assert vm is not None
        members = label.subs["vms"]
        label.subs["vms"] = []
    looks: list[float] = []

    def sleep(self: Clock, seconds: float) -> None:
        looks.append(seconds)
        label.subs["vms"] = members

    real = verified._Verifying._settled

    def settled(self: t.Any, side: t.Any, entities: t.Any) -> t.Any:
        fresh = {key: replace(one, outcome=replace(one.outcome, state="done")) for key, one in entities.items()}
        monkeypatch.setattr(Clock, "sleep", sleep)
        return real(self, side, fresh)

    monkeypatch.setattr(verified._Verifying, "_settled", settled)
    assert kinds(case.register("db01")) == {"db01": {"disks"}}
    assert looks == [0.01]


def test_grants_are_not_begun_after_a_failure_that_stops(case: Case) -> None:
    case.begin(people)
    case.register("app03")
    case.bench.twin.fail("register:web01", "recovery")
    case.bench.forget()
    result = case.register("app03", "web01", permissions="restore", on_failure="stop")
    assert result["failed"]
    assert not case.bench.writes(GRANT)


def test_nothing_is_read_that_is_not_wanted(case: Case) -> None:
    case.begin()
    events = case.register("web01", verify="events")
    assert (events["verified"], events["differences"], len(events["dropped"])) == (None, [], 1)
    nothing = case.register("web02", verify="none")
    assert (nothing["verified"], nothing["dropped"]) == (None, [])
    assert case.register("web03", wait=False)["verified"] is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"verify": "full", "inventory": None, "inventory_site": None}, "verify: full: an inventory is needed"),
        ({"strict": ["disks"], "inventory": None, "inventory_site": None}, "strict: an inventory is needed"),
        (
            {"permissions": "restore", "strict": ["disks"], "inventory": None, "inventory_site": None},
            "strict and permissions: restore: an inventory is needed",
        ),
        ({"permissions": "restore", "verify": "events"}, "permissions: restore: needs 'verify: full', not 'events'"),
        ({"strict": ["disks"], "verify": "none"}, "strict: needs 'verify: full', not 'none'"),
        ({"strict": ["colour"]}, "strict"),
    ],
)
def test_options_that_contradict_each_other(case: Case, options: dict[str, t.Any], words: str) -> None:
    case.begin()
    given = {"inventory": case.inventory, "inventory_site": "primary", **options}
    result = case.bench.register("app01", **given)
    assert result["failed"]
    assert words in result["msg"]
    assert not case.bench.writes()
