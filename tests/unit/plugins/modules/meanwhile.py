# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to an engine while a module is at work: the writes of the modules, and what other users and hosts do."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

import pytest
import requests
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.master import tasks_of
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import (
    ATTACH,
    DATA_DB,
    DATA_MASTER,
    DATA_WEB,
    DEACTIVATE,
    DETACH,
    IMPORT,
    REGISTER,
    REMOVE,
    TAKEOVER,
    Bench,
    Result,
    wanted,
)

ACTIVATE = r"/activate$"
TEMPLATE = r"/templates/[^/]+/register$"
START = r"/vms/[^/]+/start$"
WEB = {"address": "nfs-b.example", "path": "/exports/data-web"}
NOWHERE = "11111111-2222-4333-8444-555555555555"
Call = t.Callable[[Bench], Result]
Change = t.Callable[[Bench], object]


@dataclass(frozen=True)
class Write:
    """A module's write. ready: the state before; call: the module; method, path: the request; name: of its object."""

    ready: Change
    call: Call
    method: str
    path: str
    name: str
    site: str = "recovery"


def resting(bench: Bench) -> None:
    """data-web of the primary site is in maintenance."""
    bench.quiet_primary()
    bench.quiet_domain("data-web")


def stopped(bench: Bench) -> None:
    bench.quiet_primary()


def nothing(bench: Bench) -> None:
    """As it is."""


def away(bench: Bench, **options: t.Any) -> Result:
    return bench.detach("data-web", **options)


def all_away(bench: Bench) -> Result:
    return bench.detach("data-*", remove=False)


WRITES = {
    "import": Write(nothing, lambda b: b.attach("data-web"), "POST", IMPORT, DATA_WEB),
    "import on a connection": Write(
        lambda b: b.done("storage_connection", type="nfs", **WEB),
        lambda b: b.attach("data-web"),
        "POST",
        IMPORT,
        DATA_WEB,
    ),
    "attach": Write(nothing, lambda b: b.attach("data-web", list_unregistered=[]), "POST", ATTACH, DATA_WEB),
    "activate": Write(
        resting,
        lambda b: b.run(
            "storage_domain_attach",
            site="primary",
            data_center="Production",
            domains=[{"id": DATA_WEB, "address": "nfs-a.example", "path": "/exports/data-web"}],
        ),
        "POST",
        ACTIVATE,
        DATA_WEB,
        "primary",
    ),
    "rename": Write(
        lambda b: b.ready("attached"),
        lambda b: b.attach(domains=wanted("data-web", name="web-at-dr")),
        "PUT",
        REMOVE,
        "web-at-dr",
    ),
    "deactivate": Write(stopped, away, "POST", DEACTIVATE, "data-web", "primary"),
    "update OVF stores": Write(stopped, away, "POST", r"/updateovfstore$", "data-web", "primary"),
    "deactivate the master": Write(stopped, all_away, "POST", rf"{DATA_MASTER}/deactivate$", "data-master", "primary"),
    "detach": Write(stopped, away, "DELETE", DETACH, "data-web", "primary"),
    "remove": Write(stopped, lambda b: away(b, remove=True), "DELETE", REMOVE, "data-web", "primary"),
    "VM": Write(lambda b: b.ready("templates"), lambda b: b.register("app01"), "POST", REGISTER, "app01"),
    "VM with any address": Write(
        lambda b: b.ready("templates"), lambda b: b.register("app01", reassign_bad_macs=True), "POST", REGISTER, "app01"
    ),
    "VM with a LUN": Write(lambda b: b.ready("templates"), lambda b: b.register("file01"), "POST", REGISTER, "file01"),
    "thin VM": Write(lambda b: b.ready("templates"), lambda b: b.register("web01"), "POST", REGISTER, "web01"),
    "template": Write(
        lambda b: b.ready("attached"), lambda b: b.templates("tmpl-win2022"), "POST", TEMPLATE, "tmpl-win2022"
    ),
    "delete": Write(
        lambda b: b.ready("templates"),
        lambda b: b.run(
            "unregistered_remove", data_center="Recovery", vms=["app01"], accept=["unknown_disks"], confirm=TAKEOVER
        ),
        "DELETE",
        r"/vms/[^/]+$",
        "app01",
    ),
    "start": Write(lambda b: b.ready("registered"), lambda b: b.power("app01"), "POST", START, "app01"),
}


def site(bench: Bench, name: str) -> Site:
    return bench.twin.site(name)


def domain(bench: Bench, name: str = "recovery", identity: str = DATA_WEB) -> Entity:
    return site(bench, name).tables["storage_domain"][identity]


def gone(tag: str, name: str = "recovery", called: str = "") -> Change:
    """All records of a kind, or the one of this name, are not there any more."""

    def change(bench: Bench) -> None:
        found = site(bench, name)
        for entity in [one for one in found.all(tag) if not called or one.name == called]:
            found.remove(entity)

    return change


def every(tag: str, name: str = "recovery", **fields: t.Any) -> Change:
    def change(bench: Bench) -> None:
        for entity in site(bench, name).all(tag):
            entity.set(**fields)

    return change


def that(identity: str = DATA_WEB, name: str = "recovery", **fields: t.Any) -> Change:
    """A domain has these fields."""
    return lambda bench: domain(bench, name, identity).set(**fields)


def master(status: str, name: str = "recovery") -> Change:
    def change(bench: Bench) -> None:
        for entity in site(bench, name).all("storage_domain"):
            if entity.data.get("master") == "true":
                entity.set(status=status)

    return change


def vm(called: str, name: str = "primary", **fields: t.Any) -> Change:
    """A VM has these fields."""

    def change(bench: Bench) -> None:
        found = site(bench, name).named("vm", called)
        assert found is not None
        found.set(**fields)

    return change


