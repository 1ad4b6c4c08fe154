# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of the module that reads an engine and writes an estate file: the engine is only ever read."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import auth_argument_spec
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.clock import Clock
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.export import Exported, Wanted, export
from ansible_collections.ovirt_dr.storage.plugins.module_utils._frame import (
    CONCURRENCY,
    OLDEST_ENGINE,
    check_libraries,
    check_ranges,
    open_client,
)

MOST_WARNINGS = 20
"""A large estate that was read while it changed has more to tell than a screen should show; the result has all."""


def run_export(options: Mapping[str, t.Any], **constraints: t.Any) -> None:
    """Export what the options name. constraints: what AnsibleModule takes besides."""
    module = AnsibleModule(
        argument_spec={**auth_argument_spec(), "concurrency": CONCURRENCY, **options},
        supports_check_mode=True,
        **constraints,
    )
    check_libraries(module)
    params = module.params
    try:
        check_ranges(params)
        wanted = Wanted(params["site"], params["path"], params["into"], params["data_centers"] or ())
        with open_client(module, Clock(), read_only=True) as client:
            client.require(OLDEST_ENGINE)
            exported = export(client, wanted, write=not module.check_mode)
    except DrError as error:
        module.fail_json(msg=str(error), failure=error.failure(), changed=False)
    for sentence in (*exported.left_out[:MOST_WARNINGS], *client.warnings):
        module.warn(sentence)
    if len(exported.left_out) > MOST_WARNINGS:
        module.warn(f"and {len(exported.left_out) - MOST_WARNINGS} more, see left_out")
    module.exit_json(
        changed=exported.changed,
        path=exported.path,
        site=wanted.site,
        counts=exported.after,
        left_out=list(exported.left_out),
        diff=_diff(exported),
        requests=client.counts.reads,
    )


def _diff(exported: Exported) -> dict[str, str]:
    return {
        "before_header": exported.path,
        "after_header": exported.path,
        "before": _lines(exported.before),
        "after": _lines(exported.after),
    }


def _lines(counts: Mapping[str, int]) -> str:
    """Records per kind, a line each; nothing for a site that is not there."""
    return "".join(f"{key}: {number}\n" for key, number in counts.items()) if any(counts.values()) else ""
