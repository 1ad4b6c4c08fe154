# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A storage domain with VMs leaves a running engine and comes back: the modules against the last judge there is.

Not part of ``make test``. It stops the VMs of one domain and takes the domain out of the engine and in again, so it
asks for an engine and a domain that are there for tests, by name, and only ever on this machine:

    OVIRT_LIVE_URL=http://127.0.0.1:8800/ovirt-engine/api OVIRT_LIVE_USERNAME=admin@internal OVIRT_LIVE_PASSWORD=... \\
    OVIRT_LIVE_DATA_CENTER=Recovery OVIRT_LIVE_DOMAIN=data-web python -m pytest tests/live
"""

from __future__ import annotations

import typing as t
import urllib.parse

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import Credentials
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain, Vm
from ansible_collections.ovirt_dr.storage.tests.live.workshop import LIVE, LOOPBACK, run

pytestmark = pytest.mark.skipif(not all(LIVE.values()), reason="no running engine was named (OVIRT_LIVE_*)")


@pytest.fixture(scope="module")
def client() -> t.Iterator[Client]:
    """Reads what the engine says, beside the modules."""
    host = urllib.parse.urlsplit(LIVE["URL"]).hostname or ""
    assert host.startswith(LOOPBACK), "a live test never leaves this machine"
    with Client(Credentials(LIVE["URL"], LIVE["USERNAME"], LIVE["PASSWORD"]), read_only=True) as made:
        yield made


def attached(client: Client) -> Domain | None:
    """The domain as its data center lists it."""
    center = reads.data_center(client, LIVE["DATA_CENTER"])
    return next((one for one in reads.attached_domains(client, center.id) if one.name == LIVE["DOMAIN"]), None)


def statuses(client: Client, vms: t.Collection[Vm]) -> dict[str, str]:
    """The status of these VMs by name, of those that the engine knows."""
    found = reads.vms_by_ids(client, {vm.id for vm in vms})
    return {vm.name: vm.status for vm in found.values()}


def test_a_domain_leaves_and_comes_back_with_everything_on_it(client: Client) -> None:
    domain = attached(client)
    assert domain is not None, "begin with the domain attached"
    assert domain.status == "active", "begin with the domain active"
    vms = reads.domain_vms(client, domain.id)
    templates = client.get(f"/storagedomains/{domain.id}/templates")
    assert vms, "a domain without VMs shows nothing"
    names = sorted(vm.name for vm in vms)
    were_up = sorted(vm.name for vm in vms if vm.status == "up")

    if were_up:
        refused = run("storage_domain_detach", domains=[domain.name])
        assert refused["failed"]
        assert all(name in refused["msg"] for name in were_up)
        stopped = run("vm_power", vms=were_up, state="down", method="poweroff")
        assert stopped["ok"], stopped["msg"]

    planned = run("storage_domain_detach", domains=[domain.name], remove=True, check=True)
    assert planned["changed"]
    assert attached(client) == domain
    left = run("storage_domain_detach", domains=[domain.name], remove=True)
    assert left["ok"], left["msg"]
    assert left["changed"]
    assert attached(client) is None
    assert statuses(client, vms) == {}
    assert not run("storage_domain_detach", domains=[domain.name], remove=True)["changed"]

    place = {"id": domain.id, "name": domain.name, "address": domain.address, "path": domain.path}
    back = {"domains": [{**place, "type": domain.storage_type}]}
    assert run("storage_domain_attach", check=True, **back)["changed"]
    assert attached(client) is None
    assert run("storage_domain_attach", **back)["ok"]
    again = attached(client)
    assert again is not None
    assert again.status == "active"
    assert not run("storage_domain_attach", **back)["changed"]

    listed = run("unregistered_info", domains=[domain.name])
    assert sorted(vm["name"] for vm in listed["vms"]) == names
    assert len(listed["templates"]) == len(templates)

    assert run("unregistered_template_register", domains=[domain.name])["ok"]
    registered = run("unregistered_vm_register", domains=[domain.name], vms=names, reassign_bad_macs=True)
    assert registered["ok"], registered["msg"]
    assert statuses(client, vms) == dict.fromkeys(names, "down")
    assert not run("unregistered_vm_register", domains=[domain.name], vms=names)["changed"]

    if were_up:
        started = run("vm_power", vms=were_up)
        assert started["ok"], started["msg"]
        assert not run("vm_power", vms=were_up)["changed"]
    assert {name: status for name, status in statuses(client, vms).items() if status == "up"}.keys() == set(were_up)
