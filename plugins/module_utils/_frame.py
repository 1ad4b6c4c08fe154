# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module does first: libraries there, options in range, engine client made."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Mapping

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import resolve
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.libraries import missing_library

Params = Mapping[str, t.Any]

OLDEST_ENGINE = (4, 4)
CONCURRENCY: dict[str, t.Any] = {"type": "int", "default": 8}
MOST_CONCURRENCY = 64


def check_libraries(module: AnsibleModule) -> None:
    """End the module with a clear text when a Python library is missing where it runs."""
    missing = missing_library()
    if missing is not None:
        module.fail_json(msg=missing_required_lib(missing.name), exception=missing.trace)


def check_ranges(params: Params) -> None:
    """BadInput for a number among the common options that makes no sense."""
    if not 1 <= params["concurrency"] <= MOST_CONCURRENCY:
        raise BadInput(f"concurrency must be from 1 to {MOST_CONCURRENCY}, not {params['concurrency']}")
    for name in ("timeout", "poll_interval"):
        if name in params and params[name] <= 0:
            raise BadInput(f"{name} must be more than 0 seconds, not {params[name]:g}")


def open_client(module: AnsibleModule, clock: Clock, *, run_id: str | None = None, read_only: bool = False) -> Client:
    """The client of the engine that the option ``auth`` and the environment name, its version not yet asked for."""
    return Client(
        resolve(module.params["auth"], os.environ),
        concurrency=module.params["concurrency"],
        read_only=read_only or module.check_mode,
        run_id=run_id,
        clock=clock,
    )
