# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of all modules that change an engine: waiting, concurrency, journal."""

from __future__ import annotations


class ModuleDocFragment:
    """The same options with the same meaning in every module that carries out steps."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the engine shows the wanted state. Without, the module returns when the engine has
        accepted the last request.
    type: bool
    default: true
  timeout:
    description:
      - How many seconds to wait for one object to reach the wanted state. The error names the state last seen.
    type: float
    default: 600
  poll_interval:
    description:
      - How many seconds lie at most between two looks at the engine. The first looks come sooner; a look that takes the
        engine long makes the next pause longer.
    type: float
    default: 5
  concurrency:
    description:
      - How many requests may be in flight at once, from 1 to 64. Fewer are sent while the engine answers slowly.
    type: int
    default: 8
  on_failure:
    description:
      - What to do after a required object has failed. V(continue) goes on with all that does not need it. V(stop)
        begins nothing more; what was begun goes on to its end.
      - The module fails in the end in both cases.
    type: str
    choices: [continue, stop]
    default: continue
  journal:
    description:
      - A file, where the module runs, to which one line of JSON is added when a step starts and when it ends. It is
        made with mode C(0600) and never holds secrets.
    type: path
  run_id:
    description:
      - What the correlation ids of this run's requests start with, so that the engine's jobs and events can be told
        apart by run. Eight digits or lower-case letters; made up when not given.
    type: str
"""
