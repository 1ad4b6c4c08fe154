# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to make, edit and remove storage connections (contract 02, 2.3 to 2.5)."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.jobs import still_working
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done, Failed
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import (
    SECRET,
    Target,
    place_of,
    same,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_wishes import FIELDS
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import connections as c
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import element, ident

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain
    from lxml.etree import _Element as Element


def target_of(step: Step) -> Target:
    """The wish that a step is about, and what it met."""
    return t.cast(Target, step.details["target"])


class Create:
    """Makes a connection; with a host the engine first tries to connect from it."""

    def __init__(self, client: Client, call_timeout: float) -> None:
        self._client = client
        self._call_timeout = call_timeout

    def do(self, step: Step) -> Answer:
        answer = self._client.post(
            "/storageconnections",
            body(target_of(step), str(step.details["host"]), new=True),
            step=step.id,
            subject=f"connection {step.name}",
            timeout=self._call_timeout,
        )
        return Done("made") if answer is None else self._made(step, c.Connection.from_xml(answer))

    def look(self, step: Step) -> Done | Failed | bool | None:
        place = place_of(target_of(step).wanted)
        found = next((item for item in c.connections(self._client) if place_of(item) == place), None)
        if found is not None:
            return self._made(step, found)
        return None if still_working(self._client, step) else False

    def _made(self, step: Step, found: c.Connection) -> Done | Failed:
        wrong = unlike(target_of(step), found)
        return Failed(wrong) if wrong else Done("made", {"id": found.id})


class Edit:
    """Changes the details of a connection; its id stays, and so do the domains that use it.

    With a host the engine connects from it and reads the sizes of the domains at the new place. It saves the edit even
    when the host cannot connect (findings 2), so only the activation of a domain is a proof.
    """

    def __init__(self, client: Client, call_timeout: float) -> None:
        self._client = client
        self._call_timeout = call_timeout

    def do(self, step: Step) -> Answer:
        target = target_of(step)
        answer = self._client.put(
            f"/storageconnections/{step.target_id}",
            body(target, str(step.details["host"]), new=False),
            query={"force": "true"} if step.details["force"] else None,
            step=step.id,
            subject=f"connection {step.name}",
            timeout=self._call_timeout,
        )
        found = c.Connection.from_xml(answer) if answer is not None else c.connection(self._client, step.target_id)
        wrong = unlike(target, found)
        return Failed(wrong) if wrong else Done("edited")

    def look(self, step: Step) -> bool | None:
        target = target_of(step)
        # A secret is never told, so it is sent again; sending it twice harms nothing.
        if SECRET not in target.differs and not unlike(target, c.connection(self._client, step.target_id)):
            return True
        return None if still_working(self._client, step) else False


class RemoveConnection:
    """Removes a connection that nothing uses; with a host, that host lets go of it as well."""

    def __init__(self, client: Client, call_timeout: float) -> None:
        self._client = client
        self._call_timeout = call_timeout

    def do(self, step: Step) -> Answer:
        host = str(step.details["host"])
        try:
            self._client.delete(
                f"/storageconnections/{step.target_id}",
                query={"host": host} if host else None,
                step=step.id,
                subject=f"connection {step.name}",
                timeout=self._call_timeout,
            )
        except Fault as fault:
            if fault.status != 404:
                raise
            return Done("is not known to the engine", already=True)
        return Done("removed")

    def look(self, step: Step) -> bool | None:
        if all(item.id != step.target_id for item in c.connections(self._client)):
            return True
        return None if still_working(self._client, step) else False


class Membership:
    """Makes a domain use a connection, or use it no more (contract 02, 2.6). The domain is in maintenance by then."""

    def __init__(self, client: Client, *, joins: bool) -> None:
        self._client = client
        self._joins = joins

    def do(self, step: Step) -> Answer:
        connection, subject = self._connection(step), f"connection {step.name}"
        if self._joins:
            body = element("storage_connection", id=connection)
            self._client.post(self._path(step), body, step=step.id, subject=subject)
            return Done("attached")
        self._client.delete(f"{self._path(step)}/{connection}", step=step.id, subject=subject)
        return Done("detached")

    def look(self, step: Step) -> bool | None:
        used = {ident(node) for node in self._client.get(self._path(step), subject="connections of a storage domain")}
        if (self._connection(step) in used) is self._joins:
            return True
        return None if still_working(self._client, step) else False

    def _path(self, step: Step) -> str:
        return f"/storagedomains/{t.cast('Domain', step.details['domain']).id}/storageconnections"

    def _connection(self, step: Step) -> str:
        """Its id; one that was made a moment ago is found by its place."""
        if step.target_id:
            return step.target_id
        place = place_of(target_of(step).wanted)
        return next(item.id for item in c.connections(self._client) if place_of(item) == place)


def unlike(target: Target, found: c.Connection) -> str:
    """What the engine keeps other than was asked for, as a sentence; empty when nothing."""
    asked = target.wish.details
    wrong = [
        f"{name} {getattr(found, name) or 'nothing'} instead of {value}"
        for name, value in asked.items()
        if not same(getattr(found, name), value)
    ]
    if not wrong:
        return ""
    return f"The engine accepted connection {target.wanted.name}, but keeps {', '.join(wrong)}; look at its log"


def body(target: Target, host_id: str, *, new: bool) -> Element:
    """The body of the request. In an edit the place goes as a whole: the engine takes half of one for another place
    (contract 02, 2.4)."""
    wanted, wish = target.wanted, target.wish
    made = element("storage_connection", element("type", text=wanted.type))
    place = ("address", "path") if wanted.type != "iscsi" else ("address", "port", "target")
    for name in FIELDS[wanted.type]:
        value = getattr(wanted, name)
        if value not in ("", None) and (new or name in place or name == "vfs_type" or name in target.differs):
            made.append(element(name, text=value))
    if wish.password:
        made.append(element("password", text=wish.password))
    if wish.portal and new:
        made.append(element("portal", text=wish.portal))
    if host_id:
        made.append(element("host", id=host_id))
    return made
