# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A domain that somebody else brought where it should be meanwhile is no failure; anything else that is refused is."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.detach import Deactivate, Detach, DetachSettings
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.actions import Done
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import parse

SETTINGS = DetachSettings(timeout=600, call_timeout=600, force=False)
BUSY = "[Cannot deactivate Storage. Related operation is currently in progress. Please try again later.]"


class Engine:
    """An engine that refuses what is written, and lists one domain with this status, or none."""

    def __init__(self, status: str, fault: Fault) -> None:
        self.listed = (
            f'<storage_domain id="d"><name>web</name><status>{status}</status></storage_domain>' if status else ""
        )
        self.fault = fault

    def get(self, path, **more):
        assert path == "/datacenters/dc/storagedomains"
        return parse(f"<storage_domains>{self.listed}</storage_domains>".encode())

    def post(self, path, body, **more):
        raise self.fault

    def delete(self, path, **more):
        raise self.fault


def step(action: str) -> Step:
    return Step(f"{action}:d", action, "domain", "web", "d", {"data_center": "dc", "status": "active", "host": ""})


@pytest.mark.parametrize(
    ("kind", "status", "code", "detail", "fine"),
    [
        (Deactivate, "maintenance", 409, "[The relevant Storage Domain's status is Maintenance.]", True),
        (Deactivate, "active", 409, "[VMs in a state other than Down were detected.]", False),
        (Deactivate, "maintenance", 409, BUSY, False),
        (Deactivate, "maintenance", 403, "[User is not authorized to perform this action.]", False),
        (Deactivate, "", 409, "[Something]", False),
        (Detach, "", 404, "", True),
        (Detach, "maintenance", 404, "", False),
        (Detach, "", 409, "[Something]", False),
    ],
)
def test_somebody_else_was_faster(kind, status, code, detail, fine):
    action = kind(Engine(status, Fault(code, "Operation Failed", detail)), SETTINGS)
    if not fine:
        with pytest.raises(Fault):
            action.do(step("x"))
        return
    answer = action.do(step("x"))
    assert isinstance(answer, Done)
    assert answer.already
    assert "by somebody else" in answer.message
