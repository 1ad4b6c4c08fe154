# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sign-in to a portal (RFC 7143, chapter 6.3): what to say next, and when it is over. No sockets here."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import keys, pdu
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi.chap import Handshake, Secret, offered
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed, ProbeError, Refused

SECURITY, OPERATIONAL, FULL = 0, 1, 3
ROUNDS = 20
"""Requests of one sign-in at most; it takes two to five."""

REFUSALS = {
    0x0200: ("signin", "the target did not understand the sign-in"),
    0x0201: ("chap", "user or password is wrong, or a password is wanted"),
    0x0202: ("acl", "this initiator may not use the target"),
    0x0203: ("target", "the target is not there, or not for this initiator"),
    0x0204: ("target", "the target has gone"),
    0x0205: ("protocol", "the target speaks another version of iSCSI"),
    0x0206: ("busy", "the target takes no more connections"),
    0x0207: ("signin", "the target misses something in the sign-in"),
    0x0208: ("signin", "the session cannot take a connection here"),
    0x0209: ("protocol", "the target does not take sessions of this kind"),
    0x020A: ("signin", "the target does not know the session"),
    0x020B: ("protocol", "the target took the sign-in for nonsense"),
    0x0300: ("offline", "the target has trouble or is offline"),
    0x0301: ("offline", "the target is not available now"),
    0x0302: ("busy", "the target is out of resources"),
}

OPERATIONAL_KEYS = (
    ("HeaderDigest", "None"),
    ("DataDigest", "None"),
    ("ErrorRecoveryLevel", "0"),
    ("DefaultTime2Wait", "2"),
    ("DefaultTime2Retain", "0"),
    ("MaxRecvDataSegmentLength", str(pdu.MOST)),
)
SESSION_KEYS = (
    ("InitialR2T", "Yes"),
    ("ImmediateData", "No"),
    ("MaxBurstLength", str(pdu.MOST)),
    ("FirstBurstLength", "65536"),
    ("MaxOutstandingR2T", "1"),
    ("MaxConnections", "1"),
    ("DataPDUInOrder", "Yes"),
    ("DataSequenceInOrder", "Yes"),
)


class Redirected(Exception):
    """The target is at another portal."""

    def __init__(self, portal: keys.Portal) -> None:
        super().__init__(str(portal))
        self.portal = portal


class Say(t.NamedTuple):
    """The next request: its stage, the stage that it wants to go on to, and its keys."""

    stage: int
    following: int
    transit: bool
    pairs: list[tuple[str, str]]


class Login:
    """One sign-in. ``target``: none for a discovery; ``own`` and ``proof``: see Handshake."""

    def __init__(self, initiator: str, target: str | None, own: Secret | None, proof: Secret | None) -> None:
        self._initiator = initiator
        self._target = target
        self._own = own
        self._proof = proof
        self._handshake: Handshake | None = None
        self._partial = b""
        self._rounds = 0
        self._told: dict[str, str] = {}
        self.method = "none"
        """How it was signed in: none, chap or mutual_chap."""

    def first(self) -> Say:
        """The request that begins."""
        pairs = [("InitiatorName", self._initiator)]
        if self._target is None:
            pairs += [("SessionType", "Discovery")]
        else:
            pairs += [("SessionType", "Normal"), ("TargetName", self._target)]
        methods = "None" if self._own is None else "CHAP,None" if self._proof is None else "CHAP"
        return Say(SECURITY, OPERATIONAL, self._own is None, [*pairs, ("AuthMethod", methods)])

    def following(self, unit: pdu.Unit) -> Say | None:
        """What to say to an answer; None when the session is there. Raises ProbeError or Redirected."""
        self._rounds += 1
        if unit.opcode != pdu.LOGIN_RESPONSE:
            raise Malformed(f"a unit of kind {unit.opcode:#04x} where the answer to a sign-in is due")
        if self._rounds > ROUNDS:
            raise Malformed("the sign-in has no end")
        stage = unit.flags >> 2 & 3
        self._refused(unit)
        self._partial += unit.data
        if len(self._partial) > pdu.MOST:
            raise Malformed("the answer to the sign-in has no end")
        if unit.flags & pdu.CONTINUED:
            return Say(stage, stage, False, [])
        told, self._partial = dict(keys.decode(self._partial)), b""
        transit, following = bool(unit.flags & pdu.FINAL), unit.flags & 3
        if stage == SECURITY:
            return self._security(told, transit, following)
        if stage == OPERATIONAL:
            return self._operational(told, transit and following == FULL)
        raise Malformed("a stage of the sign-in that does not exist")

    def _refused(self, unit: pdu.Unit) -> None:
        status = unit.head[36] << 8 | unit.head[37]
        if status >> 8 == 1:
            address = dict(keys.decode(unit.data)).get("TargetAddress")
            if address is None:
                raise Malformed("a redirection without an address")
            raise Redirected(keys.target_address(address)[0])
        if status:
            what, text = REFUSALS.get(status, ("signin", "the target refused the sign-in"))
            raise Refused(what, text, f"{status:#06x}")

    def _security(self, told: t.Mapping[str, str], transit: bool, following: int) -> Say | None:
        self._told.update(told)
        if self._handshake is None and told.get("AuthMethod") == "CHAP":
            if self._own is None:
                raise ProbeError("chap", "the target wants a user and a password")
            self._handshake = Handshake(self._own, self._proof)
            return Say(SECURITY, OPERATIONAL, False, [("CHAP_A", offered())])
        if told.get("AuthMethod", "None") not in ("None", "CHAP"):
            raise ProbeError("chap", f"the target wants to be signed in to by {told['AuthMethod'][:20]}")
        if self._handshake is not None and "CHAP_C" in told:
            return Say(SECURITY, OPERATIONAL, True, self._handshake.answer(told))
        if not transit:
            return Say(SECURITY, OPERATIONAL, True, [])
        if self._handshake is not None:
            self._handshake.check(self._told)
            self.method = "chap" if self._proof is None else "mutual_chap"
        elif self._proof is not None:
            raise ProbeError("mutual_chap", "the target does not prove itself: it wants no passwords at all")
        if following == FULL:
            return None
        return Say(OPERATIONAL, FULL, True, [*OPERATIONAL_KEYS, *(SESSION_KEYS if self._target else ())])

    def _operational(self, told: t.Mapping[str, str], over: bool) -> Say | None:
        for name in ("HeaderDigest", "DataDigest"):
            if told.get(name, "None") != "None":
                raise ProbeError("protocol", f"the target insists on {name}")
        return None if over else Say(OPERATIONAL, FULL, True, [])
