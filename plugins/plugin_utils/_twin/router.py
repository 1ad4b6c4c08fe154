# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a request to its handler, and from what the handler says to an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Union, cast

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import (
    affinity,
    centers,
    disk_shrink,
    domain_routes,
    grants,
    host_life,
    hosts,
    lun_disks,
    nics,
    placement_routes,
    reads,
    refusals,
    register,
    templates,
    unregistered,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.parse import to_record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.profile import Profile, read_works
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    UUID,
    Answer,
    Request,
    refused_action,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import SHAPES
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Pause, Steps

Handler = Callable[[Site, Request], Union[Answer, Steps]]  # noqa: UP007 (ansible-test pylint)

ROUTES: dict[str, Handler] = {
    **placement_routes.ROUTES,
    **domain_routes.ROUTES,
    "POST datacenters": centers.create_data_center,
    "POST clusters": centers.create_cluster,
    "POST clusters/*/networks": centers.assign_network,
    "POST networks": centers.create_network,
    "POST vnicprofiles": centers.create_profile,
    "POST hosts": host_life.create,
    "POST hosts/*/activate": host_life.activate,
    "POST hosts/*/deactivate": host_life.deactivate,
    "POST storagedomains/*/vms/*/register": register.register,
    "POST storagedomains/*/templates/*/register": templates.register,
    "DELETE storagedomains/*/vms/*": unregistered.remove_entity,
    "DELETE storagedomains/*/templates/*": unregistered.remove_entity,
    "POST storagedomains/*/disks": unregistered.register_named,
    "POST datacenters/*/storagedomains/*/disks/*/register": unregistered.register_disk,
    "DELETE datacenters/*/storagedomains/*/disks/*": unregistered.remove_image,
    "POST disks/*/refreshlun": lun_disks.refresh,
    "POST disks/*/sparsify": disk_shrink.sparsify,
    "POST disks/*/reduce": disk_shrink.reduce,
    "POST vms/*/nics": nics.add,
    "PUT vms/*/nics/*": nics.update,
    "DELETE vms/*/nics/*": nics.remove,
    "POST vms/*/permissions": grants.add,
    "DELETE vms/*/permissions/*": grants.remove,
    "POST templates/*/permissions": grants.add,
    "DELETE templates/*/permissions/*": grants.remove,
    "POST clusters/*/affinitygroups": affinity.add_group,
    "PUT clusters/*/affinitygroups/*": affinity.update_group,
    "DELETE clusters/*/affinitygroups/*": affinity.remove_group,
    "POST clusters/*/affinitygroups/*/vms": affinity.add_to_group,
    "DELETE clusters/*/affinitygroups/*/vms/*": affinity.take_from_group,
    "POST affinitylabels": affinity.add_label,
    "DELETE affinitylabels/*": affinity.remove_label,
    "POST affinitylabels/*/vms": affinity.add_to_label,
    "DELETE affinitylabels/*/vms/*": affinity.take_from_label,
    "POST vms/*/affinitylabels": affinity.put_label,
    "DELETE vms/*/affinitylabels/*": affinity.take_label,
    "POST hosts/*/iscsidiscover": hosts.discover,
    "POST hosts/*/discoveriscsi": hosts.discover,
    "POST hosts/*/iscsilogin": hosts.login,
    "POST hosts/*/unregisteredstoragedomainsdiscover": hosts.unregistered_domains,
}

_FAULT_OUTSIDE = (
    "POST storagedomains/*/updateovfstore",
    "POST storagedomains/*/isattached",
    "POST storagedomains/*/refreshluns",
    "POST storagedomains/*/reduceluns",
    "POST datacenters/*/setmaster",
)
"""Actions whose refusals come as a bare fault, or of which none inside the action was recorded."""


def answer(site: Site, request: Request, profile: Profile) -> Answer:
    """Carries a request out. Refusals become answers here; the site's lock is held only between pieces of work."""
    route = f"{request.method} {request.pattern}"
    try:
        if request.method == "GET" or request.method == "HEAD":
            return _read(site, request, profile)
        return _write(site, request, profile, route)
    except refusals.Refusal as refusal:
        in_action = (
            refusal.in_action
            and len(request.segments) % 2 == 1
            and len(request.segments) > 1
            and request.method == "POST"
        )
        if (
            in_action
            and request.segments[-1] not in SHAPES
            and request.shape not in SHAPES
            and route not in _FAULT_OUTSIDE
            and refusal.content_type == refusals.XML
        ):
            return Answer(refusal.status, refused_action(_sent(request), refusal), headers=dict(refusal.headers))
        return Answer(refusal.status, refusal.body(), refusal.content_type, dict(refusal.headers))


def _sent(request: Request) -> dict[str, object]:
    try:
        record = to_record(request.xml())
    except refusals.Refusal:
        return {}
    sent = dict(record) if isinstance(record, dict) else {}
    if request.segments[-1] == "register" and request.segments[-3] == "vms":
        sent.setdefault("async", "false")
    return sent


def _read(site: Site, request: Request, profile: Profile) -> Answer:
    if request.segments and f"POST {request.pattern}" in ROUTES and not reads.known(request.shape):
        raise refusals.empty(405)
    with site.lock:
        site.settle()
        found = reads.answer(site, request)
    for work in read_works(request, found.count):
        profile.spend(work)
    return found


def _write(site: Site, request: Request, profile: Profile, route: str) -> Answer:
    handler = ROUTES.get(route)
    if handler is None:
        if reads.known(request.shape):
            raise refusals.empty(405)
        raise refusals.no_resource(request.host, request.path)
    if any(not UUID.fullmatch(identity) for identity in request.ids):
        raise refusals.empty(404)
    with site.lock:
        site.settle()
        result = handler(site, request)
        if isinstance(result, Answer):
            return result
    finished = None
    while finished is None:
        with site.lock:
            site.settle()
            try:
                work = next(result)
            except StopIteration as stop:
                finished = cast(Answer, stop.value)
                continue
        if isinstance(work, Pause):
            profile.clock.sleep(work.seconds * site.pace)
        else:
            profile.spend(work)
    if finished.hold_until:
        profile.wait_until(finished.hold_until)
        with site.lock:
            site.settle()
    return finished
