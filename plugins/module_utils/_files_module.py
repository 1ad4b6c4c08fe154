# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of a module that only reads files where it runs: no engine, no write, in whatever mode."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.libraries import missing_library


def run_on_files(flow: Callable[[Mapping[str, t.Any]], Mapping[str, t.Any]], options: Mapping[str, t.Any]) -> None:
    """Run ``flow`` with the parameters and return what it found."""
    module = AnsibleModule(argument_spec=dict(options), supports_check_mode=True)
    missing = missing_library()
    if missing is not None:
        module.fail_json(msg=missing_required_lib(missing.name), exception=missing.trace)
    try:
        answer = flow(module.params)
    except DrError as error:
        module.fail_json(msg=str(error), failure=error.failure())
    module.exit_json(changed=False, **answer)
