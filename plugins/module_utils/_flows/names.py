# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of a name against the names and patterns of an option."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import is_pattern


def any_of(given: Sequence[str] | None) -> Callable[[str], bool]:
    """A test that is True for a name that is one of ``given`` or matches one of its patterns."""
    names = frozenset(given or ())
    patterns = [name for name in names if is_pattern(name)]
    return lambda name: name in names or any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def none_of(given: Sequence[str] | None) -> Callable[[str], bool]:
    """The opposite of any_of()."""
    is_one = any_of(given)
    return lambda name: not is_one(name)
