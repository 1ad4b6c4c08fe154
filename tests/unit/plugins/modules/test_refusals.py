# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine refuses: its words, the object and the correlation id are told, and the rest of the batch goes on."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

import pytest
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    ATTACH,
    DATA_WEB,
    DEACTIVATE,
    DETACH,
    IMPORT,
    REFRESH,
    REGISTER,
    RUN_ID,
    START,
    Bench,
    Result,
    path_of,
    record,
    wanted,
)

TEMPLATE = r"/templates/[^/]+/register$"
STOP = r"/vms/[^/]+/stop$"
RENAME = r"/api/storagedomains/[^/]+$"


@dataclass(frozen=True)
class Write:
    """A kind of write. call: two objects of it; ready: the state before; victim, other: their names; sends: its path.

    first: which of the requests on the path is the victim's, as several may be under way at once.
    """

    call: t.Callable[[Bench], Result]
    sends: str
    victim: str
    action: str
    ready: t.Callable[[Bench], object]
    method: str = "POST"
    site: str = "recovery"


def primary(bench: Bench, **more: t.Any) -> Result:
    return bench.detach("data-web", "data-db", concurrency=1, **more)


WRITES = {
    "import": Write(
        lambda b: b.attach("data-web", "data-db", concurrency=1), IMPORT, DATA_WEB, "import", lambda b: None
    ),
    "attach": Write(
        lambda b: b.attach("data-web", "data-db", concurrency=1), ATTACH, DATA_WEB, "attach", lambda b: None
    ),
    "rename": Write(
        lambda b: b.attach(domains=[*wanted("data-web", name="web"), *wanted("data-db", name="db")], concurrency=1),
        RENAME,
        "web",
        "rename",
        lambda b: None,
        "PUT",
    ),
    "refresh": Write(primary, REFRESH, "data-web", "refresh", Bench.quiet_primary, site="primary"),
    "deactivate": Write(primary, DEACTIVATE, "data-web", "deactivate", Bench.quiet_primary, site="primary"),
    "detach": Write(primary, DETACH, "data-web", "detach", Bench.quiet_primary, "DELETE", "primary"),
    "remove": Write(
        lambda b: primary(b, remove=True), RENAME, "data-web", "remove", Bench.quiet_primary, "DELETE", "primary"
    ),
    "register template": Write(
        lambda b: b.templates("tmpl-win2022", "tmpl-debian12", concurrency=1),
        TEMPLATE,
        "tmpl-win2022",
        "register",
        lambda b: b.ready("attached"),
    ),
    "register VM": Write(
        lambda b: b.register("app01", "app02", partial=[], concurrency=1),
        REGISTER,
        "app01",
        "register",
        lambda b: b.ready("templates"),
    ),
    "remove VM": Write(
        lambda b: b.remove(vms=["app01", "app02"], concurrency=1),
        "/vms/",
        "app01",
        "remove",
        lambda b: b.ready("attached"),
        "DELETE",
    ),
    "remove template": Write(
        lambda b: b.remove(templates=["tmpl-win2022"], disks=["archive2025"], concurrency=1),
        "/templates/",
        "tmpl-win2022",
        "remove",
        lambda b: b.ready("attached"),
        "DELETE",
    ),
    "remove disk": Write(
        lambda b: b.remove(disks=["archive2025"], vms=["app02"], concurrency=1),
        "/disks/",
        "archive2025",
        "remove",
        lambda b: b.ready("attached"),
        "DELETE",
    ),
    "start": Write(
        lambda b: b.power("app01", "app02", concurrency=1), START, "app01", "up", lambda b: b.ready("registered")
    ),
    "stop": Write(
        lambda b: b.power("db01", "web01", state="down", method="poweroff", site="primary", concurrency=1),
        STOP,
        "db01",
        "down",
        lambda b: None,
        site="primary",
    ),
}

