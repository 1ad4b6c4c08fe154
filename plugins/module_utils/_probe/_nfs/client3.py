# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One export by NFS version 3: portmapper, mount service and file service of a server, as the probe needs them."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs import mountd, nfs3, portmap, xdr
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs.facts import (
    ALL_RIGHTS,
    Attributes,
    Space,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs.rpc import ROOT, Service, User
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.deadline import Deadline
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed, ProbeError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.wire import connect

PAGES = 100
"""Parts of one directory that are read at most. A storage domain's root holds a handful of names."""


def services(host: str, deadline: Deadline) -> list[portmap.Listed]:
    """What the portmapper of a server lists; raises ProbeError."""
    with connect(host, portmap.PORT, deadline, "connecting to the portmapper") as wire:
        if ":" in host:
            return portmap.from_dump_3(Service(wire, portmap.PROGRAM, 3, "portmapper").call(portmap.DUMP))
        return portmap.from_dump_2(Service(wire, portmap.PROGRAM, 2, "portmapper").call(portmap.DUMP))


def exports(host: str, port: int, deadline: Deadline) -> list[mountd.Export]:
    """The exports that the mount service shows; raises ProbeError."""
    with connect(host, port, deadline, "connecting to the mount service", reserved=True) as wire:
        service = Service(wire, mountd.PROGRAM, mountd.VERSION, "mount service")
        return mountd.exports(service.call(mountd.EXPORT, user=ROOT))


def mount(host: str, port: int, path: str, deadline: Deadline) -> bytes:
    """The handle of an export. The server notes the mount; the note is taken back at once. Raises ProbeError."""
    with connect(host, port, deadline, "connecting to the mount service", reserved=True) as wire:
        service = Service(wire, mountd.PROGRAM, mountd.VERSION, "mount service")
        handle = mountd.mounted(service.call(mountd.MNT, xdr.string(path), ROOT))
        service.call(mountd.UMNT, xdr.string(path), ROOT)
        return handle


class Client3:
    """The file service, as one user. ``root``: the handle of the export."""

    def __init__(self, host: str, port: int, root: bytes, user: User, deadline: Deadline) -> None:
        self._wire = connect(host, port, deadline, "connecting to the NFS service", reserved=True)
        self._service = Service(self._wire, nfs3.PROGRAM, nfs3.VERSION, "NFS service")
        self._root = root
        self._user = user
        self.reserved = self._wire.reserved

    def __enter__(self) -> Client3:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._wire.close()

    def attributes(self) -> Attributes:
        """Of the export itself."""
        answer = self._call(nfs3.GETATTR, xdr.opaque(self._root))
        nfs3.status(answer, "read", "looking at the export")
        return nfs3.attributes(answer)

    def rights(self) -> int:
        """What the server says the user may do in the export."""
        return nfs3.granted(self._call(nfs3.ACCESS, nfs3.access_arguments(self._root, ALL_RIGHTS)))

    def space(self) -> Space:
        """Of the export."""
        return nfs3.space(self._call(nfs3.FSSTAT, xdr.opaque(self._root)))

    def names(self) -> list[str]:
        """What lies in the export."""
        names: list[str] = []
        cookie, verifier = 0, bytes(8)
        for _number in range(PAGES):
            part = nfs3.page(self._call(nfs3.READDIR, nfs3.readdir_arguments(self._root, cookie, verifier)))
            names += part.names
            if part.end or not part.names:
                return [name for name in names if name not in (".", "..")]
            cookie, verifier = part.cookie, part.verifier
        raise Malformed("the directory has no end")

    def read(self, path: t.Sequence[str], most: int) -> bytes:
        """The first ``most`` bytes of a file below the export; Refused where it is not there."""
        doing = f"reading {'/'.join(path)}"
        handle = self._root
        for name in path:
            handle = nfs3.found(self._call(nfs3.LOOKUP, nfs3.lookup_arguments(handle, name)), doing)
        data = b""
        while len(data) < most:
            arguments = nfs3.read_arguments(handle, len(data), most - len(data))
            part, end = nfs3.was_read(self._call(nfs3.READ, arguments), doing)
            data += part
            if end or not part:
                break
        return data

    def make(self, name: str) -> bytes:
        """Make a new file in the export; what it returns is for fill(). Refused when nothing was made."""
        return nfs3.created(self._call(nfs3.CREATE, nfs3.create_arguments(self._root, name)))

    def fill(self, made: bytes, data: bytes) -> None:
        """Write a new file to the disk and read it again; raises ProbeError."""
        count = nfs3.written(self._call(nfs3.WRITE, nfs3.write_arguments(made, data)))
        arguments = nfs3.read_arguments(made, 0, len(data))
        back, _end = nfs3.was_read(self._call(nfs3.READ, arguments), "reading what was written")
        if count != len(data) or back != data:
            raise ProbeError("write", "what was written is not what is read")

    def remove(self, name: str) -> None:
        """Remove a file of the export; raises Refused."""
        nfs3.status(self._call(nfs3.REMOVE, nfs3.lookup_arguments(self._root, name)), "write", f"removing {name}")

    def _call(self, procedure: int, arguments: bytes) -> xdr.Reader:
        return self._service.call(procedure, arguments, self._user)
