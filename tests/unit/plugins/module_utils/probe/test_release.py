# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host lets go of, and what it must not."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._known import holders, host
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import BadOption
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.release import (
    Devices,
    of_export,
    of_targets,
    targets,
)
from ansible_collections.ovirt_dr.storage.plugins.modules.host_storage_disconnect import carry_out, plan

MOUNTS = [
    {"source": "nas:/exports/data/", "directory": "/rhev/data-center/mnt/nas:_exports_data"},
    {"source": "[2001:db8::1]:/exports/data", "directory": "/mnt/six"},
    {"source": "nas:/", "directory": "/mnt/root"},
]
TARGET = "iqn.2026-01.example:san"
SESSIONS = [
    {"target": TARGET, "portal": "192.0.2.1:3260", "disks": ["sda", "sdb"]},
    {"target": TARGET, "portal": "192.0.2.2:3260", "disks": ["sdc"]},
    {"target": TARGET, "portal": "[2001:db8::2]:3261", "disks": []},
]
MAPS = [{"wwid": "3600a", "device": "dm-0"}, {"wwid": "3600b", "device": "dm-1"}]
ABOVE = {"sda": ["dm-0"], "sdb": ["dm-1"], "sdc": ["dm-0"]}
BELOW = {"dm-0": ["sda", "sdc"], "dm-1": ["sdb"]}


def devices(above: t.Mapping[str, list[str]] | None = None, linked: t.Mapping[str, list[str]] | None = None) -> Devices:
    standing, links = above or ABOVE, linked or {}
    return Devices(lambda one: standing.get(one, []), lambda one: BELOW.get(one, []), lambda one: links.get(one, []))


@pytest.mark.parametrize(
    ("address", "path", "commands"),
    [
        ("nas", "/exports/data", (("umount", "/rhev/data-center/mnt/nas:_exports_data"),)),
        ("nas", "/exports/data/", (("umount", "/rhev/data-center/mnt/nas:_exports_data"),)),
        ("2001:db8::1", "/exports/data", (("umount", "/mnt/six"),)),
        ("[2001:db8::1]", "/exports/data", (("umount", "/mnt/six"),)),
        ("nas", "/", (("umount", "/mnt/root"),)),
        ("nas", "/exports", ()),
        ("other", "/exports/data", ()),
    ],
)
def test_exports(address: str, path: str, commands: tuple[tuple[str, ...], ...]) -> None:
    assert of_export(address, path, MOUNTS, devices())[1:] == (commands, "")


def test_an_export_with_a_domain_in_use_stays() -> None:
    here = {"/rhev/data-center/mnt/nas:_exports_data": ["f892eb5c"]}
    found = of_export("nas", "/exports/data", MOUNTS, devices(linked=here))
    assert (found.commands, "storage domain f892eb5c" in found.used_by) == ((), True)


def node(portal: str) -> tuple[str, ...]:
    return ("iscsiadm", "-m", "node", "-T", TARGET, "-p", portal)


ONE, TWO, SIX = ("192.0.2.1", 3260, TARGET), ("192.0.2.2", 3260, TARGET), ("2001:db8::2", 3261, TARGET)


def test_a_session_whose_maps_have_other_paths_or_nobody_on_them() -> None:
    """dm-0 keeps its path through the other portal; dm-1 loses its only one, so it is flushed first."""
    (found,) = of_targets([ONE], SESSIONS, MAPS, devices())
    way = node("192.0.2.1:3260")
    assert found.commands == (("multipath", "-f", "3600b"), (*way, "--logout"), (*way, "-o", "delete"))
    (six,) = of_targets([SIX], SESSIONS, MAPS, devices())
    assert six.place == f"{TARGET} at 2001:db8::2:3261"
    assert six.commands[0] == (*node("[2001:db8::2]:3261"), "--logout")


def test_sessions_that_go_together_are_no_paths_for_each_other() -> None:
    one, two = of_targets([ONE, TWO], SESSIONS, MAPS, devices())
    flushes = [command[2] for release in (one, two) for command in release.commands if command[0] == "multipath"]
    assert flushes == ["3600a", "3600b"]
    # What stands on dm-0 keeps both, and dm-1 with them.
    used = of_targets([ONE, TWO], SESSIONS, MAPS, devices({**ABOVE, "dm-0": ["dm-8"]}))
    assert [release.commands for release in used] == [(), ()]
    # What stands on dm-1 keeps the first; that is again a path for dm-0, and the second may go.
    kept, gone = of_targets([ONE, TWO], SESSIONS, MAPS, devices({**ABOVE, "dm-1": ["dm-7"]}))
    assert kept.used_by
    assert [command[0] for command in gone.commands] == ["iscsiadm", "iscsiadm"]