# (status, detail) as in the contract: what these requests can be answered with.
REFUSALS = {
    "import": [
        (400, "[Problem while trying to mount target]"),
        (409, "[Cannot add Storage. The Storage Domain already exists.]"),
        (409, "[Cannot add storage server connection when Host status is not up]"),
        (500, "[General command validation failure.]"),
    ],
    "attach": [
        (400, "[]"),
        (400, "[Internal Engine Error]"),
        (409, "[Cannot attach Storage. There is no active Host in the Data Center.]"),
        (
            409,
            (
                "[Failed to attach Storage due to an error on the Data Center master Storage Domain.\n-Please activate "
                "the master Storage Domain first.]"
            ),
        ),
        (409, "[Cannot attach Storage. The format of Storage Domain (V5) is not supported by the Data Center.]"),
    ],
    "rename": [
        (409, "[Cannot edit Storage. The Storage Domain name is already in use.]"),
        (400, "[Cannot edit Storage. The given name is too long.]"),
    ],
    "refresh": [
        (400, "[Data Center doesn't exist.]"),
        (403, "[User is not authorized to perform this action.]"),
    ],
    "deactivate": [
        (409, "[Cannot deactivate Storage. The relevant Storage Domain's status is Maintenance.]"),
        (
            409,
            (
                '[Cannot deactivate Storage. VMs in a state other than "Down" or "Suspended" were detected.\n-Please '
                "ensure all VMs associated with this Storage Domain are stopped and in the Down or Suspended state "
                "first.]"
            ),
        ),
        (500, "[General command validation failure.]"),
        (409, "[Cannot deactivate domain, the domain contains leases for the following running VMs: db01]"),
        (409, "[Cannot deactivate Storage. VMs in a state other than \"Down\" were detected.]"),
        (500, "java.lang.NullPointerException: Cannot invoke"),
    ],
    "detach": [
        (409, "[Cannot detach Storage. The following VMs/Templates are delete protected: web01.]"),
        (409, "[Cannot detach Storage. The relevant Storage Domain's status is Active.]"),
        (
            409,
            (
                "[Cannot detach the master Storage Domain from the Data Center while there are other storage domains "
                "attached to it.\n-Please try to activate another Storage Domain in the Data Center.]"
            ),
        ),
        (409, "[Cannot detach Storage. The following VMs/Templates are attached to pool: pool-1.]"),
        (409, "[Cannot detach Storage. The following VMs are previewing a snapshot: web04.]"),
        (400, "[]"),
    ],
    "remove": [
        (
            409,
            (
                "[Cannot remove Storage. The relevant Storage Domain is inaccessible.\n-Please handle Storage Domain "
                "issues and retry the operation.]"
            ),
        ),
        (409, "[Cannot remove Storage. Host hv-a1 is not up.]"),
        (400, "[Can not Remove Storage Domain - the underlying Host ID is invalid.]"),
    ],
    "register template": [
        (400, "[Cannot import Template. The relevant Cluster doesn't exist.]"),
        (409, "[Import Template failed - Template Name already exists in the Data Center. Please rename it first]"),
        (409, "[Cannot import Template. The image 1/2 does not exist on any active storage domain.]"),
    ],
    "register VM": [
        (400, "[Internal Engine Error]"),
        (400, "[Cannot import VM. Storage Domain doesn't exist.]"),
        (400, "[Cannot import VM. The relevant Cluster doesn't exist.]"),
        (400, "[Cannot import VM. The provided LUN is not visible by the specified host, please check storage.]"),
        (409, "[Cannot import VM. The following disks already exist: app01_os. Please import as a clone.]"),
        (409, "[Cannot import VM. The provided lun is used by another disk.]"),
        (409, "[Import VM failed - VM Name already exists in the Data Center. Please rename the VM first]"),
        (403, "[User is not authorized to perform this action.]"),
        (500, "[General command validation failure.]"),
    ],
    "remove VM": [
        (400, "[Cannot remove VM. VM doesn't exist.]"),
        (400, "[Cannot remove VM. Storage Domain type is illegal.]"),
        (403, "[User is not authorized to perform this action.]"),
        (409, "[Cannot remove VM. The relevant Storage Domain's status is Maintenance.]"),
        (500, "[General command validation failure.]"),
    ],
    "remove template": [
        (400, "[Cannot remove Template. The Template doesn't exist.]"),
        (400, "[Cannot remove Template. Storage Domain type is illegal.]"),
        (403, "[User is not authorized to perform this action.]"),
        (409, "[Cannot remove Template. The relevant Storage Domain's status is Maintenance.]"),
    ],
    "remove disk": [
        (400, "[Cannot remove Virtual Disk. The provided Storage Domain is wrong.]"),
        (403, "[User is not authorized to perform this action.]"),
        (409, "[Cannot remove Virtual Disk. The relevant Storage Domain's status is Maintenance.]"),
    ],
    "start": [
        (409, "[Cannot run VM. There is no host that satisfies current scheduling constraints. See below:]"),
        (409, "[Cannot run VM. The relevant Storage Domain's status is Inactive.]"),
        (409, "[Cannot run VM without at least one bootable disk.]"),
        (500, "java.lang.NullPointerException"),
    ],
    "stop": [(409, "[Cannot stop VM. VM is not running.]"), (403, "[User is not authorized to perform this action.]")],
}  # fmt: skip
CASES = [(kind, status, detail) for kind, found in REFUSALS.items() for status, detail in found]


