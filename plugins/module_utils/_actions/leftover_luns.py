# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carry_out calls to remove the record of a leftover LUN disk: its attributes are saved first."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.jobs import still_working
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Answer, Done
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import ident

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.journal import Journal
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from lxml.etree import _Element as Element

# What is needed to make the disk again; the engine never tells CHAP passwords.
SAVED = (
    "alias",
    "description",
    "sgio",
    "shareable",
    "propagate_errors",
    "wipe_after_delete",
)
SAVED_OF_THE_LUN = ("address", "port", "target", "username", "size", "serial", "vendor_id", "product_id")


class ForgetLun:
    """Deletes the engine's record of a direct LUN; nothing is written to the LUN (contract 06, 6.2).

    saved: disk id -> the attributes that it had.
    """

    def __init__(self, client: Client, journal: Journal) -> None:
        self.saved: dict[str, dict[str, str]] = {}
        self._client = client
        self._journal = journal

    def do(self, step: Step) -> Answer:
        node = self._read(step)
        if node is None:
            return Done("is gone", already=True)
        saved = self.saved[step.target_id] = attributes(node)
        self._journal.note(f"LUN disk {step.name} ({step.target_id}) before removal: {json.dumps(saved)}")
        try:
            self._client.delete(f"/disks/{step.target_id}", step=step.id, subject=f"LUN disk {step.name}")
        except Fault as fault:
            if fault.status != 404:
                raise
            # Somebody else removed it since it was read.
            return Done("is gone", already=True)
        return Done("record removed, data stays on the LUN")

    def look(self, step: Step) -> bool | None:
        if self._read(step) is None:
            return True
        return None if still_working(self._client, step) else False

    def _read(self, step: Step) -> Element | None:
        try:
            return self._client.get(f"/disks/{step.target_id}", subject=f"LUN disk {step.name}")
        except Fault as fault:
            if fault.status == 404:
                return None
            raise


def attributes(node: Element) -> dict[str, str]:
    """The attributes of a LUN disk that are worth keeping, by the engine's names."""
    unit = node.find("lun_storage/logical_units/logical_unit")
    saved = {tag: node.findtext(tag) for tag in SAVED}
    if unit is not None:
        saved["lun"] = ident(unit)
        saved.update({tag: unit.findtext(tag) for tag in SAVED_OF_THE_LUN})
    return {tag: value for tag, value in saved.items() if value}
