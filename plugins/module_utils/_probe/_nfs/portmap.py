# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The portmapper: which services of a server listen where (RFC 1833, version 2 for IPv4 and 3 for IPv6)."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs import xdr

PORT, PROGRAM, DUMP = 111, 100000, 4
TCP = 6


class Listed(t.NamedTuple):
    """A service that listens on TCP."""

    program: int
    version: int
    port: int


def from_dump_2(reader: xdr.Reader) -> list[Listed]:
    """The answer of version 2: IPv4 only."""

    def entry() -> tuple[Listed, int]:
        program, version, protocol, port = (reader.uint() for _number in range(4))
        return Listed(program, version, port), protocol

    return [listed for listed, protocol in reader.listed(entry) if protocol == TCP and listed.port]


def from_dump_3(reader: xdr.Reader) -> list[Listed]:
    """The answer of version 3, of which the services on tcp6 count."""

    def entry() -> tuple[Listed, str]:
        program, version, network, address = reader.uint(), reader.uint(), reader.string(), reader.string()
        reader.string()
        return Listed(program, version, port_of(address)), network

    return [listed for listed, network in reader.listed(entry) if network == "tcp6" and listed.port]


def port_of(address: str) -> int:
    """The port of a universal address, whose last two numbers are its bytes; 0 for what is none."""
    words = address.rsplit(".", 2)[1:]
    if len(words) != 2 or not all(word.isascii() and word.isdigit() and int(word) < 256 for word in words):
        return 0
    return int(words[0]) * 256 + int(words[1])


def port(listed: t.Sequence[Listed], program: int, version: int) -> int | None:
    """Where a program listens, if it does."""
    return next((entry.port for entry in listed if (entry.program, entry.version) == (program, version)), None)
