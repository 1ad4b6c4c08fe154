# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``chap`` of all modules that have hosts sign in to iSCSI targets."""

from __future__ import annotations


class ModuleDocFragment:
    """CHAP users and passwords by target."""

    DOCUMENTATION = r"""
options:
  chap:
    description:
      - CHAP users and passwords by target, for what leads to that target and names no user itself. So they need not
        stand with every domain, connection or LUN. Targets that nothing names are no error.
    type: list
    elements: dict
    suboptions:
      target:
        description:
          - The name (IQN) of the target.
        type: str
        required: true
      login:
        description:
          - What the host signs in with.
        type: dict
        required: true
        suboptions:
          username:
            description:
              - The CHAP user.
            type: str
            required: true
          password:
            description:
              - The CHAP password.
            type: str
            required: true
"""
