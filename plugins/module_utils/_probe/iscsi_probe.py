# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One portal of iSCSI storage at one address: what it tells of targets, signing in to them, the LUNs behind them."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import discovery, keys
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi.chap import Secret
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi.login import Login, Redirected
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi.session import Session
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.deadline import Deadline
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.domain import Expected
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import ProbeError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.luns import look
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.resolve import resolve

REDIRECTIONS = 3


class Wanted(t.NamedTuple):
    """Targets that a host shall use. ``targets``: none for all that the portals tell; ``luns``: WWIDs that must be seen
    through every path; ``initiator``: the name that this host signs in with."""

    portals: tuple[keys.Portal, ...]
    targets: tuple[str, ...]
    sign_in: bool
    own: Secret | None
    proof: Secret | None
    luns: tuple[str, ...]
    write: bool
    expected: Expected | None
    initiator: str


def discover(wanted: Wanted, host: str, port: int, seconds: float) -> dict[str, t.Any]:
    """What the portal at an address (in digits) tells of targets. Never raises: what is wrong is the C(problem)."""
    deadline = Deadline(seconds)
    found: dict[str, t.Any] = {"ok": False, "problem": None, "redirected_to": None, "told": []}
    try:
        with _open(wanted, None, keys.Portal(host, port), deadline, found) as session:
            told = discovery.targets(session.targets())
        # A portal may leave out its own address.
        found["told"] = [
            {"target": one.target, "portal": str(one.portal or keys.Portal(host, port)), "tag": one.tag} for one in told
        ]
        found["ok"] = True
    except ProbeError as error:
        found["problem"] = {"what": error.what, "message": error.text}
    found["seconds"] = deadline.spent()
    return found


def visit(wanted: Wanted, host: str, port: int, target: str, seconds: float) -> dict[str, t.Any]:
    """What is found behind a target through the portal at an address (in digits). Never raises."""
    deadline = Deadline(seconds)
    found: dict[str, t.Any] = {
        "target": target,
        "ok": False,
        "problem": None,
        "signed_in": False,
        "authentication": None,
        "redirected_to": None,
        "luns": [],
        "domains": [],
    }
    try:
        with _open(wanted, target, keys.Portal(host, port), deadline, found) as session:
            found["signed_in"] = True
            look(session, found)
        found["ok"] = True
    except ProbeError as error:
        found["problem"] = {"what": error.what, "message": error.text}
    found["seconds"] = deadline.spent()
    return found


def _open(
    wanted: Wanted, target: str | None, portal: keys.Portal, deadline: Deadline, found: dict[str, t.Any]
) -> Session:
    """A session with a target, or a discovery, wherever the portal sends it; raises ProbeError."""
    for _number in range(REDIRECTIONS + 1):
        # Whoever lists its targets need not prove itself: nothing is used of it yet.
        login = Login(wanted.initiator, target, wanted.own, wanted.proof if target else None)
        try:
            # A redirection may lead to a name.
            host = resolve(portal.address, deadline)[0]
            session = Session(host, portal.port, login, deadline)
        except Redirected as elsewhere:
            portal = elsewhere.portal
            found["redirected_to"] = str(portal)
            continue
        found["authentication"] = login.method
        return session
    raise ProbeError("redirect", f"the portal sends from one to the next, last to {portal}")