@pytest.mark.parametrize(
    ("above", "words"),
    [
        ({"dm-1": ["dm-7"]}, "dm-7 stands on 3600b, which would lose its last path"),
        ({"sdb": ["dm-9"]}, "dm-9 stands on it, which is no multipath map"),
    ],
)
def test_a_session_that_is_the_only_path_of_what_is_used_stays(above: dict[str, list[str]], words: str) -> None:
    (found,) = of_targets([ONE], SESSIONS, MAPS, devices({**ABOVE, **above}))
    assert (found.commands, found.used_by) == ((), words)


@pytest.mark.parametrize(
    "way", [("192.0.2.1", 3261, TARGET), ("192.0.2.9", 3260, TARGET), ("192.0.2.1", 3260, "iqn.x")]
)
def test_a_session_that_is_not_there(way: tuple[str, int, str]) -> None:
    assert of_targets([way], SESSIONS, MAPS, devices())[0][1:] == ((), "")


def test_options() -> None:
    assert targets([{"portal": "[2001:db8::1]:860", "target": "t"}]) == [("2001:db8::1", 860, "t")]
    with pytest.raises(BadOption, match=r"iscsi\[1\].portal"):
        targets([{"portal": "a", "target": "t"}, {"portal": "a:b", "target": "t"}])


def test_what_cannot_be_read_is_not_taken_for_nothing() -> None:
    known = {"mounts": None, "sessions": None, "maps": None, "unknown": {"mounts": "no table", "sessions": "no tool"}}
    with pytest.raises(host.Unknown, match="no table"):
        plan({"nfs": [{"address": "a", "path": "/b"}], "iscsi": []}, known)
    with pytest.raises(host.Unknown, match="no tool"):
        plan({"nfs": [], "iscsi": [{"portal": "a", "target": "t"}]}, known)
    # Without sessions nobody asks for maps, which a host without multipath cannot tell.
    assert plan({"nfs": [], "iscsi": [{"portal": "a", "target": "t"}]}, {**known, "sessions": []})[0].commands == ()


def test_a_command_that_fails_ends_its_place_alone() -> None:
    releases = plan(
        {"nfs": [{"address": "nas", "path": "/"}], "iscsi": [{"portal": "192.0.2.1", "target": TARGET}]},
        {"mounts": MOUNTS, "sessions": SESSIONS, "maps": MAPS, "unknown": {}},
        devices(),
    )
    ran: list[str] = []

    def run(command: t.Sequence[str], seconds: float) -> tuple[int, str]:
        ran.append(command[0])
        if command[0] == "umount":
            raise host.Unknown("umount did not answer within 5 s")
        return (1 if command[-1] == "--logout" else 0), ""

    failed = carry_out(releases, 5, run)
    assert ran == ["umount", "multipath", "iscsiadm"]
    assert [one["message"] for one in failed] == [
        "umount did not answer within 5 s",
        f"iscsiadm -m node -T {TARGET} -p 192.0.2.1:3260 --logout failed with exit code 1",
    ]


def test_what_stands_on_what_is_read_of_the_kernel(tmp_path: pathlib.Path) -> None:
    (tmp_path / "sda" / "holders" / "dm-0").mkdir(parents=True)
    (tmp_path / "dm-0" / "slaves" / "sda").mkdir(parents=True)
    assert holders.above("sda", str(tmp_path)) == ["dm-0"]
    assert holders.below("dm-0", str(tmp_path)) == ["sda"]
    assert holders.above("sdz", str(tmp_path)) == []
    (tmp_path / "mnt" / "nas" / "f892").mkdir(parents=True)
    (tmp_path / "pool").mkdir()
    (tmp_path / "pool" / "f892").symlink_to(tmp_path / "mnt" / "nas" / "f892")
    (tmp_path / "pool" / "mastersd").symlink_to(tmp_path / "mnt" / "else" / "f893")
    assert holders.linked(str(tmp_path / "mnt" / "nas"), str(tmp_path)) == ["f892"]
    assert holders.linked(str(tmp_path / "mnt" / "na"), str(tmp_path)) == []
