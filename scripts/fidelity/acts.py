# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the recorder did to the storage behind the engines' backs, between two exchanges.

No exchange shows it, only its effect does. Each entry names the exchange before which it happened, and the recorded
exchanges from which that is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import lun_disks
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.luns import disk_on
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_stores import by_the_clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin

from .names import Disguise
from .world import site_name

Deed = Callable[[Twin, Disguise], None]


@dataclass(frozen=True)
class Act:
    """Something done to storage right before exchange ``n`` of a scene."""

    scene: str
    n: int
    deed: Deed
    seen_in: str


def move_export(source: tuple[str, str], target: tuple[str, str]) -> Deed:
    """What lies on an export is found at another one from now on, and no longer at the first."""

    def deed(twin: Twin, disguise: Disguise) -> None:
        ends = [(disguise.text(address), disguise.text(f"{path}/")[:-1]) for address, path in (source, target)]
        old, new = (twin.storage.export(*end) for end in ends)
        if old is None or new is None:
            raise LookupError(f"no export {ends}")
        new.content, new.reachable = old.content, True
        old.content, old.reachable = None, False
        twin.storage.changes += 1

    return deed


def hosts_cannot(*what: str) -> Deed:
    """From now on the hosts cannot do this, and everything else."""

    def deed(twin: Twin, disguise: Disguise) -> None:
        del disguise
        twin.storage.defects = set(what)

    return deed


def host_restarted(engine: int, name: str, seconds: float) -> Deed:
    """A host's agent was started anew: the engine connects to it for some seconds."""

    def deed(twin: Twin, disguise: Disguise) -> None:
        site = twin.site(site_name(engine))
        with site.lock:
            host = site.named("host", disguise.text(name))
            if host is None:
                raise LookupError(f"no host {name}")
            host.set(status="connecting")
            site.later(seconds, lambda: host.set(status="up"))

    return deed


def cut_export(end: tuple[str, str], *, back: bool = False) -> Deed:
    """No host reaches an export any more, or all do again."""

    def deed(twin: Twin, disguise: Disguise) -> None:
        place = twin.storage.export(disguise.text(end[0]), disguise.text(f"{end[1]}/")[:-1])
        if place is None:
            raise LookupError(f"no export {end}")
        place.reachable = back
        twin.storage.changes += 1

    return deed


def lun_disk(engine: int, lun: str, portal: str, target: str) -> Deed:
    """Another driver made a disk of a LUN that a domain of this one stands on; nothing to do where its scene is played
    as well."""

    def deed(twin: Twin, disguise: Disguise) -> None:
        unit = {"id": lun, "address": portal, "port": "3260", "target": target}
        named = {key: disguise.text(value) for key, value in unit.items()}
        site = twin.site(site_name(engine))
        with site.lock:
            storage = {"type": "iscsi", "logical_units": {"logical_unit": named}}
            if disk_on(site, named["id"]) is None:
                lun_disks.add(site, {"lun_storage": storage}, "of another driver")

    return deed


def move_lun(source: str, target: str) -> Deed:
    """What lies on a LUN is found on another one from now on, and no longer on the first."""

    def deed(twin: Twin, disguise: Disguise) -> None:
        old, new = (twin.storage.luns[disguise.text(lun)] for lun in (source, target))
        if old.content is not None:
            new.content, old.content = old.content, None
        twin.storage.changes += 1

    return deed


def once_written(lun: str) -> Deed:
    """Nothing is done, but what follows is only done when the OVF store on this LUN has been written."""

    def deed(twin: Twin, disguise: Disguise) -> None:
        content = twin.storage.luns[disguise.text(lun)].content
        while content is not None and not content.written:
            _next(twin)

    return deed


def stroke(engine: int) -> Deed:
    """The engine's own clock struck: it writes the OVF stores of its domains, or makes them."""

    def deed(twin: Twin, disguise: Disguise) -> None:
        del disguise
        site = twin.site(site_name(engine))
        with site.lock:
            site.settle()
            by_the_clock(site)

    return deed


