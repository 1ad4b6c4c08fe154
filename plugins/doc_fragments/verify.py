# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the modules that register on what is compared afterwards."""

from __future__ import annotations


class ModuleDocFragment:
    """What is compared with the inventory, what comes of a difference, and what is given again."""

    DOCUMENTATION = r"""
options:
  verify:
    description:
      - How it is found out what the engine left out of what it registered. It leaves out without a failure what it
        cannot map, such as roles, users, affinity groups and labels, vNIC profiles, and tells only some of it.
      - V(full) compares each entity with O(inventory), as the mappings make it, and reads the engine's events too.
        Entities that are registered already, and are named, are compared as well, so that a further run says the same.
        It costs about ten requests and three more for each 100 VMs.
      - V(events) only reads the events of this run.
      - V(none) does neither.
      - V(full) when there is an O(inventory) and V(events) when there is none, unless said otherwise. With
        O(wait=false) nothing is compared.
    type: str
    choices: [full, events, none]
  strict:
    description:
      - Kinds of differences from O(inventory) that fail the entity, which stays registered. Others are told in
        RV(ignore:differences) only.
      - V(disks) are missing disks, V(active) whether a disk is active, V(attachments) its interface, whether it is
        bootable or read-only and the like, V(luns) which LUN it is.
      - V(vnics) are missing NICs, those bound to another vNIC profile or to none, plugged or linked otherwise. V(macs)
        are other MAC addresses.
      - V(roles) and V(users) are permissions for which the engine has no role, or no user or group, of the name that
        they should be of. V(permissions) are others that are missing, see O(permissions).
      - V(quota) counts where the data center uses quotas.
    type: list
    elements: str
    choices:
      - disks
      - active
      - attachments
      - snapshots
      - vnics
      - macs
      - luns
      - roles
      - users
      - permissions
      - affinity_groups
      - affinity_labels
      - quota
      - lease
      - high_availability
      - template
  permissions:
    description:
      - What is done about permissions that O(inventory) tells of and the registered entity lacks, though the engine has
        the role and the user or group.
      - V(restore) gives them again, V(as_is) only tells them.
    type: str
    choices: [as_is, restore]
    default: as_is
"""
