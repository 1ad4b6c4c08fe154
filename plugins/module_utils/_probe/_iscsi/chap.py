# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The challenge handshake (RFC 1994, and RFC 7143, 12.1) by which both sides prove that they know a secret.

Secrets come in here and nowhere else on the wire: what leaves is a digest.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import keys
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed, ProbeError

ALGORITHMS = {"5": "md5", "7": "sha256", "6": "sha1", "8": "sha3_256"}
"""By their numbers. MD5 comes first: every target knows it, and some look at the first one only."""
CHALLENGE = 16


class Secret:
    """A user's name and password, which never shows."""

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self._password = password.encode()

    def __repr__(self) -> str:
        return f"Secret({self.user!r})"

    def answer(self, algorithm: str, identifier: int, challenge: bytes) -> bytes:
        """The digest that proves the password."""
        return _digest(ALGORITHMS[algorithm], bytes([identifier]) + self._password + challenge)


def offered() -> str:
    """The algorithms that this machine has, as a value of C(CHAP_A). In FIPS mode there is no MD5."""
    found = []
    for number, name in ALGORITHMS.items():
        try:
            _digest(name, b"")
        except ValueError:
            continue
        found.append(number)
    return ",".join(found)


class Handshake:
    """One sign-in. ``own``: with what this host proves itself; ``target``: with what the target has to, if at all."""

    def __init__(self, own: Secret, target: Secret | None) -> None:
        self._own = own
        self._target = target
        self._algorithm = ""
        self._identifier = 0
        self._challenge = b""

    def answer(self, told: t.Mapping[str, str]) -> list[tuple[str, str]]:
        """What to say to the target's challenge; raises ProbeError."""
        self._algorithm = told.get("CHAP_A", "")
        if self._algorithm not in ALGORITHMS:
            raise Malformed("no algorithm of those that were offered")
        challenge = keys.from_binary(told.get("CHAP_C", ""))
        identifier = told.get("CHAP_I", "")
        if not challenge or not identifier.isdigit() or int(identifier) > 255:
            raise Malformed("an incomplete challenge")
        proof = self._own.answer(self._algorithm, int(identifier), challenge)
        said = [("CHAP_N", self._own.user), ("CHAP_R", keys.to_binary(proof))]
        if self._target is not None:
            self._identifier = os.urandom(1)[0]
            self._challenge = os.urandom(CHALLENGE)
            said += [("CHAP_I", str(self._identifier)), ("CHAP_C", keys.to_binary(self._challenge))]
        return said

    def check(self, told: t.Mapping[str, str]) -> None:
        """Whether the target proved itself, where it has to; raises ProbeError."""
        if self._target is None:
            return
        if "CHAP_R" not in told:
            raise ProbeError("mutual_chap", "the target does not prove itself: it gave no answer to the challenge")
        wanted = self._target.answer(self._algorithm, self._identifier, self._challenge)
        right = hmac.compare_digest(wanted, keys.from_binary(told["CHAP_R"]))
        if not right or told.get("CHAP_N") != self._target.user:
            raise ProbeError("mutual_chap", "the target does not prove itself: its user or password is another one")


def _digest(name: str, data: bytes) -> bytes:
    if name != "md5":
        return hashlib.new(name, data).digest()
    try:
        return hashlib.md5(data).digest()  # noqa: S324 - the protocol says which digest
    except ValueError:
        raise ValueError("there is no MD5 on this machine") from None