def until_stores_are(engine: int) -> Deed:
    """The OVF stores that are being made are ready."""

    def deed(twin: Twin, disguise: Disguise) -> None:
        del disguise
        site = twin.site(site_name(engine))
        domains = [d for d in site.all("storage_domain") if d.data["status"] == "active" and d.data["type"] == "data"]
        while not all(twin.storage.contents[domain.id].written for domain in domains):
            _next(twin)

    return deed


def _next(twin: Twin) -> None:
    """Lets time pass until the next thing happens."""
    sites = list(twin.sites.values())
    due = [moment for site in sites for moment in site.changes_at()]
    twin.clock.forward(max(0.0, min(due) - twin.clock.now()) + 0.000001)
    for site in sites:
        with site.lock:
            site.settle()


def chap(target: str, username: str, password: str) -> Deed:
    """A target asks for these credentials from now on; without a user name it takes everybody again."""

    def deed(twin: Twin, disguise: Disguise) -> None:
        twin.storage.chap.pop(disguise.text(target), None)
        if username:
            twin.chap(disguise.text(target), username, password)

    return deed


def luns(*names: str, there: bool) -> Deed:
    """LUNs are gone from now on for everybody, or are there."""

    def deed(twin: Twin, disguise: Disguise) -> None:
        for name in names:
            if not twin.storage.cut(disguise.text(name), back=there):
                raise LookupError(name)

    return deed


def mend_luns(twin: Twin, disguise: Disguise) -> None:
    """LUNs with two disk records have one again; the disks and their VMs are deleted."""
    del disguise
    for site in twin.sites.values():
        for disk in [site.get("disk", identity) for identity in site.doubled]:
            for vm in [site.get("vm", owner) for owner in site.disk_users.get(disk.id, ())] if disk is not None else ():
                if vm is not None:
                    site.remove(vm)
            if disk is not None:
                site.remove(disk)
        site.doubled.clear()


_PRIMARY = "iqn.2026-01.example.rec:primary"
_LATER = tuple(f"36001405eeeeeeee{n:08d}{n:08d}" for n in range(13, 19))
_BLOCK_07, _REPLICA_07 = "36001405eeeeeeee0000001300000013", "36001405ffffffff0000001300000013"
_BLOCK_07A, _REPLICA_07A = "36001405eeeeeeee0000001000000010", "36001405ffffffff0000001000000010"
_FILE_07 = (("nfs.rec", "/rec/drA"), ("nfs-dr.rec", "/rec/drA"))
_FILE_07A = (("nfs.rec", "/rec/dr1"), ("nfs-dr.rec", "/rec/dr1"))

_B1 = (("nfs.rec", "/rec/b1"), ("nfs-dr.rec", "/rec/b1dr"))
_SHARED_LUN = ("36001405eeeeeeee0000000400000004", "127.0.0.60", "iqn.2026-01.example.rec:primary")
_NF = ("nfs.rec", "/rec/nf")