def refuse(bench: Bench, write: Write, status: int, detail: str) -> None:
    body = f"<fault><detail>{detail}</detail><reason>Operation Failed</reason></fault>"
    bench.fail(write.sends, "status", method=write.method, site=write.site, status=status, body=body)


@pytest.mark.parametrize(("kind", "status", "detail"), CASES)
def test_a_refusal_is_told_and_the_rest_goes_on(bench: Bench, kind: str, status: int, detail: str) -> None:
    write = WRITES[kind]
    write.ready(bench)
    refuse(bench, write, status, detail)
    result = write.call(bench)

    assert result["failed"]
    (failure,) = result["failures"]
    assert (failure["name"], failure["action"], failure["required"]) == (write.victim, write.action, True)
    told = failure["message"]
    assert result["msg"].endswith(told) or told in result["msg"]
    assert write.victim in told
    assert str(status) in told
    assert failure["failure"]["detail"] == detail.strip()
    for words in detail.strip("[]").splitlines():
        assert words.strip(" .") in told
    sent = next(one for one in bench.writes(f"^{write.method} .*{write.sends}", write.site) if one.status == status)
    assert sent.correlation_id.startswith(f"{RUN_ID}-")
    assert sent.correlation_id in told
    assert sent.correlation_id == failure["failure"]["correlation_id"]

    assert result["changed"]
    assert result["done"][write.action] != []
    assert write.victim not in result["done"][write.action]
    assert result["counts"]["failed"] == 1


def test_all_texts_of_one_refusal_are_told(bench: Bench) -> None:
    """With several rules broken the engine answers several texts, all with the names of the first."""
    texts = [
        f"Cannot detach Storage. The following {words}: pool-1,web01,tmpl."
        for words in (
            "VMs/Templates are delete protected",
            "VMs/Templates are attached to pool",
            "VMs are previewing a snapshot",
        )
    ]
    write = WRITES["detach"]
    write.ready(bench)
    refuse(bench, write, 409, f"[{', '.join(texts)}]")
    result = write.call(bench)
    assert result["failed"]
    assert all(text in result["msg"] for text in texts)
    assert result["failures"][0]["failure"]["items"] == texts


@pytest.mark.parametrize("kind", WRITES)
def test_a_run_after_a_refusal_does_only_what_is_left(bench: Bench, kind: str) -> None:
    write = WRITES[kind]
    write.ready(bench)
    refuse(bench, write, 400, "[Internal Engine Error]")
    assert write.call(bench)["failed"]
    bench.twin.no_faults()
    bench.forget()
    result = write.call(bench)
    assert not result.get("failed"), result["msg"]
    assert result["done"][write.action][:1] == [write.victim]
    again = write.call(bench)
    assert (again["changed"], again["counts"]["failed"]) == (False, 0)