def previewing(bench: Bench) -> None:
    found = site(bench, "primary").named("vm", "web02")
    assert found is not None
    found.subs["snapshots"][-1]["snapshot_status"] = "in_preview"


def all_blockers(bench: Bench) -> None:
    """Every rule that a detach looks at is broken."""
    vm("web02", delete_protected="true")(bench)
    vm("web03", vm_pool={"id": NOWHERE})(bench)
    previewing(bench)


def two_blockers(bench: Bench) -> None:
    vm("web02", delete_protected="true")(bench)
    previewing(bench)


def as_user(method: str, path: str, body: str, name: str = "recovery") -> Change:
    """Another user sends this."""

    def change(bench: Bench) -> None:
        headers = {"Content-Type": "application/xml"}
        answer = requests.request(
            method, bench.twin.url(name) + path, data=body, headers=headers, auth=(USERNAME, PASSWORD), timeout=20
        )
        assert answer.status_code < 300, answer.text

    return change


def entry(bench: Bench, name: str) -> t.Any:
    """What a domain tells of an unregistered entity."""
    rows = (row for held in site(bench, "recovery").unregistered.values() for row in held.values())
    return next(row for row in rows if row.name == name)


def unlisted(name: str) -> Change:
    """An unregistered entity is deleted."""

    def change(bench: Bench) -> None:
        identity = entry(bench, name).id
        for held in site(bench, "recovery").unregistered.values():
            held.pop(identity, None)

    return change


def vm_record(name: str, **more: t.Any) -> Change:
    """Another VM of the engine has this name."""

    def change(bench: Bench) -> None:
        model = next(iter(site(bench, "recovery").all("vm")), None)
        cluster = next(one for one in site(bench, "recovery").all("cluster"))
        fields = {"id": NOWHERE, "name": name, "status": "down", "cluster": {"id": cluster.id}, **more}
        site(bench, "recovery").add(Entity("vm", {**(model.data if model else {}), **fields}))

    return change


def registered(kind: str, name: str) -> Change:
    """Another user registers it; its own addresses are then in use, as in 04b recording 225."""

    def change(bench: Bench) -> None:
        holder = next(
            key for key, rows in site(bench, "recovery").unregistered.items() if entry(bench, name).id in rows
        )
        path = f"/storagedomains/{holder}/{kind}/{entry(bench, name).id}/register"
        as_user("POST", path, "<action><cluster><name>dr</name></cluster></action>")(bench)

    return change


def registered_and_listed(kind: str, name: str) -> Change:
    """Another user registers it, and it is still listed, as right after an asynchronous register (04c recording 93)."""

    def change(bench: Bench) -> None:
        rows = site(bench, "recovery").unregistered
        before = {key: dict(held) for key, held in rows.items()}
        registered(kind, name)(bench)
        for key, held in before.items():
            rows[key].update(held)

    return change


def mac_taken(bench: Bench) -> None:
    site(bench, "recovery").macs.setdefault(entry(bench, "app01").nics[0].mac, set()).add("somebody")


def disk_taken(bench: Bench) -> None:
    held = entry(bench, "app01").disks[0]
    site(bench, "recovery").add(Entity("disk", {**held.record, "status": "ok", "storage_type": "image"}))


def lun_taken(bench: Bench) -> None:
    """Every LUN that there is belongs to a disk."""
    found = site(bench, "recovery")
    for unit in list(found.storage.luns):
        found.add(Entity("disk", {"id": found.new_id(), "name": "other", "lun_storage": {"id": unit}}))


def name_taken(bench: Bench) -> None:
    domain(bench, identity=DATA_DB).set(name="web-at-dr")


def the_master(bench: Bench) -> None:
    """data-web has become the master."""
    for entity in site(bench, "primary").all("storage_domain"):
        entity.set(master="true" if entity.id == DATA_WEB else "false")


def busy(name: str = "recovery") -> Change:
    """Something else is done with data-web for a while."""
    return lambda bench: site(bench, name).hold(DATA_WEB, 4.0)


def another_is_locked(bench: Bench) -> None:
    """Something is done with another domain of the data center for a while."""
    other = next(one for one in site(bench, "primary").all("storage_domain") if one.name == "data-db")
    other.set(status="locked", data_centers=domain(bench, "primary", DATA_MASTER).data["data_centers"])
    site(bench, "primary").later(4.0, lambda: other.set(status="unattached", data_centers=None))


def reading_stores(bench: Bench) -> None:
    """The data center reads the OVF stores of a domain that came in."""
    center = site(bench, "primary").named("data_center", "Production")
    assert center is not None
    site(bench, "primary").hold(tasks_of(center), 4.0)


@dataclass(frozen=True)
class Case:
    """write: of WRITES; change: what happens right before it; status, words: of the refusal."""

    write: str
    change: Change
    status: int
    words: str
    also: tuple[str, ...] = field(default_factory=tuple)


def in_between(monkeypatch: pytest.MonkeyPatch, bench: Bench, write: Write, change: Change) -> list[str]:
    """Let ``change`` happen right before the first such write is sent. Returns its path, then what was refused."""
    happened: list[str] = []
    send = Client._write

    def hindered(self: Client, method: str, path: str, *more: t.Any) -> t.Any:
        if method == write.method and re.search(write.path, f"/api{path}".split("?", maxsplit=1)[0]) and not happened:
            happened.append(path)
            with site(bench, write.site).lock:
                site(bench, write.site).settle()
            change(bench)
        try:
            return send(self, method, path, *more)
        except Fault as fault:
            happened.append(" ".join(fault.detail.split()))
            raise

    monkeypatch.setattr(Client, "_write", hindered)
    return happened
