# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One engine with two data centers: what is detached in one is attached and registered in the other."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.scripts.drill.ways import two_centers
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.plugin_utils.twin.test_failover import Engine


def test_a_domain_moves_to_the_other_data_center() -> None:
    with Twin(two_centers(load(DRILL)), pace=0.01) as twin:
        here, there = Engine(twin, "primary"), Engine(twin, "primary")
        site = here.site
        there.center = next(c.id for c in site.all("data_center") if c.name == "Recovery")
        there.cluster = "dr"
        names = ("data-db", "data-erp", "data-web")
        ids = [next(d.id for d in site.all("storage_domain") if d.name == name) for name in names]
        before = {vm.id: vm.name for vm in site.all("vm")}
        here.stop_all()
        inside = [f"/datacenters/{here.center}/storagedomains/{identity}" for identity in ids]
        for path in inside:
            here.send("POST", f"{path}/deactivate", "<action/>")
        here.until(lambda: all(here.status(path) == "maintenance" for path in inside))
        for path in inside:
            here.send("DELETE", path)
        gone = {identity: name for identity, name in before.items() if site.get("vm", identity) is None}
        assert {"web01", "db01", "db02", "file01"} <= set(gone.values())
        host = next(h.id for h in site.all("host") if h.name == "hv-b1")
        assert "192.0.2.50" not in there.send("GET", f"/hosts/{host}/storage").text
        for identity in ids:
            there.send("POST", f"/datacenters/{there.center}/storagedomains", _body(identity))
            assert there.rows(identity, "vms")
        assert "192.0.2.50" in there.send("GET", f"/hosts/{host}/storage").text
        for disk in [d for d in site.all("disk") if "lun_storage" in d.data]:
            there.send("DELETE", f"/disks/{disk.id}")
        there.register_all(ids)
        back = {vm.id: vm for vm in site.all("vm")}
        assert set(gone) <= set(back)
        assert {site.data_center_of(back[identity]) for identity in gone} == {there.center}
        db01 = next(vm for vm in back.values() if vm.name == "db01")
        assert {name for disk in site.disks_of(db01) for name in site.domains_of(disk)} == set(ids[:2])
        there.until(lambda: not any(v > twin.clock.now() for v in site.importing.values()))
        there.send("POST", f"/vms/{db01.id}/start", "<action/>")
        assert db01.ref("host") == host
        assert twin.errors == []


def _body(identity: str) -> str:
    return f'<storage_domain id="{identity}"/>'


def test_the_whole_estate_recovers_with_its_block_domain() -> None:
    with Twin(pace=0.01) as twin:
        recovery = Engine(twin, "recovery")
        host = next(iter(recovery.site.all("host"))).id
        domain = next(d.id for d in twin.site("primary").all("storage_domain") if d.name == "data-erp")
        target = "<address>192.0.2.150</address><target>iqn.2026-01.example.site-b:san</target>"
        recovery.send("POST", f"/hosts/{host}/iscsilogin", f"<action><iscsi>{target}</iscsi></action>")
        recovery.send(
            "POST",
            "/storagedomains",
            f'<storage_domain id="{domain}"><import>true</import><type>data</type><storage><type>iscsi</type></storage>'
            "<host><name>hv-b1</name></host></storage_domain>",
        )
        recovery.send("POST", f"/datacenters/{recovery.center}/storagedomains", _body(domain))
        assert {row.findtext("name") for row in recovery.rows(domain, "vms")} == {"db01", "db02", "pxe01"}
        ids = [domain, *(recovery.take("nfs-b.example", name) for name in ("data-web", "data-db"))]
        recovery.register_all(ids)
        for name in ("db01", "db02"):
            vm = recovery.site.named("vm", name)
            assert vm is not None
            assert [d.data["status"] for d in recovery.site.disks_of(vm)] == ["ok", "ok"]
        assert len(recovery.site.tables["vm"]) == 15
        assert twin.errors == []