# -- required and best effort

BEST_EFFORT: dict[str, t.Callable[[Bench], Result]] = {
    "import": lambda b: b.attach(domains=[*wanted("data-web", required=False), *wanted("data-db")], concurrency=1),
    "attach": lambda b: b.attach(domains=[*wanted("data-web", required=False), *wanted("data-db")], concurrency=1),
    "register template": lambda b: b.templates("tmpl-win2022", "tmpl-debian12", best_effort=["*2022"], concurrency=1),
    "register VM": lambda b: b.register("app01", "app02", partial=[], best_effort=["app01"], concurrency=1),
    "remove VM": lambda b: b.remove(vms=["app01", "app02"], best_effort=["app01"], concurrency=1),
    "start": lambda b: b.power("app01", "app02", best_effort=["app0[1]"], concurrency=1),
}


@pytest.mark.parametrize("kind", BEST_EFFORT)
def test_what_is_best_effort_is_told_and_does_not_fail(bench: Bench, kind: str) -> None:
    write = WRITES[kind]
    write.ready(bench)
    refuse(bench, write, 400, "[Internal Engine Error]")
    result = BEST_EFFORT[kind](bench)
    assert not result.get("failed"), result["msg"]
    (failure,) = result["failures"]
    assert (failure["name"], failure["required"]) == (write.victim, False)
    assert result["ok"]
    assert "Internal Engine Error" in result["msg"]
    assert result["changed"]


def test_what_was_never_there_fails_only_when_required(bench: Bench) -> None:
    bench.ready("templates")
    assert bench.register("app01", "nobody")["failed"]
    told = bench.register("app02", "nobody", best_effort=["nobody"])
    assert (told.get("failed"), told["failures"][0]["name"]) == (None, "nobody")


# -- refusals that the state of the engine makes


def test_mac_addresses_in_use(bench: Bench) -> None:
    """Refused by the engine unless it may give other addresses."""
    bench.ready("templates")
    site = bench.twin.site("recovery")
    mac = record(bench.twin.estate, "primary", "vms", "app01")["nics"][0]["mac"]["address"].lower()
    site.macs[mac] = {"somebody"}
    refused = bench.register("app01", "app02")
    assert refused["failed"]
    assert "duplicates in target MAC pool" in refused["msg"]
    assert refused["done"] == {"register": ["app02"]}
    assert bench.register("app01", reassign_bad_macs=True)["done"] == {"register": ["app01"]}


def test_a_lun_that_the_hosts_do_not_see(bench: Bench) -> None:
    bench.ready("templates")
    result = bench.register("file01", "app01", mappings={"clusters": [{"from": "prod", "to": "dr"}]})
    assert result["failed"]
    assert "LUN is not visible" in result["msg"]
    assert result["done"] == {"register": ["app01"]}


def test_blockers_of_a_detach_are_all_named_before_any_write(bench: Bench) -> None:
    site = bench.twin.site("primary")
    web02, template = site.named("vm", "web02"), site.named("template", "tmpl-win2022")
    assert web02 is not None
    assert template is not None
    web02.set(delete_protected="true")
    template.set(delete_protected="true")
    for check in (True, False):
        result = bench.detach("data-web", "data-db", "data-master", check=check)
        # In check mode what is in the way is the result, not a failure.
        assert bool(result.get("failed")) is not check
        assert result["changed"] is False
        for words in (
            "Nothing was changed",
            "domain data-web: VMs with active disks here are not down: dns01, web01",
            "domain data-web: VMs here are delete-protected: web02",
            "domain data-db: VMs with active disks here are not down: db01",
            "domain data-db: templates here are delete-protected: tmpl-win2022",
            "domain data-master: it is the master and these other domains stay attached: data-erp",
        ):
            assert words in result["msg"]
    assert not bench.writes(site="primary")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "hosted_storage"}, "carries the hosted engine"),
        ({"storage": {"type": "localfs", "path": "/data"}}, "local domain, and the engine formats"),
    ],
)
def test_domains_that_are_never_detached(bench: Bench, change: dict[str, t.Any], words: str) -> None:
    bench.quiet_primary()
    bench.twin.site("primary").tables["storage_domain"][DATA_WEB].set(**change)
    result = bench.detach(DATA_WEB, force=True, remove=True)
    assert result["failed"]
    assert words in result["msg"]
    assert not bench.writes(site="primary")


