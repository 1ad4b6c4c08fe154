# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that the register modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Where to register, from which domains, and what may go wrong."""

    DOCUMENTATION = r"""
options:
  data_center:
    description:
      - The data center, by name or id, whose attached domains hold the unregistered entities.
    type: str
    required: true
  domains:
    description:
      - The storage domains, by name or id, that are looked through. They must be attached and active.
      - In check mode a domain that is not attached yet is told in RV(ignore:not_proven).
    type: list
    elements: str
    required: true
  cluster:
    description:
      - The cluster, by name or id, for all of them. It wins over O(mappings.clusters), and O(each[].cluster) over it.
      - Without it each goes into the cluster that O(mappings.clusters) gives, or else into the one of its old name.
      - A cluster of another architecture is refused before anything is written, where the cluster is known by then. It
        is with this option, and with mappings when an O(inventory) knows where the entity comes from.
    type: str
  quota:
    description:
      - The quota, by name or id, of all of them and of all their image disks. It wins over O(mappings.quotas), and
        O(each[].quota) and O(each[].disk_quotas) over it. Without any of these quotas are left alone.
      - A register takes no quota. It is given directly after all registers, to the entity and to each disk, and read
        back; what is registered already is brought to it too.
      - Of what only a pattern names, an earlier run that was interrupted is completed; what has a quota keeps it.
      - A data center that enforces quotas is not written to while something that comes has none.
    type: str
  exclude:
    description:
      - Names, ids or patterns (C(*), C(?), C([...])) of those to leave alone.
    type: list
    elements: str
  partial:
    description:
      - Names or patterns of those that may come without the disks that are not there.
      - The whole is always tried first, so what came partially is known and told.
    type: list
    elements: str
  best_effort:
    description:
      - Names or patterns of those whose failure is told and does not fail the task.
    type: list
    elements: str
  inventory:
    description:
      - An inventory of the source site, as a file where the module runs. It tells what the engine's list of what is
        unregistered does not hold, such as disks, clusters, LUNs, quotas and users.
    type: path
  inventory_site:
    description:
      - The site in O(inventory) that the entities come from.
    type: str
"""
