# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a storage connection must look like, word by word (contract 02, 2.3; recordings 02 21-81, 94-113)."""

from __future__ import annotations

import re

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Request

FILE_TYPES = ("nfs", "posixfs", "glusterfs", "localfs")
STORAGE_TYPES = ("iscsi", "fcp", "nfs", "localfs", "posixfs", "glusterfs", "glance", "cinder", "managed_block_storage")
NFS_VERSIONS = ("auto", "v3", "v4", "v4_0", "v4_1", "v4_2")
FIELDS = {
    "nfs": ("address", "path", "nfs_version", "nfs_timeo", "nfs_retrans", "mount_options"),
    "posixfs": ("address", "path", "vfs_type", "mount_options"),
    "glusterfs": ("address", "path", "vfs_type", "mount_options"),
    "localfs": ("path",),
    "iscsi": ("address", "port", "target", "username"),
}
"""Fields that are kept per type; everything else in a body is ignored."""
_NEEDED = {
    "nfs": ("address", "path"),
    "posixfs": ("path", "vfs_type"),
    "glusterfs": ("path", "vfs_type"),
    "localfs": ("path",),
    "iscsi": ("address", "target", "port"),
}
_MANAGED = {
    "nfs": (
        "timeo",
        "retrans",
        "vfs_type",
        "protocol_version",
        "nfsvers",
        "vers",
        "minorversion",
        "addr",
        "clientaddr",
    ),
    "posixfs": ("vfs_type", "addr", "clientaddr"),
}
_MOUNT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9.-]*):/[!-~]*")
_NUMBER = re.compile(r"[+-]?\d+")


def read(request: Request, method: str) -> Record:
    """The body of a create or an update, with the type in lower case and numbers cut as the engine cuts them.

    Raises Refusal."""
    body: Record = request.record("storage_connection", method)
    for name in ("port", "nfs_timeo", "nfs_retrans"):
        if name in body and not _NUMBER.fullmatch(str(body[name])):
            raise refusals.syntax(request.host, method)
    for name in ("nfs_timeo", "nfs_retrans"):
        if name in body:
            body[name] = str((int(body[name]) + 32768) % 65536 - 32768)
    if "type" in body:
        body["type"] = refusals.one_of(body["type"], "StorageType", STORAGE_TYPES)
    return body


def complete(body: Record) -> None:
    """Whether everything is there that a new connection needs. Raises Refusal."""
    if not body.get("type"):
        raise refusals.incomplete("StorageConnection [type] required for add")
    missing = [name for name in _NEEDED.get(body["type"], ()) if not body.get(name)]
    if missing:
        words = ", ".join("vfsType" if name == "vfs_type" else name for name in missing)
        raise refusals.incomplete(f"StorageConnection [{words}] required for add")
    if "nfs_version" in body:
        refusals.one_of(body["nfs_version"], "NfsVersion", NFS_VERSIONS)


def numbers(details: Record) -> None:
    """Ranges of the NFS numbers. Raises Refusal."""
    if "nfs_timeo" in details and not 1 <= int(details["nfs_timeo"]) <= 6000:
        raise refusals.command(
            400, "NFS Timeout should be between 1 and 6000", "Attribute: privateStorageServerConnection.nfsTimeo"
        )
    if "nfs_retrans" in details and not 0 <= int(details["nfs_retrans"]) <= 32767:
        raise refusals.command(
            400,
            "NFS Retransmissions should be between 0 and 32767",
            "Attribute: privateStorageServerConnection.nfsRetrans",
        )


def details(details: Record, verb: str) -> None:
    """The rules of a type for its details. Raises Refusal."""
    kind = details["type"]
    if kind == "nfs" and not _MOUNT.fullmatch(f"{details.get('address', '')}:{details.get('path', '')}"):
        raise refusals.command(400, "Mount path is illegal, please use [IP:/path or FQDN:/path] convention.")
    if kind == "posixfs" and not details.get("vfs_type"):
        raise refusals.command(400, "VFS type cannot be empty.")
    given = [option.partition("=")[0].strip().lower() for option in details.get("mount_options", "").split(",")]
    managed = [name for name in _MANAGED.get(kind, ()) if name in given]
    if managed:
        raise refusals.command(
            400,
            f"Cannot {verb} Storage Connection. Custom mount options contain the following duplicate managed options: "
            f"{', '.join(managed)}.",
        )
    if kind == "iscsi" and not details.get("target"):
        raise refusals.command(400, "Target details cannot be empty.")
    if kind == "iscsi" and int(details.get("port") or 0) <= 0:
        raise refusals.command(400, "Invalid value for port, should be an integer greater than 0.")
    if kind not in FIELDS:
        raise refusals.command(400, "connection field cannot be empty.")
    if kind != "iscsi" and not details.get("path"):
        raise refusals.command(400, "path field cannot be empty.")
    if kind == "iscsi" and not details.get("address"):
        raise refusals.command(400, "address field cannot be empty.")


def mountable(storage: Record) -> Record:
    """The storage element of a new file domain, as a connection that may be made of it. Raises Refusal."""
    missing = [name for name in _NEEDED[storage["type"]] if not storage.get(name)]
    if missing:
        word = "vfsType" if missing[0] == "vfs_type" else missing[0]
        raise refusals.incomplete(f"HostStorage [{word}] required for add")
    for name, printed in (("nfs_timeo", "nfs_timeio"), ("nfs_retrans", "nfs_retrans")):
        if name in storage and not 0 <= int(storage[name]) <= 65535:
            words = f"The value {storage[name]} of attribute '{printed}' is outside of range 0 to 65535."
            raise refusals.text(400, words, reason="Value out of range")
    numbers(storage)
    details(storage, "add")
    return kept(storage)


def kept(body: Record) -> Record:
    """The details of a new connection: what its type keeps, with a path of the form server:/path taken apart."""
    found = {name: body[name] for name in FIELDS.get(body["type"], ()) if body.get(name)}
    return _apart({**found, "type": body["type"]})


def merged(old: Record, body: Record) -> Record:
    """The details after an update. Raises Refusal for an NFS version that there is not.

    Other file types than NFS take address and path as one: an address alone changes nothing, a path alone drops it."""
    kind = old["type"]
    if "nfs_version" in body:
        refusals.one_of(body["nfs_version"], "NfsVersion", NFS_VERSIONS)
    sent = {name: body[name] for name in FIELDS[kind] if name in body}
    found = dict(old)
    if kind in ("posixfs", "glusterfs"):
        address = sent.pop("address", None)
        if "path" in sent:
            found.pop("address", None)
            found.update({"address": address} if address else {})
    found.update(sent)
    return _apart(found)


def _apart(details: Record) -> Record:
    path = details.get("path", "")
    if details["type"] in ("posixfs", "glusterfs") and "address" not in details and ":" in path:
        address, _unused, rest = path.partition(":")
        details = {**details, "address": address, "path": rest}
    return {key: details[key] for key in sorted(details)}
