# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One NFS export at one address by one version: what a host must be able to do there, tried in the order of a mount."""

from __future__ import annotations

import binascii
import os
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe import domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs import (
    client3,
    client4,
    facts,
    mountd,
    nfs3,
    nfs4,
    portmap,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._nfs.rpc import User
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.deadline import Deadline
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import ProbeError, Refused

TEST_NAME = ".ovirt_dr_probe_"
TEST_SIZE = 4096
METADATA = ("dom_md", "metadata")
METADATA_MOST = 64 * 1024
DOMAINS_MOST = 16
"""Domains whose descriptions are read. An export holds one; more than a few are no storage of an engine."""
TIDY_SECONDS = 2.0
"""What is left for removing a test file when the time of a path is over."""


class Wanted(t.NamedTuple):
    """An export that a host shall use. ``version``: as the engine spells it, C(auto) for any."""

    address: str
    path: str
    version: str
    port: int | None
    write: bool
    expected: domain.Expected | None

    @property
    def place(self) -> str:
        """How people write it."""
        return f"[{self.address}]:{self.path}" if ":" in self.address else f"{self.address}:{self.path}"


if t.TYPE_CHECKING:  # Python 3.7 has no protocols

    class Client(t.Protocol):
        """What both versions can do."""

        reserved: bool

        def attributes(self) -> facts.Attributes: ...
        def rights(self) -> int: ...
        def space(self) -> facts.Space | None: ...
        def names(self) -> list[str]: ...
        def read(self, path: t.Sequence[str], most: int) -> bytes: ...
        def make(self, name: str) -> t.Any: ...
        def fill(self, made: t.Any, data: bytes) -> None: ...
        def remove(self, name: str) -> None: ...
        def __enter__(self) -> Client: ...
        def __exit__(self, *exc: object) -> None: ...


Open = t.Callable[[Deadline], "Client"]


def families(version: str) -> list[str]:
    """The protocols to try for a wanted version."""
    return ["v4", "v3"] if version == "auto" else ["v3" if version == "v3" else "v4"]


def probe(wanted: Wanted, host: str, family: str, user: User, write_test: bool, seconds: float) -> dict[str, t.Any]:
    """What was found at the address ``host`` (in digits) by the ``family`` v3 or v4, within ``seconds``. Never raises:
    what is wrong stands under C(problem)."""
    deadline = Deadline(seconds)
    found: dict[str, t.Any] = {
        "version": family,
        "ok": False,
        "problem": None,
        "mounted": False,
        "readable": False,
        "may_write": None,
        "written": None,
        "left_behind": None,
        "domains": [],
    }
    try:
        opened = (
            _open_3(wanted, host, user, found, deadline)
            if family == "v3"
            else _open_4(wanted, host, user, found, deadline)
        )
        with opened(deadline) as client:
            found.update(mounted=True, reserved_port=client.reserved)
            _look(client, wanted, user, found)
            if write_test and wanted.write:
                _write(client, opened, found)
        found["ok"] = True
    except ProbeError as error:
        found["problem"] = {"what": error.what, "message": error.text}
    found["seconds"] = deadline.spent()
    return found


def _open_3(wanted: Wanted, host: str, user: User, found: dict[str, t.Any], deadline: Deadline) -> Open:
    """How to reach the export by version 3, which needs the portmapper and the mount service."""
    found.update(portmapper=False, exported=None)
    try:
        listed = client3.services(host, deadline)
    except ProbeError as error:
        raise ProbeError("portmapper", f"the portmapper does not answer: {error.text}") from error
    found["portmapper"] = True
    mount_port = portmap.port(listed, mountd.PROGRAM, mountd.VERSION)
    nfs_port = wanted.port or portmap.port(listed, nfs3.PROGRAM, nfs3.VERSION)
    for port, title in ((mount_port, "mount service"), (nfs_port, "NFS service")):
        if port is None:
            raise ProbeError("protocol", f"the server has no {title} of version 3 on TCP")
    found["exported"] = any(
        export.path.rstrip("/") == wanted.path.rstrip("/")
        for export in client3.exports(host, mount_port or 0, deadline)
    )
    root = client3.mount(host, mount_port or 0, wanted.path, deadline)
    return lambda until: client3.Client3(host, nfs_port or 0, root, user, until)


def _open_4(wanted: Wanted, host: str, user: User, found: dict[str, t.Any], deadline: Deadline) -> Open:
    """How to reach the export by the wanted minor version, or the best that the server speaks."""
    port = wanted.port or nfs4.PORT
    spoken = client4.minors(host, port, deadline)
    found["spoken"] = [f"v4_{minor}" for minor in spoken]
    minor = int(wanted.version[3:]) if wanted.version.startswith("v4_") else max(spoken, default=0)
    if minor not in spoken:
        told = ", ".join(f"4.{minor}" for minor in spoken) or "none"
        raise ProbeError("protocol", f"the server does not speak NFS 4.{minor}; of version 4 it speaks {told}")
    found["version"] = f"v4_{minor}"
    return lambda until: client4.Client4(host, port, wanted.path, minor, user, until)


def _look(client: Client, wanted: Wanted, user: User, found: dict[str, t.Any]) -> None:
    """All that reading tells; raises ProbeError."""
    seen = client.attributes()
    found.update(mode=f"{seen.mode:04o}", owner=seen.owner, group=seen.group)
    if seen.type != facts.DIRECTORY:
        raise ProbeError("mount", "the export is no directory")
    room = client.space()
    found["space"] = room._asdict() if room else None
    rights = client.rights()
    found["may_write"] = rights & facts.TO_WRITE == facts.TO_WRITE
    names = client.names()
    found["readable"] = True
    owned = f"it belongs to {seen.owner}:{seen.group}, mode {seen.mode:04o}"
    if rights & facts.TO_READ != facts.TO_READ:
        raise ProbeError("read", f"{user.uid}:{user.gid} may not read the export; {owned}")
    domains = _domains(client, names, wanted.expected)
    found["domains"] = [one.told() for one in domains]
    wrong = domain.mismatch(wanted.expected, domains)
    if wrong:
        raise ProbeError(*wrong)
    if wanted.write and not found["may_write"]:
        raise ProbeError("write", f"the server says that {user.uid}:{user.gid} may not write; {owned}")


def _domains(client: Client, names: t.Sequence[str], expected: domain.Expected | None) -> list[domain.Domain]:
    """The domains that lie in the export, the expected one for certain among those that are read."""
    ids = sorted(name for name in names if domain.is_uuid(name))
    if expected is not None and expected.id in ids:
        ids.insert(0, ids.pop(ids.index(expected.id)))
    found = []
    for name in ids[:DOMAINS_MOST]:
        try:
            described = domain.from_lines(client.read([name, *METADATA], METADATA_MOST))
        except Refused as error:
            if not facts.not_there(error):
                raise
            continue
        if described is not None and described.id == name:
            found.append(described)
    return found


def _write(client: Client, opened: Open, found: dict[str, t.Any]) -> None:
    """Prove that a file can be made, written and removed. What cannot be removed is told; raises ProbeError."""
    name = TEST_NAME + binascii.hexlify(os.urandom(6)).decode()
    found["written"] = False
    try:
        made = client.make(name)
    except Refused as error:
        raise ProbeError("write", error.text) from error
    except ProbeError:
        # The answer that did not come may be the one that says that it was made.
        _tidy(opened, name, found)
        raise
    try:
        client.fill(made, os.urandom(TEST_SIZE))
        client.remove(name)
    except ProbeError as error:
        _tidy(opened, name, found)
        raise ProbeError("write" if isinstance(error, Refused) else error.what, error.text) from error
    found["written"] = True


def _tidy(opened: Open, name: str, found: dict[str, t.Any]) -> None:
    """Remove a test file after something went wrong, on a connection of its own; what stays is told."""
    found["left_behind"] = name
    try:
        with opened(Deadline(TIDY_SECONDS)) as other:
            other.remove(name)
    except ProbeError as error:
        if not facts.not_there(error):
            return
    found["left_behind"] = None
