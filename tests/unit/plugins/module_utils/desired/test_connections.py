# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage connections: which one is meant, what stands in the way, and the order of maintenance, edit, activation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_blockers import Policy, Use
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_targets import targets
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connection_wishes import wishes
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.connections import (
    plan_connections,
    plan_removal,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.connections import Connection, LunDisk
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.desired.making import (
    allowed_order,
    domain,
    vm,
)
from hypothesis import given, settings
from hypothesis import strategies as st

ID = "0f73d87b-32d2-465d-9508-bf65cb7300{:02d}"
NFS = Connection(ID.format(1), "nfs", "nfs", "/web")
DB = Connection(ID.format(2), "nfs", "nfs", "/db", nfs_version="v4")
POSIX = Connection(ID.format(3), "posixfs", "pos", "/p", vfs_type="xfs")
ONE = Connection(ID.format(4), "iscsi", "192.0.2.1", port=3260, target="iqn.x", username="chap")
TWO = Connection(ID.format(5), "iscsi", "192.0.2.2", port=3260, target="iqn.x")
KNOWN = (NFS, DB, POSIX, ONE, TWO)
DOMAINS = (domain("web"), domain("db"), domain("erp", kind="iscsi"))
LINKS = {"id-web": (NFS.id,), "id-db": (DB.id,), "id-erp": (ONE.id, TWO.id)}
ALLOW = Policy(maintenance=True)


def meant(*options, absent=False, update_secret=False):
    asked = wishes(options, listed=True)
    return targets(asked, KNOWN, DOMAINS, LINKS, absent=absent, update_secret=update_secret)


@pytest.mark.parametrize(
    ("option", "found", "differs"),
    [
        ({"id": NFS.id, "address": "nfs"}, NFS, ()),
        ({"id": NFS.id.upper(), "address": "dr"}, NFS, ("address",)),
        ({"domains": ["web"], "path": "/x"}, NFS, ("path",)),
        ({"domains": ["id-erp"], "where": {"address": "192.0.2.1"}, "address": "192.0.2.9"}, ONE, ("address",)),
        # It was pointed there already: nothing has the former address any more.
        ({"domains": ["erp"], "where": {"address": "192.0.2.7"}, "address": "192.0.2.2"}, TWO, ()),
        ({"where": {"path": "/db"}, "nfs_timeo": 600, "nfs_retrans": 3}, DB, ("nfs_timeo", "nfs_retrans")),
        ({"type": "nfs", "address": "nfs", "path": "/web", "nfs_version": "auto"}, NFS, ()),
        ({"type": "nfs", "address": "nfs", "path": "/db", "nfs_version": "v3"}, DB, ("nfs_version",)),
        ({"type": "iscsi", "address": "192.0.2.1", "target": "iqn.x", "password": "p"}, ONE, ()),
        ({"type": "iscsi", "address": "192.0.2.1", "target": "iqn.x", "username": "u"}, ONE, ("username",)),
        ({"type": "iscsi", "address": "192.0.2.3", "target": "iqn.x"}, None, ()),
        ({"type": "glusterfs", "path": "vol", "address": "g"}, None, ()),
    ],
)
def test_which_connection_is_meant(option, found, differs):
    (target,) = meant(option)
    assert (target.known, target.differs) == (found, differs)


def test_a_password_is_a_reason_only_when_told_so():
    option = {"id": ONE.id, "password": "secret"}
    assert meant(option)[0].differs == ()
    (target,) = meant(option, update_secret=True)
    assert target.differs == ("password",)
    assert "secret" not in repr(target)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({}, "say which one is meant"),
        ({"id": "web"}, "'id' web is no id"),
        ({"id": ID.format(99)}, "no connection with the id"),
        ({"domains": ["nobody"], "path": "/x"}, "no storage domain 'nobody'"),
        ({"domains": ["erp"], "address": "x"}, "it could be any of 2 connections"),
        ({"domains": ["web"], "where": {"path": "/nowhere"}, "path": "/x"}, "that web uses with path /nowhere"),
        ({"type": "nfs", "address": "nfs"}, "'path' is needed for type nfs"),
        ({"type": "posixfs", "path": "/p"}, "'vfs_type' is needed for type posixfs"),
        ({"type": "localfs"}, "'path' is needed for type localfs"),
        ({"type": "iscsi", "address": "a"}, "'target' is needed for type iscsi"),
        ({"type": "nfs", "address": "nfs", "path": "web"}, "must begin with '/'"),
        ({"type": "nfs", "address": "nfs", "path": "/a:b"}, "holds a colon"),
        ({"type": "posixfs", "vfs_type": "nfs", "path": "nas:/b"}, "give the part before it as 'address'"),
        ({"type": "nfs", "address": "nfs", "path": ""}, "'path' must not be empty"),
        ({"id": NFS.id, "nfs_timeo": 0}, "'nfs_timeo' must be from 1 to 6000, not 0"),
        ({"id": NFS.id, "nfs_retrans": 32768}, "'nfs_retrans' must be from 0 to 32767"),
        ({"id": ONE.id, "port": 99999}, "'port' must be from 1 to 65535, not 99999"),
        ({"id": NFS.id, "target": "iqn.y"}, "'target' is none of the details of type nfs"),
        ({"id": NFS.id, "password": "p"}, "'password' is none of the details of type nfs"),
        ({"id": ONE.id, "path": "/x"}, "'path' is none of the details of type iscsi"),
        ({"id": NFS.id, "mount_options": "rw,VERS=4,timeo=3"}, "sets these mount options itself: timeo, vers"),
        ({"id": NFS.id, "type": "posixfs", "path": "/x"}, "a connection's type never changes"),
        ({"id": NFS.id, "path": "/db"}, f"nfs:/db is taken by connection {DB.id}"),
        ({"id": TWO.id, "address": "192.0.2.1"}, f"is taken by connection {ONE.id}"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(option, words):
    with pytest.raises(BadInput) as told:
        meant(option)
    assert words in str(told.value)
    assert "connections[1]" in str(told.value)


def test_two_wishes_for_one_connection_or_one_place_are_refused():
    with pytest.raises(BadInput, match=r"connections\[1\] and connections\[2\] mean the same"):
        meant({"id": NFS.id, "path": "/x"}, {"domains": ["web"], "path": "/y"})
    with pytest.raises(BadInput, match=r"connections\[2\]: nfs:/x is taken by connections\[1\]"):
        meant({"id": NFS.id, "path": "/x"}, {"id": DB.id, "path": "/x"})


def test_all_mistakes_are_told_at_once():
    with pytest.raises(BadInput) as told:
        meant({"id": ID.format(99)}, {"domains": ["nobody"]}, {"id": NFS.id, "target": "x"})
    assert all(f"connections[{number}]" in str(told.value) for number in (1, 2, 3))


# -- what stands in the way

BUSY = Use(domains=(domain("web"),), vms={"id-web": (vm("w2", status="up"), vm("w1", status="unknown"), vm("w3"))})
LUN = LunDisk("id-lun", "lun01", "36001", frozenset({(ONE.address, ONE.port, ONE.target)}))


@pytest.mark.parametrize(
    ("use", "policy", "words"),
    [
        (BUSY, Policy(), "is used by domain web, which is active, with these VMs on it: w1, w2; bring it"),
        (BUSY, ALLOW, "domain web is held by VMs that are not down: w1, w2; shut them down"),
        (Use((domain("web"), domain("db"))), ALLOW, "is used by several domains (db, web)"),
        (Use((domain("hosted_storage"),)), ALLOW, "domain hosted_storage carries the hosted engine"),
        (Use((domain("web", status="unknown"),)), ALLOW, "say 'storage_lost: true'"),
        (Use(plugged=(vm("a", status="up"),)), ALLOW, "LUN disks on it are plugged into VMs that are not down: a"),
        (Use(plugged=(vm("a", status="suspended"),)), Policy(True, True), "plugged into suspended VMs: a"),
    ],
)
def test_each_blocker_in_its_words(use, policy, words):
    found = meant({"id": NFS.id, "address": "dr"})
    with pytest.raises(BadInput) as told:
        plan_connections(found, {NFS.id: use}, policy)
    assert words in str(told.value)
    assert str(told.value).startswith("Nothing was changed. ")


@pytest.mark.parametrize("option", [{"type": "glusterfs", "path": "vol"}, {"id": ID.format(9), "path": "vol2"}])
def test_gluster_needs_a_host(option):
    gluster = Connection(ID.format(9), "glusterfs", "g", "vol9", vfs_type="glusterfs")
    found = targets(wishes([option], listed=False), [gluster], (), {})
    with pytest.raises(BadInput, match="'host' is needed for type glusterfs"):
        plan_connections(found, {}, Policy())
    assert plan_connections(found, {}, Policy(host="h1")).steps


@pytest.mark.parametrize("status", ["maintenance", "unattached"])
def test_a_resting_domain_hinders_no_edit(status):
    use = {NFS.id: Use((domain("web", status=status, center="" if status == "unattached" else "dc"),))}
    plan = plan_connections(meant({"id": NFS.id, "address": "dr"}), use, Policy())
    assert [step.action for step in plan.steps] == ["edit"]


def test_a_domain_that_nobody_can_bring_to_maintenance_is_edited_by_force_when_its_storage_is_gone():
    use = {NFS.id: Use((domain("web", status="unknown"),))}
    plan = plan_connections(meant({"id": NFS.id, "address": "dr"}), use, Policy(True, storage_lost=True))
    assert [(step.action, step.details.get("force")) for step in plan.steps] == [("edit", True), ("activate", None)]


def test_a_plugged_lun_is_freed_before_the_edit():
    use = {ONE.id: Use(disks=(LUN,), plugged=(vm("a", status="up"), vm("b")))}
    plan = plan_connections(meant({"id": ONE.id, "address": "192.0.2.9"}), use, Policy(stop_vms=True))
    assert [step.id for step in plan.steps] == ["down:id-a", f"edit:{ONE.id}"]
    assert plan.steps[1].after == {"down:id-a"}


def test_one_domain_on_two_connections_goes_down_and_up_once():
    use = {item.id: Use((domain("erp", kind="iscsi"),)) for item in (ONE, TWO)}
    found = meant({"id": ONE.id, "address": "192.0.2.8"}, {"id": TWO.id, "address": "192.0.2.9"})
    plan = plan_connections(found, use, ALLOW)
    assert [step.id for step in allowed_order(plan.steps)] == [
        "deactivate:id-erp",
        f"edit:{TWO.id}",
        f"edit:{ONE.id}",
        "activate:id-erp",
    ]


def test_removal_names_everything_that_uses_a_connection():
    use = {NFS.id: Use((domain("web"),)), ONE.id: Use((domain("erp"), domain("arc")), (LUN,))}
    with pytest.raises(BadInput) as told:
        plan_removal(meant({"id": NFS.id}, {"id": ONE.id}, {"id": DB.id}, absent=True), use, "")
    assert "nfs:/web" in str(told.value)
    assert "the storage domains web" in str(told.value)
    assert "the storage domains arc, erp and by the LUN disks lun01" in str(told.value)
    assert "nfs:/db" not in str(told.value)


def test_removal_of_what_is_not_there_is_nothing():
    found = meant({"id": DB.id}, {"id": ID.format(99)}, {"type": "nfs", "address": "n", "path": "/n"}, absent=True)
    plan = plan_removal(found, {}, "h1")
    assert [(step.id, step.details["host"]) for step in plan.steps] == [(f"remove:{DB.id}", "h1")]
    assert [outcome.state for outcome in plan.outcomes] == ["already", "already"]


# -- the order, whatever the estate

STATUSES = ("active", "inactive", "maintenance", "locked", "preparing_for_maintenance", "unattached", "unknown")


@st.composite
def estates(draw):
    """Connections with one domain each in two data centers, of which at most one each is the master."""
    masters = set()
    found = []
    for number in range(draw(st.integers(1, 6))):
        status, center = draw(st.sampled_from(STATUSES)), draw(st.sampled_from(("dc", "other")))
        master = status not in ("unattached", "maintenance") and center not in masters and draw(st.booleans())
        if master:
            masters.add(center)
        made = domain(f"d{number}", status=status, master=master, center="" if status == "unattached" else center)
        vms = tuple(vm(f"v{number}-{state}", status=state) for state in draw(st.sets(st.sampled_from(("up", "down")))))
        item = Connection(ID.format(number), "nfs", "nfs", f"/d{number}")
        found.append((item, Use((made,), vms={made.id: vms}), draw(st.booleans())))
    return found


@settings(max_examples=150, deadline=None)
@given(estates())
def test_vms_then_domains_then_edits_then_domains(estate):
    known = [item for item, _use, _moves in estate]
    use = {item.id: used for item, used, _moves in estate}
    domains = {used.domains[0].id: used.domains[0] for used in use.values()}
    asked = wishes([{"id": item.id, "address": "dr" if moves else "nfs"} for item, _use, moves in estate], listed=True)
    policy = Policy(maintenance=True, stop_vms=True, storage_lost=True)
    plan = plan_connections(targets(asked, known, (), {}), use, policy)
    status = {key: one.status for key, one in domains.items()}
    moved = {}
    off = set()
    for step in allowed_order(plan.steps):
        if step.action == "down":
            off.add(step.target_id)
        elif step.action == "deactivate":
            here = domains[step.target_id]
            held = next(used.vms[here.id] for used in use.values() if here in used.domains)
            assert {vm_.id for vm_ in held if vm_.status == "up"} <= off
            if here.master:
                others = [one for one in domains.values() if one.data_center_ids == here.data_center_ids]
                going = {other.target_id for other in plan.steps if other.action == "deactivate"} - {here.id}
                assert all(status[one.id] == "maintenance" for one in others if one.id in going)
            status[step.target_id] = "maintenance"
        elif step.action == "edit":
            resting = ("maintenance", "unattached", "unknown")
            assert all(status[one.id] in resting for one in use[step.target_id].domains)
            moved[step.target_id] = "dr"
        else:
            assert step.action == "activate"
            here = domains[step.target_id]
            masters = [one for one in domains.values() if one.master and one.data_center_ids == here.data_center_ids]
            if not here.master and any(f"activate:{one.id}" == other.id for one in masters for other in plan.steps):
                assert all(status[one.id] == "active" for one in masters)
            status[step.target_id] = "active"
    assert set(moved) == {item.id for item, _use, moves in estate if moves}
    assert all(state in ("active", "unattached") for state in status.values())

    # What came of it needs nothing more.
    then = [replace(item, address=moved.get(item.id, item.address)) for item in known]
    after = {key: Use(tuple(replace(one, status=status[one.id]) for one in used.domains)) for key, used in use.items()}
    again = plan_connections(targets(asked, then, (), {}), after, policy)
    assert again.steps == ()
    assert len(again.outcomes) == len(known)
