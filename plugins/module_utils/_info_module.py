# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of a module that only reads: nothing but reads can leave it, in whatever mode."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import auth_argument_spec
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._frame import (
    CONCURRENCY,
    OLDEST_ENGINE,
    Params,
    check_libraries,
    check_ranges,
    open_client,
)


def run_info(
    flow: Callable[[Client, Params], Mapping[str, t.Any]], options: Mapping[str, t.Any], **constraints: t.Any
) -> None:
    """Run ``flow`` and return what it found. constraints: what AnsibleModule takes besides, e.g. required_together."""
    module = AnsibleModule(
        argument_spec={**auth_argument_spec(), "concurrency": CONCURRENCY, **options},
        supports_check_mode=True,
        **constraints,
    )
    check_libraries(module)
    try:
        check_ranges(module.params)
        with open_client(module, Clock(), read_only=True) as client:
            client.require(OLDEST_ENGINE)
            answer = flow(client, module.params)
    except DrError as error:
        module.fail_json(msg=str(error), failure=error.failure())
    module.exit_json(changed=False, **answer)
