# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``mappings`` of the modules that register, and of those that check a plan."""

from __future__ import annotations


class ModuleDocFragment:
    """What the source site calls something, and what the target has instead."""

    DOCUMENTATION = r"""
options:
  mappings:
    description:
      - What the source site calls something, and what is used in its place in the target.
      - Every target must exist; the engine itself would leave out silently what it cannot map.
      - What is not mapped keeps its name, if the target has something of that name.
    type: dict
    suboptions:
      clusters:
        description: Clusters, by name.
        type: list
        elements: dict
        suboptions: &pair
          from:
            description: The name at the source.
            type: str
            required: true
          to:
            description: The name in the target.
            type: str
            required: true
      vnic_profiles:
        description: What the NICs are bound to.
        type: list
        elements: dict
        suboptions:
          from:
            description: The profile at the source.
            type: dict
            required: true
            suboptions: &profile
              network:
                description: The name of the network.
                type: str
                required: true
              profile:
                description: The name of the vNIC profile on this network.
                type: str
                required: true
          to:
            description: The profile in the target. Left out, the NIC is bound to nothing.
            type: dict
            suboptions: *profile
      affinity_groups:
        description: Affinity groups, by name.
        type: list
        elements: dict
        suboptions: *pair
      affinity_labels:
        description: Affinity labels, by name.
        type: list
        elements: dict
        suboptions: *pair
      roles:
        description: Roles that users have on a VM or template, by name.
        type: list
        elements: dict
        suboptions: *pair
      user_domains:
        description:
          - The directories in which users with permissions are found in the target.
          - The engine itself looks a directory up by the login name of a user. So each pair is sent for every login of
            its directory, as an inventory of the source and O(mappings.user_domains[].users) tell. A name of which
            neither knows a user is taken for a login.
        type: list
        elements: dict
        suboptions:
          from:
            description: The name of the directory at the source, or one login name.
            type: str
            required: true
          to:
            description: The name of the directory in the target.
            type: str
            required: true
          users:
            description: Login names of the directory at the source, where no inventory tells them.
            type: list
            elements: str
      quotas:
        description:
          - Quotas, by name. A register takes none, so they are given after it, to each entity and each of its disks.
          - Which quota something had only an inventory tells.
        type: list
        elements: dict
        suboptions: *pair
      luns:
        description: Direct LUNs and the replicas that take their place.
        type: list
        elements: dict
        suboptions:
          from:
            description: The id of the LUN (its WWID) at the source.
            type: str
            required: true
          to:
            description: The LUN in the target. A VM's description holds no CHAP credentials, so they are given here.
            type: dict
            required: true
            suboptions:
              id:
                description: The id of the LUN (its WWID).
                type: str
                required: true
              type:
                description: How the hosts reach it.
                type: str
                choices: [iscsi, fcp]
                required: true
              address:
                description: The address of the iSCSI portal.
                type: str
              port:
                description: The port of the iSCSI portal.
                type: int
                default: 3260
              target:
                description: The name (IQN) of the iSCSI target.
                type: str
              username:
                description: The CHAP user.
                type: str
              password:
                description: The CHAP password.
                type: str
              alias:
                description: The name of the disk in the target; its own name when left out.
                type: str
"""
