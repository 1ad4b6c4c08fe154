# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to import, attach, activate and rename storage domains.

The import is done without a name and the id that came is compared: with a name the engine would make an empty domain
where nothing is (findings 3). A domain that names another pool is attached only when it is shown that no other side
uses it, because the engine itself would take it away from that pool without asking (contract 03, 3.4).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attached import ATTACHED, attached_domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.blocks import ImportBlockDomain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.jobs import still_working
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.marks import is_marked
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done, Failed, Pending
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.attach import MOVING
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.attach_rules import (
    cannot_initialize,
    newer,
    too_new,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.guard import Guard
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.wanted_domains import WantedDomain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import DataCenter, Domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import element, text

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from lxml.etree import _Element as Element


@dataclass(frozen=True)
class AttachSettings:
    """timeout: seconds until a domain must be active; call_timeout: seconds that the engine may need for one POST.

    formats: id -> storage format of the domains that were imported, filled in as they come.
    """

    timeout: float
    call_timeout: float
    wait: bool
    formats: dict[str, str] = field(default_factory=dict)


def wanted_of(step: Step) -> WantedDomain:
    """The domain that a step is about."""
    return t.cast(WantedDomain, step.details["domain"])


class ImportDomain:
    """Makes the engine know a domain that lies on file storage; one on block storage is passed on."""

    def __init__(self, client: Client, settings: AttachSettings) -> None:
        self._client = client
        self._settings = settings
        self._blocks = ImportBlockDomain(client, settings.call_timeout)

    def do(self, step: Step) -> Answer:
        domain = wanted_of(step)
        if domain.block:
            return self._blocks.do(step)
        try:
            answer = self._client.post(
                "/storagedomains",
                import_body(domain, str(step.details["host"])),
                step=step.id,
                subject=f"domain {domain.label}",
                timeout=self._settings.call_timeout,
            )
        except Fault as fault:
            # Without a name the engine asks for one exactly when no domain lies on the path (findings 3, 03 #373).
            if fault.status == 400 and "[name]" in fault.detail:
                message = (
                    f"No storage domain lies on {domain.place}. Nothing was created. Check that the replica is there "
                    "and readable from the host, then run again"
                )
                # The engine's words speak of a name that is missing, so they are not left alone.
                return Failed(message, {**fault.failure(), "kind": "no_domain", "message": message})
            raise
        return self._judge(step, Domain.from_xml(answer)) if answer is not None else Done()

    def look(self, step: Step) -> Done | Failed | Pending | bool | None:
        domain = wanted_of(step)
        if domain.block:
            return self._blocks.look(step)
        known = reads.domains(self._client)
        came = next((other for other in known if other.id == domain.id), None)
        if came is not None:
            return self._judge(step, came)
        if still_working(self._client, step):
            return None
        for other in known:
            if (other.address, other.path) == (domain.address, domain.path) and not other.data_center_ids:
                return self._judge(step, other)
        return False

    def _judge(self, step: Step, came: Domain) -> Done | Failed:
        """Keep the domain that came if it is the expected one; otherwise forget it again, without formatting it."""
        domain = wanted_of(step)
        if came.id == domain.id:
            self._settings.formats[came.id] = came.storage_format
            return Done("imported", {"name": came.name})
        self._client.delete(
            f"/storagedomains/{came.id}",
            query={"host": str(step.details["host"])},
            step=f"forget:{came.id}",
            subject=f"domain {came.name}",
            timeout=self._settings.call_timeout,
        )
        return Failed(
            f"{domain.place} holds another domain: {came.name} ({came.id}), expected was {domain.id}. It was forgotten "
            "again, its data was not touched. Check which replica the path shows, then run again"
        )


class AttachDomain:
    """Attaches a known domain to the data center; the engine activates it by itself."""

    def __init__(self, client: Client, settings: AttachSettings, guard: Guard) -> None:
        self._client = client
        self._settings = settings
        self._guard = guard

    def do(self, step: Step) -> Answer:
        domain = wanted_of(step)
        problem = self._forbidden(step)
        if problem:
            return Failed(f"{problem[0].upper()}{problem[1:]}; the domain stays known and unattached")
        self._guard.passed(domain.id, domain.label)
        self._client.post(
            f"/datacenters/{step.details['data_center']}/storagedomains",
            element("storage_domain", id=domain.id),
            step=step.id,
            subject=f"domain {domain.label}",
            timeout=self._settings.call_timeout,
        )
        return until_active(step, self._settings)

    def look(self, step: Step) -> Done | Failed | Pending | bool | None:
        if attached_domain(self._client, step) is not None:
            return until_active(step, self._settings)
        return None if still_working(self._client, step) else False

    def _forbidden(self, step: Step) -> str:
        """Why the domain must not be attached, now that its metadata can be read; empty when it may be."""
        domain, center = wanted_of(step), t.cast(DataCenter, step.details["center"])
        there = self._settings.formats.get(domain.id, "")
        if newer(there, center.storage_format):
            return f"domain {domain.label}: {too_new(there, center.name, center.storage_format)}"
        if domain.create:
            return ""
        # Read anew also when it was read for the plan: since then minutes may have passed.
        host = str(step.details["host"])
        self._guard.marked[domain.id] = is_marked(self._client, domain.id, host, domain.label)
        if self._guard.marked[domain.id] and step.details.get("first"):
            return cannot_initialize(center.name, domain.label)
        return self._guard.forbids(domain.id, domain.label)


class ActivateDomain:
    """Activates an attached domain."""

    def __init__(self, client: Client, settings: AttachSettings) -> None:
        self._client = client
        self._settings = settings

    def do(self, step: Step) -> Answer:
        domain = wanted_of(step)
        here = attached_domain(self._client, step)
        if here is not None and here.status == "active":
            # Somebody else was faster; asked again, the engine would refuse (03 recording 418).
            return Done("is active", already=True)
        if here is None or here.status not in MOVING:
            self._client.post(
                f"/datacenters/{step.details['data_center']}/storagedomains/{domain.id}/activate",
                element("action"),
                step=step.id,
                subject=f"domain {domain.label}",
                timeout=self._settings.call_timeout,
            )
        return until_active(step, self._settings)

    def look(self, step: Step) -> Done | Failed | Pending | bool | None:
        here = attached_domain(self._client, step)
        if here is not None and here.status in ("active", *MOVING):
            return until_active(step, self._settings)
        return None if still_working(self._client, step) else False


class RenameDomain:
    """Gives an active domain the wanted name."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def do(self, step: Step) -> Answer:
        if self._has_the_name(step):
            return Done("has this name", already=True)
        domain = wanted_of(step)
        self._client.put(
            f"/storagedomains/{domain.id}",
            element("storage_domain", element("name", text=domain.name)),
            step=step.id,
            subject=f"domain {domain.label}",
        )
        return Done(f"named {domain.name}")

    def look(self, step: Step) -> Done | Failed | Pending | bool | None:
        return self._has_the_name(step)

    def _has_the_name(self, step: Step) -> bool:
        domain = wanted_of(step)
        node = self._client.get(f"/storagedomains/{domain.id}", subject=f"domain {domain.label}")
        return text(node, "name") == domain.name


def import_body(domain: WantedDomain, host_id: str, *, new: bool = False) -> Element:
    """The body of the import POST: without a name, on purpose. new: of the POST that makes a domain, with one."""
    what = element("name", text=domain.name) if new else element("import", text="true")
    return element(
        "storage_domain",
        what,
        element("type", text="data"),
        element("storage", id=domain.connection) if domain.connection else _storage(domain),
        element("host", id=host_id),
    )


def _storage(domain: WantedDomain) -> Element:
    storage = element("storage", element("type", text=domain.type))
    optional = {
        "address": domain.address,
        "path": domain.path,
        "vfs_type": domain.vfs_type,
        "mount_options": domain.mount_options,
        "nfs_version": domain.nfs_version,
        "nfs_timeo": "" if domain.nfs_timeo is None else str(domain.nfs_timeo),
        "nfs_retrans": "" if domain.nfs_retrans is None else str(domain.nfs_retrans),
    }
    for tag, value in optional.items():
        if value:
            storage.append(element(tag, text=value))
    return storage


def until_active(step: Step, settings: AttachSettings) -> Done | Pending:
    """Wait for the domain in the data center's list: only that list tells the real status (contract, surprise 1)."""
    if not settings.wait:
        return Done("accepted, not waited for")
    return Pending(
        watch=ATTACHED,
        key=wanted_of(step).id,
        verdict=_UntilActive(),
        timeout=settings.timeout,
        wanted="status active",
    )


class _UntilActive:
    """Judges one domain's readings: active is the end, inactive in three readings in a row is a failure."""

    def __init__(self) -> None:
        self._inactive = 0

    def __call__(self, domain: Domain | None) -> Done | Failed | None:
        if domain is not None and domain.status == "active":
            return Done("active")
        self._inactive = self._inactive + 1 if domain is not None and domain.status == "inactive" else 0
        if domain is None or self._inactive < 3:
            return None
        return Failed(
            f"Domain {domain.name} is attached but inactive: the hosts cannot reach its storage. Check the path from a "
            "host of the data center, then run again"
        )
