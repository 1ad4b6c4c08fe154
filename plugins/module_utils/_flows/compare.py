# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""inventory_compare_info: what differs between two inventories."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.compare_sites import (
    Asked,
    compare_inventories,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import mappings_from
from ansible_collections.ovirt_dr.storage.plugins.module_utils._inventory import read_inventory

MOST_OBJECTS = 1000
"""A result stays small enough for a task, however much differs; the counts tell of all."""


def compared(params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What differs; see the module inventory_compare_info for the options and the shape."""
    was = read_inventory(params["before"], params["before_site"])
    now = read_inventory(params["after"], params["after_site"] or params["before_site"])
    asked = Asked(
        vms=params["vms"],
        templates=params["templates"],
        disks=params["disks"],
        mappings=mappings_from(params["mappings"]),
        renamed={pair["from"]: pair["to"] for pair in params["renamed"] or ()},
        ignore=params["ignore"] or (),
        additional=params["additional"],
    )
    made = compare_inventories(was, now, asked)
    shown = made.found[:MOST_OBJECTS]
    kinds = Counter(one.kind for object_ in made.found for one in object_.differences)
    return {
        "same": not made.found,
        "compared": {f"{kind}s": count for kind, count in made.compared.items()},
        "different": len(made.found),
        "kinds": dict(kinds),
        "differences": [
            {
                "kind": one.kind,
                "name": one.name,
                "id": one.id,
                "state": one.state,
                "differences": [difference.data() for difference in one.differences],
            }
            for one in shown
        ],
        "sentences": [words for one in shown for words in one.says()],
        "left_out": len(made.found) - len(shown),
    }
