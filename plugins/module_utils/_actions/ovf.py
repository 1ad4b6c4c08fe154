# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to have a domain's OVF stores written, and to see that they are (contract 03, 3.9)."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.jobs import statuses
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done, Failed, Pending
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.ovf_stores import FAILED, Stores, stores
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import element

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock

# The name of the watch.
STORES = "OVF stores"
# How long is waited for a proof that the playbook does not insist on.
LENIENT_SECONDS = 120.0


@dataclass(frozen=True)
class OvfSettings:
    """timeout: seconds until the stores must be seen; required: what cannot be proven is a failure."""

    timeout: float
    call_timeout: float
    required: bool

    @property
    def patience(self) -> float:
        """Seconds that a proof may take."""
        return self.timeout if self.required else min(self.timeout, LENIENT_SECONDS)


class RefreshOvf:
    """Has the stores of an active domain written. Its outcome's details say whether they are proven ``fresh``."""

    def __init__(self, client: Client, settings: OvfSettings, clock: Clock) -> None:
        self._client = client
        self._settings = settings
        self._clock = clock
        self._since: dict[str, int] = {}

    def do(self, step: Step) -> Answer:
        # Events before this one are about earlier updates.
        self._since[step.target_id] = int(reads.last_event_id(self._client))
        self._client.post(
            f"/storagedomains/{step.target_id}/updateovfstore",
            element("action"),
            step=step.id,
            subject=f"domain {step.name}",
            timeout=self._settings.call_timeout,
        )
        return self._until_fresh(step)

    def look(self, step: Step) -> Pending | bool:
        # To send it twice does no harm, but the engine refuses while it is at it, which passes.
        return self._until_fresh(step) if statuses(self._client, step) else False

    def watch(self, ids: Collection[str]) -> Mapping[str, Stores]:
        """Reads the stores of all domains that are waited for."""
        return stores(self._client, ids, min(self._since.values(), default=0))

    def _until_fresh(self, step: Step) -> Pending:
        now = self._clock.now()
        verdict = _UntilFresh(step.name, self._since[step.target_id], self._settings, self._clock, now)
        return Pending(
            watch=STORES,
            key=step.target_id,
            verdict=verdict,
            # The verdict ends the wait itself, so that it can be lenient.
            timeout=self._settings.patience + 60,
            wanted="OVF stores written and ok",
        )


class _UntilFresh:
    """Judges the readings of one domain's stores. sent: when the update was asked for; since: the event before it."""

    def __init__(self, name: str, since: int, settings: OvfSettings, clock: Clock, sent: float) -> None:
        self._name = name
        self._since = since
        self._settings = settings
        self._clock = clock
        self._sent = sent

    def __call__(self, found: Stores | None) -> Done | Failed | None:
        seen = found or Stores()
        said = [one for one in seen.said if one.number > self._since]
        waited = self._clock.now() - self._sent
        # "Was updated" follows also upon a failure: seen at a running engine.
        failed = [one.words for one in said if one.code in FAILED]
        if failed:
            return self._unproven(f"the engine says: {' '.join(failed)}")
        if said and seen.statuses and all(status == "ok" for status in seen.statuses):
            return Done(f"fresh: {said[-1].words}", {"fresh": True})
        if waited >= self._settings.patience:
            told = said[-1].words if said else "no event tells that they were written"
            return self._unproven(f"after {waited:.0f} s: {seen.status}; {told}")
        return None

    def _unproven(self, why: str) -> Done | Failed:
        if not self._settings.required:
            return Done(f"not proven fresh, {why}", {"fresh": False, "why": why})
        return Failed(
            f"The descriptions of domain {self._name} are not proven fresh: {why}. It was not detached, as "
            "'ovf: require_fresh' asks; look at the engine's events about it and run again, or say 'ovf: as_is'"
        )
