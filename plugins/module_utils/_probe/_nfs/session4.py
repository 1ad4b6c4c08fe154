# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of NFS version 4.1 and later (RFC 8881): each compound belongs to one and says so in its first operation."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs import xdr

OP_EXCHANGE_ID, OP_CREATE_SESSION, OP_DESTROY_SESSION, OP_SEQUENCE = 42, 43, 44, 53
OP_DESTROY_CLIENTID, OP_RECLAIM_COMPLETE = 57, 58

SIZE = 1 << 16
"""The largest call and answer, in bytes."""
OPERATIONS = 16


def exchange_id_arguments(verifier: bytes, identity: bytes) -> bytes:
    """Arguments of EXCHANGE_ID without protection of the state."""
    return verifier + xdr.opaque(identity) + xdr.uint(0, 0, 0)


def client(reader: xdr.Reader) -> tuple[int, int]:
    """What counts in the answer of EXCHANGE_ID: the client's number, and the first number of its sequence."""
    return reader.hyper(), reader.uint()


def create_session_arguments(number: int, sequence: int) -> bytes:
    """Arguments of CREATE_SESSION: one slot, no way to be called back."""
    channel = xdr.uint(0, SIZE, SIZE, SIZE, OPERATIONS, 1, 0)
    return xdr.hyper(number) + xdr.uint(sequence, 0) + channel + channel + xdr.uint(0x40000000, 1, 0)


def session(reader: xdr.Reader) -> bytes:
    """What counts in the answer of CREATE_SESSION: the session."""
    return reader.fixed(16)


def sequence_arguments(made: bytes, number: int) -> bytes:
    """Arguments of SEQUENCE in the only slot. ``number``: one more with each compound."""
    return made + xdr.uint(number, 0, 0, 0)


def skip_sequence(reader: xdr.Reader) -> None:
    """Pass over the answer of SEQUENCE."""
    reader.fixed(16 + 20)
