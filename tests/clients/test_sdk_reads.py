# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SDK signs in and reads everything that storage moves and recoveries ask for."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.clients.conftest import connect
from ansible_collections.ovirt_dr.storage.tests.clients.waiting import named

sdk = pytest.importorskip("ovirtsdk4", reason="the clients are not here")
types = pytest.importorskip("ovirtsdk4.types", reason="the clients are not here")

COLLECTIONS = (
    "affinity_labels",
    "clusters",
    "cpu_profiles",
    "data_centers",
    "disk_profiles",
    "disks",
    "domains",
    "events",
    "groups",
    "hosts",
    "icons",
    "instance_types",
    "jobs",
    "mac_pools",
    "networks",
    "operating_systems",
    "roles",
    "scheduling_policies",
    "storage_connections",
    "storage_domains",
    "tags",
    "templates",
    "users",
    "vm_pools",
    "vms",
    "vnic_profiles",
)
OF_A_VM = (
    "affinity_labels",
    "applications",
    "cdroms",
    "disk_attachments",
    "graphics_consoles",
    "host_devices",
    "nics",
    "numa_nodes",
    "permissions",
    "reported_devices",
    "sessions",
    "snapshots",
    "statistics",
    "tags",
    "watchdogs",
)
OF_A_TEMPLATE = ("cdroms", "disk_attachments", "graphics_consoles", "nics", "permissions", "tags", "watchdogs")
OF_A_DOMAIN = (
    "disk_profiles",
    "disk_snapshots",
    "disks",
    "files",
    "permissions",
    "storage_connections",
    "templates",
    "vms",
)
OF_A_HOST = (
    "affinity_labels",
    "devices",
    "hooks",
    "network_attachments",
    "nics",
    "permissions",
    "statistics",
    "storage",
    "tags",
)


def below(service: t.Any, names: t.Iterable[str]) -> dict[str, list[t.Any]]:
    return {name: getattr(service, f"{name}_service")().list() for name in names}


def test_it_signs_in_and_out(twin: Twin) -> None:
    connection = connect(twin, "primary")
    assert connection.test(raise_exception=True)
    token = connection.authenticate()
    version = connection.system_service().get().product_info.version
    assert (version.major, version.minor) == (4, 5)
    other = connect(twin, "primary", username=None, password=None, token=token)
    assert other.system_service().vms_service().list(max=1)
    other.close(logout=False)
    connection.close()
    with pytest.raises(sdk.AuthError):
        connect(twin, "primary", username=None, password=None, token=token).test(raise_exception=True)


@pytest.mark.parametrize("wrong", [{"password": "x"}, {"username": "nobody@internal"}, {"username": "admin"}])
def test_a_wrong_user_or_password_is_refused(twin: Twin, wrong: dict[str, str]) -> None:
    connection = connect(twin, "primary", **wrong)
    assert not connection.test()
    with pytest.raises(sdk.AuthError):
        connection.authenticate()


def test_every_collection(primary: t.Any) -> None:
    found = below(primary, COLLECTIONS)
    assert all(found[name] for name in ("clusters", "data_centers", "disks", "hosts", "networks", "roles", "templates"))
    assert all(found[name] for name in ("disk_profiles", "mac_pools", "storage_connections", "users", "vnic_profiles"))
    assert {vm.name for vm in found["vms"]} >= {"db01", "dns01", "web01"}
    assert all(vm.id and vm.status and vm.cluster.id for vm in found["vms"])
    assert {domain.storage.type for domain in found["storage_domains"]} == {
        types.StorageType.NFS,
        types.StorageType.ISCSI,
    }


def test_all_of_a_vm_a_template_a_domain_and_a_host(primary: t.Any) -> None:
    vms = primary.vms_service()
    of_vm = below(vms.vm_service(named(vms, "db01").id), OF_A_VM)
    assert len(of_vm["disk_attachments"]) == 2
    assert of_vm["nics"]
    templates = primary.templates_service()
    for template in templates.list():
        below(templates.template_service(template.id), OF_A_TEMPLATE)
    domains = primary.storage_domains_service()
    of_domain = {one.name: below(domains.storage_domain_service(one.id), OF_A_DOMAIN) for one in domains.list()}
    assert {vm.name for vm in of_domain["data-erp"]["vms"]} >= {"db01", "db02"}
    assert [template.name for template in of_domain["data-db"]["templates"]] == ["tmpl-win2022"]
    assert all(found["storage_connections"] and found["disk_profiles"] for found in of_domain.values())
    hosts = primary.hosts_service()
    assert below(hosts.host_service(named(hosts, "hv-a1").id), OF_A_HOST)["storage"]
    clusters = primary.clusters_service()
    cluster = clusters.cluster_service(named(clusters, "prod").id)
    assert below(cluster, ("affinity_groups", "networks", "permissions"))["networks"]
    centers = primary.data_centers_service()
    center = centers.data_center_service(named(centers, "Production").id)
    assert {one.status for one in center.storage_domains_service().list()} == {types.StorageDomainStatus.ACTIVE}
    below(center, ("clusters", "networks", "quotas", "permissions"))


def test_it_searches_pages_and_follows(primary: t.Any, twin: Twin) -> None:
    vms = primary.vms_service()
    assert {vm.name for vm in vms.list(search="name=web* and status=down")} == {"web02", "web03", "web04"}
    assert [vm.name for vm in vms.list(search="name=web* sortby name desc", max=2)] == ["web04", "web03"]
    assert [vm.name for vm in vms.list(search="sortby name asc page 2", max=5)][:1] == ["dns01"]
    assert vms.list(search="name=nobody") == []
    (vm,) = vms.list(search="name=db01", follow="disk_attachments.disk,nics,cluster", all_content=True)
    assert {attachment.disk.alias for attachment in vm.disk_attachments} == {"db01_erp", "db01_os"}
    assert vm.cluster.name == "prod"
    assert len(vm.nics) == 1
    disks = primary.disks_service()
    assert [disk.alias for disk in disks.list(search="alias=db01_os")] == ["db01_os"]


def test_a_missing_object_is_an_error_of_its_own(primary: t.Any) -> None:
    with pytest.raises(sdk.NotFoundError):
        primary.vms_service().vm_service("00000000-0000-0000-0000-0000000000ff").get()


def test_block_storage_of_a_host(primary: t.Any) -> None:
    hosts = primary.hosts_service()
    host = hosts.host_service(named(hosts, "hv-a1").id)
    seen = {unit.id for storage in host.storage_service().list() for unit in storage.logical_units}
    assert "360014055a5a5a5a0000000100000001" in seen
    assert not any(unit.startswith("360014055b") for unit in seen)
    portal = types.IscsiDetails(address="192.0.2.150", port=3260)
    names = host.iscsi_discover(iscsi=portal)
    assert names == ["iqn.2026-01.example.site-b:san"]
    details = host.discover_iscsi(iscsi=portal)
    assert [one.target for one in details] == names
    host.iscsi_login(iscsi=types.IscsiDetails(address="192.0.2.150", port=3260, target=names[0]))
    seen = {unit.id for storage in host.storage_service().list() for unit in storage.logical_units}
    assert any(unit.startswith("360014055b") for unit in seen)
    # The SDK cannot name targets in this call, so it only looks at Fibre Channel.
    assert not host.unregistered_storage_domains_discover()
    with pytest.raises(sdk.Error, match="Failed discovery"):
        host.iscsi_discover(iscsi=types.IscsiDetails(address="192.0.2.199", port=3260))
