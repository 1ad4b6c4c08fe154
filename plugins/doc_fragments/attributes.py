# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module of the collection can do, in the same words: check mode, diff mode, idempotence, action group."""

from __future__ import annotations


class ModuleDocFragment:
    """A module names the fragment and says per attribute only C(support) and, where it is not full, C(details)."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description:
      - In check mode the module reads the engine, tells what it would do, and sends nothing that changes it.
  diff_mode:
    description:
      - In diff mode the module returns what differs between the present and the wanted state.
  idempotent:
    description:
      - Run again with the same options, and nothing else having changed, the module changes nothing.
"""

    # For modules that only look: they change nothing, in whatever mode.
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - The module only reads.
  diff_mode:
    support: N/A
    details:
      - The module only reads, there is nothing to compare.
  idempotent:
    support: full
    details:
      - The module only reads.
"""

    ACTIONGROUP_ENGINE = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/ovirt_dr.storage.engine) in C(module_defaults) to set options of all modules that speak to an
        engine, O(auth) before all, once for a play.
    support: full
    membership:
      - ovirt_dr.storage.engine
"""
