# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lost answers, engines that are busy, slow or away for a moment: nothing is done twice, and the result is right."""

from __future__ import annotations

import typing as t
from collections import Counter
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
    REMOVE,
    START,
    Bench,
    Result,
)

TEMPLATE = r"/templates/[^/]+/register$"
BUSY = "[Cannot perform the action. Related operation is currently in progress. Please try again later.]"


@dataclass(frozen=True)
class Write:
    """A kind of write and a call that sends it. done: action -> names of a run where all goes well."""

    call: t.Callable[[Bench], Result]
    path: str
    done: t.Mapping[str, list[str]]
    ready: t.Callable[[Bench], object] = lambda bench: None
    method: str = "POST"
    site: str = "recovery"


def disks(bench: Bench, **options: t.Any) -> Result:
    given = {"data_center": "Recovery", "domains": ["data-db"], "disks": ["archive2025"], **options}
    return bench.run("unregistered_disk_register", **given)


def detach(bench: Bench) -> Result:
    return bench.detach("data-web", remove=True)


GONE = {"refresh": ["data-web"], "deactivate": ["data-web"], "detach": ["data-web"], "remove": ["data-web"]}
CAME = {"import": [DATA_WEB], "attach": [DATA_WEB]}
WRITES = {
    "import": Write(lambda b: b.attach("data-web"), IMPORT, CAME),
    "attach": Write(lambda b: b.attach("data-web"), ATTACH, CAME),
    "refresh": Write(detach, REFRESH, GONE, Bench.quiet_primary, "POST", "primary"),
    "deactivate": Write(detach, DEACTIVATE, GONE, Bench.quiet_primary, "POST", "primary"),
    "detach": Write(detach, DETACH, GONE, Bench.quiet_primary, "DELETE", "primary"),
    "remove": Write(detach, REMOVE, GONE, Bench.quiet_primary, "DELETE", "primary"),
    "register template": Write(
        lambda b: b.templates("tmpl-win2022"), TEMPLATE, {"register": ["tmpl-win2022"]}, lambda b: b.ready("attached")
    ),
    "register VM": Write(
        lambda b: b.register("app01"), REGISTER, {"register": ["app01"]}, lambda b: b.ready("templates")
    ),
    "remove VM": Write(
        lambda b: b.remove(vms=["app01"]), "/vms/", {"remove": ["app01"]}, lambda b: b.ready("attached"), "DELETE"
    ),
    "remove template": Write(
        lambda b: b.remove(templates=["tmpl-win2022"]),
        "/templates/",
        {"remove": ["tmpl-win2022"]},
        lambda b: b.ready("attached"),
        "DELETE",
    ),
    "remove disk": Write(
        lambda b: b.remove(disks=["archive2025"]),
        "/disks/",
        {"remove": ["archive2025"]},
        lambda b: b.ready("attached"),
        "DELETE",
    ),
    "register disk": Write(
        disks, r"/disks/[^/]+/register$", {"register": ["archive2025"]}, lambda b: b.ready("registered")
    ),
    "edit disk": Write(
        lambda b: disks(b, quota="Default"),
        "/api/disks/",
        {"register": ["archive2025"], "edit": ["archive2025"]},
        lambda b: b.ready("registered"),
        "PUT",
    ),
    "start": Write(lambda b: b.power("app01"), START, {"up": ["app01"]}, lambda b: b.ready("registered")),
    "stop": Write(
        lambda b: b.power("db01", state="down", site="primary"),
        r"/vms/[^/]+/shutdown$",
        {"down": ["db01"]},
        site="primary",
    ),
}

# What happens to the first such request -> how often it is sent in all.
MISHAPS: dict[str, tuple[dict[str, t.Any], int]] = {
    "its answer is lost": ({"action": "reset_after"}, 1),
    "its answer is cut": ({"action": "truncate"}, 1),
    "it is lost before it is done": ({"action": "reset_before"}, 2),
    "a proxy answers 503": ({"action": "status", "status": 503, "body": "<html>no backend</html>"}, 2),
    "the engine is busy": ({"action": "status", "status": 409, "body": f"<fault><detail>{BUSY}</detail></fault>"}, 2),
}


@pytest.mark.parametrize("kind", WRITES)
@pytest.mark.parametrize("mishap", MISHAPS)
def test_a_mishap_of_a_write_is_mended_without_doing_it_twice(bench: Bench, kind: str, mishap: str) -> None:
    write, (rule, times) = WRITES[kind], MISHAPS[mishap]
    write.ready(bench)
    bench.twin.fail({"method": write.method, "path": write.path, **rule}, write.site)
    result = write.call(bench)
    assert not result.get("failed"), result["msg"]
    assert (result["done"], result["changed"]) == (write.done, True)
    sent = [one for one in bench.writes(f"^{write.method} .*{write.path}", write.site) if is_object(one.path, write)]
    assert len(sent) == times
    assert len({one.correlation_id for one in sent}) == 1
    again = write.call(bench)
    assert (again["changed"], again["counts"]["failed"]) == (False, 0)


def is_object(path: str, write: Write) -> bool:
    """Two paths of a detach look alike: that below the data center and that on top."""
    return write.path != REMOVE or "/datacenters/" not in path


def test_many_lost_answers_in_one_batch(bench: Bench) -> None:
    bench.ready("templates")
    for nth in (1, 4, 9):
        bench.fail(REGISTER, nth=nth)
    result = bench.register()
    assert not result.get("failed"), result["msg"]
    assert len(bench.names("vm")) == 15
    assert bench.imports() == dict.fromkeys(bench.names("vm"), 1)
    assert {entry["name"] for entry in result["partial"]} == {"db01", "db02"}