ACTS: tuple[Act, ...] = (
    Act("02-storage-connections", 191, move_export(*_B1), "02 191, 204: not where it was, but at the new place"),
    Act("00-setup", 105, lun_disk(1, *_SHARED_LUN), "06 80, 00 105: a disk on a LUN of rec_is"),
    Act("03-storage-domains", 408, lun_disk(1, *_SHARED_LUN), "03 408: the same, where the setup is not played"),
    Act("03b-storage-domain-rules", 302, cut_export(_NF), "03b 304: no sizes any more"),
    Act("03b-storage-domain-rules", 308, cut_export(_NF, back=True), "03b 312-322: reached again"),
    Act("06-direct-lun", 1, luns(*_LATER, there=False), "06 234: these LUNs are not there yet"),
    Act("07-dr", 1, luns(*_LATER, there=True), "07 13: here they are"),
    Act("06-direct-lun", 29, chap(_PRIMARY, "u", "ok"), "06 29, 31: a wrong password is refused, the right one is not"),
    Act("06-direct-lun", 33, chap(_PRIMARY, "", ""), "07a 16: others sign in without any"),
    Act(
        "06-direct-lun", 234, move_lun(_BLOCK_07A, _REPLICA_07A), "07a 78, 06 234: moved, although the engine knows not"
    ),
    Act("06-direct-lun", 260, luns("36001405eeeeeeee0000000500000005", there=False), "06 261: the LUN is gone"),
    Act("09-peer-clients", 1, luns("36001405eeeeeeee0000000500000005", there=True), "09 201: there again"),
    Act("09-peer-clients", 200, mend_luns, "09 56, 201, 204: corrected by hand, and the disk is gone"),
    Act("04b-unregistered-register", 1, stroke(1), "04b 7: the domain has OVF stores, 04a did not ask for them"),
    Act("04b-unregistered-register", 1, until_stores_are(1), "04b 7: they are ready"),
    Act("07a-dr-ovf-not-yet-written", 73, once_written(_BLOCK_07A), "07a 96: the block domain tells of its VM"),
    Act("07a-dr-ovf-not-yet-written", 73, move_export(*_FILE_07A), "07a 73, 83: there, with stores not written yet"),
    Act("07a-dr-ovf-not-yet-written", 73, move_lun(_BLOCK_07A, _REPLICA_07A), "07a 78: seen behind the other portal"),
    Act("07-dr", 86, move_export(*_FILE_07), "07 86, 135: at the other site, and gone from the first"),
    Act("07-dr", 86, move_lun(_BLOCK_07, _REPLICA_07), "07 91: seen behind the other portal"),
    Act("07-dr", 183, stroke(2), "07 224: stores tell of VMs powering down; 195 came when they were down"),
    Act("07-dr", 221, move_export(*reversed(_FILE_07)), "07 221: back at the first site"),
    Act("07-dr", 221, move_lun(_REPLICA_07, _BLOCK_07), "07 227: back behind the first portal"),
    Act("05-placement", 36, stroke(1), "#41"),
    Act("00-setup", 176, host_restarted(1, "rec_host1", 3.0), "00 #176; README: a program that can mirror came"),
    Act("05-placement", 267, hosts_cannot("mirror", "merge", "hibernate"), "#276-#285; 01 #66; README"),
    Act("05-placement", 344, hosts_cannot("merge"), "#361-#377: moves go through again"),
    Act("05-placement", 388, hosts_cannot("copy"), "#393-#396: the copy fails"),
    Act("05-placement", 397, hosts_cannot("merge"), "#460-#465; README"),
)


def before(scene: str, n: int) -> list[Deed]:
    """What to do to the storage before an exchange."""
    return [act.deed for act in ACTS if (act.scene, act.n) == (scene, n)]


@dataclass(frozen=True)
class Known:
    """A recorded id that a driver knew before exchange ``n`` of a scene, from a look that was not recorded; ``ours``
    finds ours, given the twin and what makes our ids of recorded ones."""

    scene: str
    n: int
    theirs: str
    ours: Callable[[Twin, Callable[[str], str]], str]


def connection_of(engine: int, domain: str) -> Callable[[Twin, Callable[[str], str]], str]:
    """The connection of a storage domain."""

    def found(twin: Twin, own: Callable[[str], str]) -> str:
        held = twin.site(site_name(engine)).get("storage_domain", own(domain))
        return str(held.subs["storage_connections"][0]["id"]) if held is not None else ""

    return found


KNOWN: tuple[Known, ...] = (
    Known(
        "09-peer-clients",
        247,
        "16a8f394-bee7-457b-82a6-29571c7977fb",
        connection_of(1, "707e2c00-f11c-4e7e-a56d-4eacb8702da6"),
    ),
)


def known(scene: str, n: int) -> list[Known]:
    """Which ids became known right before an exchange."""
    return [each for each in KNOWN if (each.scene, each.n) == (scene, n)]