def test_the_master_leaves_last_and_nothing_is_formatted(bench: Bench) -> None:
    bench.quiet_primary()
    result = bench.detach("data-*", remove=True)
    assert not result.get("failed"), result["msg"]
    sent = bench.writes(site="primary")
    deactivated = [path_of(one).split("/")[-2] for one in sent if one.path.endswith("/deactivate")]
    names = {one["id"]: one["name"] for one in bench.twin.estate["sites"][0]["storage_domains"]}
    assert [names[one] for one in deactivated][-1] == "data-master"
    removals = [one for one in sent if one.method == "DELETE"]
    assert len(removals) == 8
    assert not any(word in one.path for one in removals for word in ("format", "destroy"))
    assert all(content.ovf for content in bench.twin.storage.contents.values() if content.record["name"] == "data-web")


def test_a_storage_that_is_gone_needs_force(bench: Bench) -> None:
    bench.quiet_primary()
    bench.twin.fail("storage:data-web", "primary")
    result = bench.detach("data-web")
    assert result["failed"]
    assert "could not update its OVF store" in result["msg"]
    assert "force: true" in result["msg"]
    while not bench.names("storage_domain", "primary", id=DATA_WEB, status="active"):
        # The engine puts it back after a while.
        assert not bench.run("unregistered_info", site="primary", data_center="Production").get("failed")
    forced = bench.detach("data-web", force=True)
    assert not forced.get("failed"), forced["msg"]
    assert forced["done"]["detach"] == ["data-web"]


def test_removing_needs_a_host(bench: Bench) -> None:
    bench.quiet_primary()
    for host in bench.twin.site("primary").all("host"):
        host.set(status="maintenance")
    result = bench.detach("data-web", remove=True)
    assert result["failed"]
    assert "no host that is up" in result["msg"]
    assert not bench.writes(site="primary")


def test_the_next_wave_begins_although_one_vm_of_the_first_failed(bench: Bench) -> None:
    bench.ready("registered")
    bench.twin.fail("start:dns01", "recovery")
    waves = [{"name": "first", "vms": ["dns*"]}, {"name": "second", "vms": ["app*"]}]
    result = bench.run("vm_power", waves=waves)
    assert result["failed"]
    assert "no host that satisfies" in result["msg"]
    assert set(result["done"]["up"]) == {"dns02", "app01", "app02", "app03"}
    first = [one.path for one in bench.writes(START)][:2]
    assert {bench.twin.site("recovery").tables["vm"][path.split("/")[-2]].name for path in first} == {"dns01", "dns02"}


def test_what_a_register_dropped_is_told_from_the_events(bench: Bench) -> None:
    """The engine answers 200 and leaves out what it cannot map; only its events tell."""

    def no_network(estate: dict[str, t.Any]) -> None:
        record(estate, "recovery", "vnic_profiles", "backend")["name"] = "other"

    bench.edit(no_network)
    bench.ready("templates")
    result = bench.register("app01", "dns02")
    assert not result.get("failed"), result["msg"]
    told = {entry["name"]: " ".join(entry["messages"]) for entry in result["dropped"]}
    assert "Vnic Mappings" in told["app01"]
    assert all(RUN_ID not in entry for entry in told.values())
