# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SDK recovers a site: what lies on imported domains is listed and registered, with mappings."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.tests.clients.waiting import named, until

sdk = pytest.importorskip("ovirtsdk4", reason="the clients are not here")
types = pytest.importorskip("ovirtsdk4.types", reason="the clients are not here")

FILES = ("data-db", "data-web")
SAN = {"address": "192.0.2.150", "port": 3260, "target": "iqn.2026-01.example.site-b:san"}
UNREGISTERED = {"unregistered": "true"}


@pytest.fixture(scope="module")
def domains(primary: t.Any, recovery: t.Any) -> dict[str, t.Any]:
    """The domains of the main site, imported and active at the second one: name -> service."""
    service, host = recovery.storage_domains_service(), types.Host(name="hv-b1")
    center = recovery.data_centers_service().data_center_service(recovery.data_centers_service().list()[0].id)
    hosts = recovery.hosts_service()
    hosts.host_service(named(hosts, "hv-b1").id).iscsi_login(iscsi=types.IscsiDetails(**SAN))
    erp = named(primary.storage_domains_service(), "data-erp")
    wanted = [
        types.StorageDomain(
            type=types.StorageDomainType.DATA,
            host=host,
            import_=True,
            storage=types.HostStorage(type=types.StorageType.NFS, address="nfs-b.example", path=f"/exports/{name}"),
        )
        for name in FILES
    ]
    wanted.append(
        types.StorageDomain(
            id=erp.id,
            type=types.StorageDomainType.DATA,
            host=host,
            import_=True,
            storage=types.HostStorage(type=types.StorageType.ISCSI),
        )
    )
    found = {}
    for domain in wanted:
        made = service.add(domain)
        center.storage_domains_service().add(types.StorageDomain(id=made.id))
        one = center.storage_domains_service().storage_domain_service(made.id)
        until(lambda one=one: one.get().status, types.StorageDomainStatus.ACTIVE)
        found[made.name] = service.storage_domain_service(made.id)
    assert set(found) == {"data-db", "data-web", "data-erp"}
    return found


def unregistered(domain: t.Any, kind: str) -> dict[str, str]:
    service = getattr(domain, f"{kind}_service")()
    return {one.name or one.alias: one.id for one in service.list(query=UNREGISTERED)}


def test_what_lies_there_is_listed(domains: dict[str, t.Any]) -> None:
    assert set(unregistered(domains["data-erp"], "vms")) >= {"db01", "db02"}
    assert set(unregistered(domains["data-web"], "vms")) >= {"app01", "file01", "web01"}
    assert set(unregistered(domains["data-web"], "templates")) == {"tmpl-debian12"}
    assert unregistered(domains["data-db"], "disks")


def test_templates_vms_and_disks_are_registered(domains: dict[str, t.Any], recovery: t.Any) -> None:
    cluster = types.Cluster(name="dr")
    for domain in domains.values():
        templates = domain.templates_service()
        # The first version of a template before those that build on it.
        rows = sorted(templates.list(query=UNREGISTERED), key=lambda row: row.version.version_number)
        for row in rows:
            templates.template_service(row.id).register(cluster=cluster)
    assert {one.name for one in recovery.templates_service().list()} == {"Blank", "tmpl-debian12", "tmpl-win2022"}

    profile = named(recovery.vnic_profiles_service(), "frontend")
    configuration = types.RegistrationConfiguration(
        cluster_mappings=[
            types.RegistrationClusterMapping(from_=types.Cluster(name="prod"), to=types.Cluster(name="dr"))
        ],
        vnic_profile_mappings=[
            types.RegistrationVnicProfileMapping(
                from_=types.VnicProfile(name="frontend", network=types.Network(name="frontend")),
                to=types.VnicProfile(id=profile.id),
            )
        ],
        lun_mappings=[
            types.RegistrationLunMapping(
                from_=types.Disk(
                    lun_storage=types.HostStorage(
                        logical_units=[types.LogicalUnit(id="360014055a5a5a5a0000000200000002")]
                    )
                ),
                to=types.Disk(
                    lun_storage=types.HostStorage(
                        type=types.StorageType.ISCSI,
                        logical_units=[types.LogicalUnit(id="360014055b5b5b5b0000000200000002", **SAN)],
                    )
                ),
            )
        ],
    )
    for domain in domains.values():
        vms = domain.vms_service()
        for name, identity in unregistered(domain, "vms").items():
            vms.vm_service(identity).register(
                registration_configuration=configuration, allow_partial_import=False, reassign_bad_macs=False
            )
            assert recovery.vms_service().vm_service(identity).get().name == name
    came = {vm.name: vm for vm in recovery.vms_service().list()}
    assert len(came) == 15
    assert {vm.cluster.id for vm in came.values()} == {named(recovery.clusters_service(), "dr").id}
    attachments = recovery.vms_service().vm_service(came["file01"].id).disk_attachments_service()
    units = [one.disk.lun_storage for one in attachments.list(follow="disk") if one.disk.lun_storage]
    assert [unit.id for storage in units for unit in storage.logical_units] == ["360014055b5b5b5b0000000200000002"]
    assert all(unregistered(domain, "vms") == {} for domain in domains.values())

    center = recovery.data_centers_service().data_center_service(recovery.data_centers_service().list()[0].id)
    for name, domain in domains.items():
        attached = center.storage_domains_service().storage_domain_service(
            named(center.storage_domains_service(), name).id
        )
        for identity in unregistered(domain, "disks").values():
            attached.disks_service().disk_service(identity).register()
        assert unregistered(domain, "disks") == {}


def test_they_run(domains: dict[str, t.Any], recovery: t.Any) -> None:
    vms = recovery.vms_service()
    for vm in vms.list():
        if vm.name != "pxe01":
            vms.vm_service(vm.id).start()
    until(lambda: {vm.status for vm in vms.list() if vm.name != "pxe01"}, {types.VmStatus.UP})
    assert {job.status for job in recovery.jobs_service().list()} <= {types.JobStatus.FINISHED, types.JobStatus.STARTED}
    assert recovery.events_service().list(max=5)


def test_a_domain_leaves_again_with_its_vms(domains: dict[str, t.Any], recovery: t.Any) -> None:
    vms = recovery.vms_service()
    for vm in vms.list():
        if vm.status != types.VmStatus.DOWN:
            vms.vm_service(vm.id).stop()
    until(lambda: {vm.status for vm in vms.list()}, {types.VmStatus.DOWN})
    center = recovery.data_centers_service().data_center_service(recovery.data_centers_service().list()[0].id)
    one = center.storage_domains_service().storage_domain_service(domains["data-web"].get().id)
    one.deactivate()
    until(lambda: one.get().status, types.StorageDomainStatus.MAINTENANCE)
    one.remove()
    assert "web01" not in {vm.name for vm in vms.list()}