def test_a_partial_vm_is_told_although_the_answer_was_lost(bench: Bench) -> None:
    """The whole is refused, the partial register is done and its answer lost: the VM is still known to be partial."""
    bench.ready("templates")
    bench.fail(REGISTER, nth=2)
    result = bench.register("db01")
    assert not result.get("failed"), result["msg"]
    (entry,) = result["partial"]
    assert (entry["name"], entry["missing_disks"]) == ("db01", None)
    assert "Storage Domain doesn't exist" in entry["why"]


def test_a_start_right_after_the_register_waits_for_the_engine(bench: Bench) -> None:
    """The engine holds a VM for two seconds after an asynchronous register: 409, being imported."""
    bench.ready("templates")
    assert not bench.register("app01", "app02").get("failed")
    site = bench.twin.site("recovery")
    until = site.clock.now() + 0.4
    site.importing.update({one.id: until for one in site.all("vm")})
    bench.forget()
    result = bench.power("app*")
    assert not result.get("failed"), result["msg"]
    assert result["counts"]["done"] == 2
    statuses = Counter(one.status for one in bench.writes(START))
    assert statuses[200] == 2
    assert statuses[409] >= 2


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "status", "status": 503, "times": 2, "path": "/vms"},
        {"action": "reset_after", "path": "/vms"},
        {"action": "reset_before", "path": "/vms"},
        {"action": "truncate", "path": "/vms"},
    ],
    ids=lambda rule: rule["action"],
)
def test_a_read_that_goes_wrong_is_read_again(bench: Bench, rule: dict[str, t.Any]) -> None:
    bench.ready("registered")
    bench.twin.fail({"method": "GET", **rule}, "recovery")
    result = bench.power("app01")
    assert not result.get("failed"), result["msg"]
    assert len(bench.writes(START)) == 1


def test_an_engine_that_is_away_in_the_middle(bench: Bench) -> None:
    bench.ready("templates")
    bench.fail(REGISTER, "status", nth=3, times=4, status=503, body="<html>restarting</html>")
    result = bench.register("app*", "web*", "mail01")
    assert not result.get("failed"), result["msg"]
    assert result["counts"]["done"] == 8
    assert sorted(bench.imports().values()) == [1] * 8


# -- deadlines


def test_a_time_out_names_the_state_last_seen(bench: Bench) -> None:
    bench.ready("registered")
    site = bench.twin.site("recovery")
    site.pace = 1000.0
    waits = bench.power("app01", "dns02", timeout=0.3)
    assert waits["failed"]
    for failure in waits["failures"]:
        assert failure["failure"]["kind"] == "wait_timeout"
        assert failure["failure"]["last_seen"] == "wait_for_launch"
        for words in (failure["name"], "status up", "last seen: wait_for_launch"):
            assert words in failure["message"]
    assert {failure["name"] for failure in waits["failures"]} == {"app01", "dns02"}

    bench.forget()
    still = bench.power("app01", timeout=0.3)
    assert "last seen: wait_for_launch" in still["msg"]
    assert not bench.writes(), "a VM on its way is waited for and not started again"
    site.named("vm", "app01").set(status="up")  # type: ignore[union-attr]
    assert bench.power("app01")["already"] == {"up": ["app01"]}


def test_a_time_out_of_a_detach_names_the_state_last_seen(bench: Bench) -> None:
    bench.quiet_primary()
    bench.twin.site("primary").pace = 1000.0
    result = bench.detach("data-web", timeout=0.3, ovf="as_is")
    assert result["failed"]
    assert "last seen: locked" in result["msg"]
    assert [entry["action"] for entry in result["not_run"]] == ["detach"]


def test_an_answer_that_takes_too_long_is_looked_after(bench: Bench) -> None:
    bench.ready("registered")
    bench.fail(START, "delay", seconds=1.0)
    result = bench.power("app01", auth=bench.auth(read_timeout=0.3))
    assert not result.get("failed"), result["msg"]
    assert len(bench.writes(START)) == 1
    assert bench.names("vm", status="up") == {"app01"}


def test_without_waiting_the_engines_consent_is_enough(bench: Bench) -> None:
    bench.ready("registered")
    bench.twin.site("recovery").pace = 1000.0
    result = bench.power("app01", "dns02", wait=False)
    assert not result.get("failed"), result["msg"]
    assert bench.names("vm", status="wait_for_launch") == {"app01", "dns02"}


def test_a_vm_that_falls_back_has_failed(bench: Bench) -> None:
    bench.ready("registered")
    site = bench.twin.site("recovery")
    vm = site.named("vm", "app01")
    assert vm is not None
    site.pace = 1000.0
    site.later(0.0003, lambda: vm.set(status="down"))
    bench.fail(START, "delay", seconds=0.0)
    vm.set(status="wait_for_launch")
    result = bench.power("app01")
    assert result["failed"]
    assert "VM app01 went down again" in result["msg"]


def test_a_domain_that_gets_inactive_is_told(bench: Bench) -> None:
    def cut() -> None:
        domain = bench.twin.site("recovery").tables["storage_domain"].get(DATA_WEB)
        if domain is not None:
            domain.set(status="inactive")

    site = bench.twin.site("recovery")
    bench.fail(ATTACH, "reset_after")
    for tenth in range(1, 200):
        site.later(tenth * 0.5, cut)
    result = bench.attach("data-web")
    assert result["failed"]
    assert "attached but inactive" in result["msg"]
    assert "data-web" in result["msg"]
