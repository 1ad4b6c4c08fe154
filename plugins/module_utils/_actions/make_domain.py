# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to make an empty storage domain (contract 03, 3.2).

Asked with a name, the engine imports what lies on the path, and makes a domain only where nothing does; it says not
which of both it did. So the path is asked about without a name first: then the engine asks for one exactly when nothing
lies there (findings 3).
"""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.attach import import_body, wanted_of
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.jobs import still_working
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done, Failed
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


class MakeDomain:
    """Makes a domain where none lies."""

    def __init__(self, client: Client, call_timeout: float) -> None:
        self._client = client
        self._call_timeout = call_timeout

    def do(self, step: Step) -> Answer:
        domain = wanted_of(step)
        # The engine imports no local domain, so it would make one anyway (contract 03, 3.2).
        taken = None if domain.type == "localfs" else self._lies_there(step)
        if taken is not None:
            return taken
        self._client.post(
            "/storagedomains",
            import_body(domain, str(step.details["host"]), new=True),
            step=step.id,
            subject=f"domain {domain.label}",
            timeout=self._call_timeout,
        )
        return Done("made")

    def look(self, step: Step) -> bool | None:
        if any(other.name == wanted_of(step).name for other in reads.domains(self._client)):
            return True
        return None if still_working(self._client, step) else False

    def _lies_there(self, step: Step) -> Failed | None:
        """A failure that names the domain on the path, which is forgotten again; None when there is none."""
        domain = wanted_of(step)
        try:
            answer = self._client.post(
                "/storagedomains",
                import_body(domain, str(step.details["host"])),
                step=f"ask:{domain.name}",
                subject=f"domain {domain.label}",
                timeout=self._call_timeout,
            )
        except Fault as fault:
            if fault.status == 400 and "[name]" in fault.detail:
                return None
            raise
        if answer is None:
            return Failed(f"The engine did not say what lies on {domain.place}; nothing was made")
        came = Domain.from_xml(answer)
        self._client.delete(
            f"/storagedomains/{came.id}",
            query={"host": str(step.details["host"])},
            step=f"forget:{came.id}",
            subject=f"domain {came.name}",
            timeout=self._call_timeout,
        )
        return Failed(
            f"{domain.place} holds a domain already: {came.name} ({came.id}). Nothing was made, and it was not "
            "touched. To have it, give its id and leave 'create' out"
        )
