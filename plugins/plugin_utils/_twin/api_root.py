# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API's entry point, and what else an engine tells of itself (recordings 01 20-24, 83-89)."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document, write_value
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API, SHAPES
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import BLANK, Site

TOP_LINKS = (
    "clusters",
    "datacenters",
    "events",
    "hosts",
    "networks",
    "roles",
    "storagedomains",
    "tags",
    "bookmarks",
    "icons",
    "templates",
    "instancetypes",
    "users",
    "groups",
    "domains",
    "vmpools",
    "vms",
    "disks",
    "jobs",
    "storageconnections",
    "vnicprofiles",
    "diskprofiles",
    "cpuprofiles",
    "schedulingpolicyunits",
    "schedulingpolicies",
    "permissions",
    "macpools",
    "networkfilters",
    "operatingsystems",
    "externalhostproviders",
    "openstackimageproviders",
    "openstackvolumeproviders",
    "openstacknetworkproviders",
    "katelloerrata",
    "affinitylabels",
    "clusterlevels",
    "imagetransfers",
    "externalvmimports",
    "externaltemplateimports",
)

SEARCHES = {"events": "events;from={event_id}?search={query}", "instancetypes": "instancetypes?search={query}"}
"""Search links of another form, or of collections that the twin does not search."""
_UNSEARCHED = ("jobs",)

OPTIONS = {"UserSessionTimeOutInterval": "30"}
"""Settings of the engine that can be asked for, with the value of an engine as installed."""

PRODUCT = {
    "icons": "icons",
    "instancetypes": "instance_types",
    "operatingsystems": "operation_systems",
    "schedulingpolicies": "scheduling_policies",
}
"""Collections of what comes with the product, with the names of their roots. The twin keeps none of it."""


def root(site: Site, request: Request) -> Answer:
    """GET of the API's own address."""
    user = site.user()
    who = {"id": user.id} if user else {}
    counts = {
        "hosts": (sum(h.data.get("status") == "up" for h in site.all("host")), len(site.tables["host"])),
        "storage_domains": (
            sum(d.data.get("status") == "active" for d in site.all("storage_domain")),
            len(site.tables["storage_domain"]),
        ),
        "users": (len(site.tables["user"]), len(site.tables["user"])),
        "vms": (sum(vm.data.get("status") != "down" for vm in site.all("vm")), len(site.tables["vm"])),
    }
    record = {
        "engine_backup": {},
        "product_info": site.product,
        "special_objects": {"blank_template": {"id": BLANK}, "root_tag": {"id": BLANK}},
        "summary": {name: {"active": str(active), "total": str(total)} for name, (active, total) in counts.items()},
        "time": site.clock.stamp(),
        "authenticated_user": who,
        "effective_user": who,
    }

    def write(out: list[str], depth: int) -> None:
        out.append("<api>\n")
        for name in TOP_LINKS:
            out.append(f'    <link href="{API}/{name}" rel="{name}"/>\n')
            searched = name in SHAPES and SHAPES[name].search and name not in _UNSEARCHED
            address = SEARCHES.get(name, f"{name}?search={{query}}" if searched else "")
            if address:
                out.append(f'    <link href="{API}/{address}" rel="{name}/search"/>\n')
        for key, value in record.items():
            write_value(out, 1, key, value, "api")
        out.append("</api>\n")

    return Answer(200, document(write))


def option(site: Site, request: Request) -> Answer:
    """GET /options/{name}; an unknown one is 404."""
    name = request.segments[1]
    if name not in OPTIONS:
        raise refusals.empty(404)
    values = {"system_option_value": {"value": OPTIONS[name], "version": "general"}}
    data = {"id": name, "href": f"{API}/options/{name}", "name": name, "values": values}
    return Answer(200, document(lambda out, depth: write_value(out, depth, "system_option", data)))


def errata(site: Site, request: Request) -> Answer:
    """GET /katelloerrata, of an engine without a provider of errata."""
    words = "The engine is not associated with a Foreman/Satellite provider. No errata for the engine are available."
    raise refusals.text(400, words)


def product(site: Site, request: Request) -> Answer:
    """GET of a collection of what comes with the product: empty, as the twin keeps none of it."""
    name = PRODUCT[request.segments[0]]
    return Answer(200, document(lambda out, depth: out.append(f"<{name}/>\n")))


READS: dict[str, Callable[[Site, Request], Answer]] = {
    "": root,
    "options/*": option,
    "katelloerrata": errata,
    **dict.fromkeys(PRODUCT, product),
}
"""Pattern of a path -> its answer, for what is no collection of records."""
