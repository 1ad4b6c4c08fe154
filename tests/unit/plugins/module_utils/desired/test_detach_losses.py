# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a detach loses or leaves behind: each kind with its names, and short enough for a warning."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.detach_losses import find_losses, shortened
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.leaving import Finding
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.leaving import Image
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.desired.test_detach_blockers import (
    DB,
    MASTER,
    WEB,
    estate,
    images,
    kinds,
    template,
    vm,
)

LUN = {"lun": Image("lun", "lun", frozenset(), lun=True)}
SHARED = images("s@web", shareable=True)
CASES = {
    "nothing": (estate(vm("v", "d@web"), disks=["d@web"]), []),
    "a direct LUN": (
        estate(vm("v", "d@web", "lun"), disks=["d@web"], extra=LUN),
        [("web", "direct_luns", ("v (lun)",))],
    ),
    "a direct LUN of a VM that stays": (
        estate(vm("v", "d@web", "e@db", "lun"), disks=["d@web", "e@db"], extra=LUN),
        [("web", "vms_losing_disks", ("v (d)",))],
    ),
    "a shareable disk here, of VMs here and elsewhere": (
        estate(vm("v", "d@web", "s@web"), vm("w", "e@db", "s@web"), disks=["d@web", "e@db"], extra=SHARED),
        [("web", "vms_losing_disks", ("w (s)",)), ("web", "shareable_disks", ("v (s)", "w (s)"))],
    ),
    "a template that keeps a copy elsewhere loses nothing": (
        estate(template("t", "d@web+db"), disks=["d@web+db"]),
        [],
    ),
    "a template with a further disk elsewhere": (
        estate(template("t", "d@web", "e@db"), disks=["d@web", "e@db"]),
        [("web", "templates_losing_disks", ("t (d)",))],
    ),
    "a thin VM with a disk elsewhere": (
        estate(vm("v", "d@web", "e@db", template_id="id-t"), template("t", "f@web"), disks=["d@web", "e@db", "f@web"]),
        [("web", "vms_leaving_with_template", ("v",))],
    ),
    "versions leave with their base": (
        estate(
            vm("v", "d@web", "e@db", template_id="id-t2"),
            template("t", "f@web"),
            template("t2", "g@db", base_id="id-t"),
            disks=["d@web", "e@db", "f@web", "g@db"],
        ),
        [("web", "vms_leaving_with_template", ("v",))],
    ),
    "permissions": (
        estate(vm("v", "d@web", permissions=(("alice", "UserRole"),)), disks=["d@web"]),
        [("web", "permissions", ("v (UserRole of alice)",))],
    ),
    "leases": (
        estate(
            vm("v", "d@web", lease_domain_id="id-web"),
            vm("w", "e@db", lease_domain_id="id-web"),
            disks=["d@web", "e@db"],
        ),
        [("web", "leases_going", ("v",)), ("web", "leases_lost", ("w",))],
    ),
    "floating disks, but not OVF stores": (
        estate(disks=["f@web"], extra=images("o@web", content_type="ovf_store")),
        [("web", "floating_disks", ("f",))],
    ),
    "a paused upload": (
        estate(vm("v", "d@web"), disks=["d@web"], transfers={"d": "paused_system"}),
        [("web", "paused_transfers", ("d",))],
    ),
    "jobs that name it": (
        estate(jobs=("Moving Disk a from web to db", "Importing VM web01", "Adding web-2")),
        [("web", "jobs", ("Moving Disk a from web to db",))],
    ),
    "a VM on the master and on what leaves before it": (
        estate(vm("v", "d@master", "e@web"), disks=["d@master", "e@web"], leaving=(WEB, MASTER)),
        [("master", "shared_with_master", ("v",))],
    ),
    "a VM on two domains that both leave": (
        estate(vm("v", "d@db", "e@web"), disks=["d@db", "e@web"], leaving=(WEB, DB)),
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_kind_with_its_names(case):
    leaving, expected = CASES[case]
    assert kinds(find_losses(leaving)) == expected


def test_a_format_destroys_what_is_there():
    leaving = estate(vm("v", "d@web"), disks=["d@web", "f@web"], extra=images("o@web", content_type="ovf_store"))
    assert kinds(find_losses(leaving, formatted=True))[0] == ("web", "destroyed_disks", ("d", "f"))


def test_a_warning_names_twelve():
    names = tuple(f"v{number:02}" for number in range(15))
    assert shortened(Finding("web", "id", "k", "VMs do so", names)).endswith("v10, v11 and 3 more")
    assert shortened(Finding("web", "id", "k", "VMs do so", names[:2])) == "domain web: VMs do so: v00, v01"
