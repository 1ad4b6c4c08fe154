# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host knows of its storage, read from the real tools' output, and when it has to look again."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._known import (
    devices,
    host,
    mounts,
    multipath,
    sessions,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.rescan import rescans

ROOT = pathlib.Path(__file__).resolve().parents[5]
RECORDINGS = pathlib.Path(os.environ.get("OVIRT_DR_SHARED") or ROOT.parent / "shared") / "recordings" / "hosts"
FIRST = "3600a098038304437415d4b6a5968610"
TARGET = "iqn.2026-11.test.dr:replica"

recorded = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="recordings are not here")


def recording(name: str) -> str:
    """An output without the line that says which command it is of."""
    text = (RECORDINGS / name).read_text(encoding="utf-8")
    return text.split("\n", 1)[1] if text.startswith("# ") else text


@recorded
def test_maps_of_a_healthy_host() -> None:
    found = multipath.maps(recording("multipathd-maps.json"))
    told = [(one["wwid"][-1], one["device"], one["writable"], one["paths_up"]) for one in found]
    assert told == [("1", "dm-0", True, 2), ("2", "dm-2", True, 2), ("3", "dm-1", False, 2)]
    assert found[0]["paths"][0] == {"device": "sda", "up": True, "target": TARGET}


@recorded
@pytest.mark.parametrize(("name", "up"), [("degraded-one-path-down.txt", 1), ("all-paths-down.txt", 0)])
def test_maps_whose_paths_are_down(name: str, up: int) -> None:
    text = recording(name)
    told, _behind = json.JSONDecoder().raw_decode(text, text.index("{\n"))
    found = multipath.maps(json.dumps(told))
    assert [one["paths_up"] for one in found] == [up] * 3


@recorded
def test_sizes_and_sessions_of_a_host() -> None:
    sizes = devices.sizes(recording("lsblk.json"))
    assert {sizes[name] for name in ("dm-0", "sda", "sdc")} == {1 << 30}
    assert sessions.sessions(recording("iscsiadm-session-P3.txt")) == [
        {"target": TARGET, "portal": "10.99.1.40:3260", "state": "LOGGED_IN", "disks": ["sdc", "sde", "sdf"]},
        {"target": TARGET, "portal": "10.99.2.40:3260", "state": "LOGGED_IN", "disks": ["sda", "sdd", "sdb"]},
    ]


@recorded
def test_all_that_a_host_knows(tmp_path: pathlib.Path) -> None:
    table = tmp_path / "mounts"
    table.write_text("nas:/a /mnt nfs4 rw,vers=4.2,addr=10.0.0.1 0 0\n", encoding="utf-8")
    outputs = {
        "multipathd": "multipathd-maps.json",
        "lsblk": "lsblk.json",
        "iscsiadm": "iscsiadm-session-P3.txt",
    }
    found = host.known(5, lambda command, _seconds: (0, recording(outputs[command[0]])), str(table))
    assert [one["size"] for one in found["maps"]] == [1 << 30, 2 << 30, 3 << 30]
    assert len(found["sessions"]) == 2
    assert found["mounts"][0]["source"] == "nas:/a"
    assert found["unknown"] == {}


def test_mounts() -> None:
    text = (
        "/dev/vda / ext4 rw 0 0\n"
        "nas:/with\\040blank /rhev/data-center/mnt/nas nfs4 ro,vers=4.1,addr=10.0.0.1 0 0\n"
        "g1:/vol /mnt/g fuse.glusterfs rw 0 0\n"
        "broken\n"
    )
    assert mounts.mounts(text) == [
        {
            "source": "nas:/with blank",
            "directory": "/rhev/data-center/mnt/nas",
            "type": "nfs4",
            "nfs_version": "4.1",
            "writable": False,
        },
        {"source": "g1:/vol", "directory": "/mnt/g", "type": "fuse.glusterfs", "nfs_version": None, "writable": True},
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"maps": [{}]}', '{"maps": 1}', "null"])
def test_maps_that_make_no_sense(text: str) -> None:
    with pytest.raises(Malformed):
        multipath.maps(text)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"blockdevices": [{"kname": "sda"}]}', "null"])
def test_sizes_that_make_no_sense(text: str) -> None:
    with pytest.raises(Malformed):
        devices.sizes(text)


def test_what_a_host_cannot_tell_is_said(tmp_path: pathlib.Path) -> None:
    answers = {"multipathd": (1, ""), "iscsiadm": (host.NO_SESSIONS, "")}
    found = host.known(5, lambda command, _seconds: answers[command[0]], str(tmp_path / "none"))
    assert found["maps"] is None
    assert found["sessions"] == []
    assert found["unknown"]["maps"] == "multipathd show maps json failed with exit code 1"
    assert "cannot be read" in found["unknown"]["mounts"]


@pytest.mark.parametrize(
    ("command", "text"),
    [(("no-such-tool-here",), "cannot be run"), (("sleep", "60"), "did not answer within 0.1 s")],
)
def test_tools_that_are_not_there_or_hang(command: tuple[str, ...], text: str) -> None:
    with pytest.raises(host.Unknown, match=text):
        host.run(command, 0.1)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("## DO NOT EDIT\nInitiatorName=iqn.2026-11.test:hv1\n", "iqn.2026-11.test:hv1"),
        ("#InitiatorName=iqn.old\n", ""),
        ("", ""),
        ("\udcff", ""),
    ],
)
def test_the_hosts_own_name(tmp_path: pathlib.Path, text: str, name: str) -> None:
    file = tmp_path / "initiatorname.iscsi"
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    assert host.initiator_name(str(file)) == name
    assert host.initiator_name(str(tmp_path / "none")) == ""


def lun(**changes: t.Any) -> dict[str, t.Any]:
    whole = {"wwid": FIRST + "1", "write_protected": False, "size": 1 << 30, "paths": [{"target": TARGET}]}
    return {**whole, **changes}


def has(**changes: t.Any) -> dict[str, t.Any]:
    return {"wwid": FIRST + "1", "writable": True, "size": 1 << 30, **changes}


SIGNED_IN = [{"target": TARGET, "state": "LOGGED_IN"}]


@pytest.mark.parametrize(
    ("luns", "maps", "signed_in", "expected"),
    [
        ([lun()], [has()], SIGNED_IN, []),
        ([lun()], [has(writable=False)], SIGNED_IN, ["read_only"]),
        ([lun(write_protected=True)], [has()], SIGNED_IN, ["writable"]),
        ([lun(size=2 << 30)], [has()], SIGNED_IN, ["size"]),
        ([lun(size=None)], [has()], SIGNED_IN, []),
        ([lun()], [has(size=None)], SIGNED_IN, []),
        ([lun()], [], SIGNED_IN, ["unseen"]),
        ([lun()], [], [{"target": TARGET, "state": "FAILED"}], []),
        ([lun()], [], None, []),
        ([lun(wwid=None)], [], SIGNED_IN, []),
        ([lun()], None, SIGNED_IN, []),
    ],
)
def test_when_a_host_has_to_look_again(
    luns: list[t.Any], maps: list[t.Any] | None, signed_in: list[t.Any] | None, expected: list[str]
) -> None:
    found = rescans(luns, {"maps": maps, "sessions": signed_in})
    assert [one["what"] for one in found] == expected
    assert all(one["command"].startswith("iscsiadm -m session -R") for one in found)
