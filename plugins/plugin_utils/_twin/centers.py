# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making data centers, clusters and networks (recordings 00-setup, 04a)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import defaults, refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grants import of_the_system
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.made import created
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.named import named
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member

MANAGEMENT = "ovirtmgmt"


def create_data_center(site: Site, request: Request) -> Answer:
    """POST /datacenters: uninitialized until a storage domain is attached.

    Its management network and its quota come with it."""
    body = request.record("data_center", "data_centers/methods/add")
    missing = [field for field in ("name", "local") if not body.get(field)]
    if missing == ["name"] or len(missing) == 2:
        raise refusals.incomplete("DataCenter [name] required for add")
    if site.named("data_center", body["name"]) is not None:
        # Not recorded; contract faults.md.
        raise refusals.command(409, "Cannot create Data Center. The Data Center name is already in use.")
    data = {"id": site.new_id(), **defaults.data_center(body["name"], body)}
    pool = _default_pool(site)
    site.add(Entity("data_center", {**data, "mac_pool": pool} if pool else data))
    site.add(Entity("quota", {"id": site.new_id(), **defaults.quota(data["id"])}))
    network = {**defaults.network(MANAGEMENT, data["id"], {}), "description": "Default Management Network"}
    _add_network(site, network)
    return created(site, request, Member(data, f"{API}/datacenters/{data['id']}", "datacenters"))


def create_cluster(site: Site, request: Request) -> Answer:
    """POST /clusters, with a CPU profile of its own."""
    body = request.record("cluster", "clusters/methods/add")
    if not body.get("name"):
        raise refusals.incomplete("Cluster [name] required for add")
    center = named(
        site, "data_center", body.get("data_center"), "DataCenter", "Cluster [dataCenter.name|id] required for add"
    )
    if site.named("cluster", body["name"]) is not None:
        # Not recorded; contract faults.md.
        raise refusals.command(409, "Cannot create Cluster. Cluster name is already in use.")
    identity = site.new_id()
    references: Record = {"data_center": {"id": center.id}}
    pool, policy = _default_pool(site), _policy(site)
    references |= {"mac_pool": pool} if pool else {}
    data = {"id": identity, **defaults.cluster(body["name"], body), **references}
    data |= {"scheduling_policy": policy} if policy else {}
    networks = [n for n in site.all("network") if n.ref("data_center") == center.id and n.name == MANAGEMENT]
    subs = {
        "networks": [_in_cluster(network, required=True) for network in networks],
        "permissions": of_the_system(site),
    }
    site.add(Entity("cluster", data, subs))
    profile = {"id": site.new_id(), "name": body["name"], "cluster": {"id": identity}}
    site.add(Entity("cpu_profile", profile))
    href = f"{API}/datacenters/{center.id}/clusters/{identity}"
    shown = dict(data)
    if networks:
        below = f"{href}/networks/{networks[0].id}"
        shown["management_network"] = {"id": networks[0].id, "href": below}
    return created(site, request, Member(shown, href, "clusters"))


def create_network(site: Site, request: Request) -> Answer:
    """POST /networks: a network of a data center, with a vNIC profile of its name."""
    body = request.record("network", "networks/methods/add")
    if not body.get("name"):
        raise refusals.incomplete("Network [name] required for add")
    center = named(
        site, "data_center", body.get("data_center"), "DataCenter", "Network [dataCenter.name|id] required for add"
    )
    entity = _add_network(site, defaults.network(body["name"], center.id, body))
    href = f"{API}/datacenters/{center.id}/networks/{entity.id}"
    return created(site, request, Member(entity.data, href, "networks"))


def assign_network(site: Site, request: Request) -> Answer:
    """POST /clusters/{c}/networks: a network of the data center for the hosts of a cluster."""
    body = request.record("network", "cluster/networks/methods/add")
    cluster = site.get("cluster", request.ids[0])
    if cluster is None:
        raise refusals.empty(404)
    network = named(
        site,
        "network",
        body if "id" in body else body.get("network", body),
        "Network",
        "Network [id|name] required for add",
    )
    record = _in_cluster(network, required=body.get("required", "true") == "true")
    cluster.subs.setdefault("networks", []).append(record)
    shown = {**record, "cluster": {"id": cluster.id}, "data_center": network.data["data_center"]}
    return created(
        site, request, Member(shown, f"{API}/clusters/{cluster.id}/networks/{network.id}", "clusters/networks")
    )


def create_profile(site: Site, request: Request) -> Answer:
    """POST /vnicprofiles."""
    body = request.record("vnic_profile", "vnic_profiles/methods/add")
    if not body.get("name"):
        raise refusals.incomplete("VnicProfile [name] required for add")
    network = named(site, "network", body.get("network"), "Network", "VnicProfile [network.id] required for add")
    entity = _add_profile(site, body["name"], network.id)
    href = f"{API}/networks/{network.id}/vnicprofiles/{entity.id}"
    return created(site, request, Member(entity.data, href, "vnicprofiles"))


def _add_network(site: Site, record: Record) -> Entity:
    entity = site.add(Entity("network", {"id": site.new_id(), **record}))
    _add_profile(site, entity.name, entity.id)
    return entity


def _add_profile(site: Site, name: str, network: str) -> Entity:
    filters = (p.data["network_filter"] for p in site.all("vnic_profile") if "network_filter" in p.data)
    data = {"id": site.new_id(), **defaults.vnic_profile(name, network)}
    held = next(filters, None)
    return site.add(Entity("vnic_profile", {**data, "network_filter": held} if held else data))


def _in_cluster(network: Entity, *, required: bool) -> Record:
    record = {key: value for key, value in network.data.items() if key != "data_center"}
    shown = {"display": "false", "required": str(required).lower(), "status": "operational"}
    head: Record = {key: record.pop(key) for key in ("id", "name", "description", "comment") if key in record}
    return {**head, **dict(sorted({**record, **shown}.items()))}


def _default_pool(site: Site) -> Record | None:
    pools = [pool for pool in site.all("mac_pool") if pool.data.get("default_pool") == "true"]
    return {"id": pools[0].id} if pools else None


def _policy(site: Site) -> Record | None:
    held = next((c.data["scheduling_policy"] for c in site.all("cluster") if "scheduling_policy" in c.data), None)
    return {"id": held["id"]} if held else None
