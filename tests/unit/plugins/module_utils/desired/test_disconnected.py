# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who lets go of a connection that is removed, and whether the hosts have shown that they did."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import Target, targets
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_wishes import wishes
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.disconnected import released, still_held, wrong
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import Connection

WEB = Connection("00000000-0000-0000-0000-000000000001", "nfs", "nfs-a", "/exports/web/")
SAN = Connection("00000000-0000-0000-0000-000000000002", "iscsi", "192.0.2.1", port=3260, target="iqn.a:san")


def going(*known: Connection) -> tuple[Target, ...]:
    return targets(wishes([{"id": one.id} for one in known], listed=True), [WEB, SAN], [], {}, absent=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((None, "absent", "hv1", None), ""),
        (("none", "absent", None, None), ""),
        (("host", "absent", "hv1", None), ""),
        (("all", "absent", None, ["hv1"]), ""),
        (("all", "absent", "hv1", ["hv1"]), ""),
        (("host", "absent", None, None), "needs 'host'"),
        (("none", "absent", "hv1", None), "contradict"),
        (("all", "absent", None, None), "is done over SSH"),
        (("host", "present", "hv1", None), "is for 'state: absent'"),
        ((None, "absent", None, ["hv1"]), "is for 'disconnect: all'"),
    ],
)
def test_options(options: t.Any, words: str) -> None:
    told = wrong(*options)
    assert (words in told) if words else told == ""


def test_every_host_has_to_have_let_go_of_everything() -> None:
    held = released(
        {
            "hv1": {"released": ["nfs-a:/exports/web"], "absent": ["iqn.a:san at 192.0.2.1:3260"], "used": []},
            "hv2": {"released": ["nfs-a:/exports/web"], "absent": [], "used": [{"place": "x", "message": "y"}]},
            "hv3": None,
            "hv4": {"unreachable": True, "msg": "no route"},
        }
    )
    assert still_held(going(WEB), {host: held[host] for host in ("hv1", "hv2")}) == []
    assert still_held(going(WEB, SAN), held) == [
        "host hv3 has not shown that it let go of nfs-a:/exports/web/",
        "host hv4 has not shown that it let go of nfs-a:/exports/web/",
        "host hv2 has not shown that it let go of iqn.a:san at 192.0.2.1:3260",
        "host hv3 has not shown that it let go of iqn.a:san at 192.0.2.1:3260",
        "host hv4 has not shown that it let go of iqn.a:san at 192.0.2.1:3260",
    ]
    assert still_held(going(WEB), {}) == ["no host has shown that it let go of them"]


def test_what_is_gone_already_needs_no_proof() -> None:
    nothing = targets(
        wishes([{"type": "nfs", "address": "new", "path": "/y"}], listed=True), [WEB, SAN], [], {}, absent=True
    )
    assert still_held(nothing, {"hv1": None}) == []
