# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage domains in a data center: attach, activate, is it attached, OVF update (contract 03, 3.4 and 3.5)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.domains import BUSY, INACCESSIBLE, status_text
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.follow import member_writer
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.local import is_local
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.master import (
    bring_up,
    master_of,
    taken_in,
    tasks_of,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_stores import WRITE_SECONDS
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.ovf_stores import update as update_stores
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import connect
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
    known_id,
    location,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member, domain_inside
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.watch import SEEN_SECONDS, measure
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Pause, Steps, Work

CONNECT_SECONDS = 0.1
"""How long hosts take to connect, with the domain as it was (03 412-414)."""
FIRST_SECONDS = 1.2
"""How much longer it takes when the first domain makes a data center (03 26-37)."""
TASKS_SECONDS = 2.0
"""How long the OVF stores of a domain that came in are read (03 398-401)."""


def _asked_for(site: Site, request: Request) -> Entity | None:
    body = request.record("storage_domain", "attached_storage_domains/methods/add")
    if body.get("id"):
        return site.get("storage_domain", known_id(body["id"]))
    if body.get("name"):
        found = site.named("storage_domain", body["name"])
        if found is None:
            raise refusals.not_found(f"Storage: name={body['name']}")
        return found
    raise refusals.invalid_input(
        "Parameters 'storage_domain.id' or 'storage_domain.name' are mandatory but both were not provided."
    )


def attach(site: Site, request: Request) -> Steps:
    """POST /datacenters/{dc}/storagedomains: one long call; the list of what is unregistered is taken here."""
    asked = _asked_for(site, request)
    entity, center, host = _attachable(site, request, asked)
    if not connect(site, entity, center.id):
        raise refusals.command(400)
    content = site.storage.contents[entity.id]
    first = master_of(site, center.id) is None
    entity.set(status="locked", master="true" if first else "false", data_centers={"data_center": {"id": center.id}})
    if first:
        yield Pause(FIRST_SECONDS)
    yield Work("attach", count=len(content.disks), data_center=center.id)
    taken_in(site, entity, center)
    _upgraded(entity, center)
    site.unregistered[entity.id] = dict(content.ovf)
    site.forgotten_images = {image for image in site.forgotten_images if image[1] != entity.id}
    if _register_stores(site, entity, center, request):
        site.hold(tasks_of(center), TASKS_SECONDS)
    site.job(f"Attaching Storage Domain {entity.name} to Data Center {center.name}", request.correlation)
    site.event(
        962,
        f"Storage Domain {entity.name} was attached to Data Center {center.name} by admin@internal-authz",
        (center, host, entity, site.get("cluster", host.ref("cluster"))),
        request.correlation,
    )
    href = f"{API}/datacenters/{center.id}/storagedomains/{entity.id}"
    member = Member(domain_inside(entity, center.id), href, "datacenters/storagedomains")
    return Answer(201, document(member_writer(site, member, {})), headers={"Location": location(request.host, href)})


def _attachable(site: Site, request: Request, entity: Entity | None) -> tuple[Entity, Entity, Entity]:
    """The domain, the data center and a host, when the domain may come in. Raises Refusal."""
    center = site.get("data_center", request.ids[0])
    if center is None:
        raise refusals.command(400, "Data Center doesn't exist.")
    host = site.host_up(center.id)
    if host is None:
        raise refusals.command(409, "Cannot attach Storage. There is no active Host in the Data Center.")
    if entity is None:
        raise refusals.command(400, "Cannot attach Storage. Storage Domain doesn't exist.")
    if site.held(entity.id):  # not recorded
        raise refusals.command(409, f"Cannot attach Storage. {BUSY}")
    if site.data_center_of(entity) or entity.data["status"] == "locked":
        raise refusals.command(409, f"Cannot attach Storage. {INACCESSIBLE}")
    _suitable(site, entity, center)
    master = master_of(site, center.id)
    if center.data["status"] == "uninitialized" and entity.data["type"] != "data":
        raise refusals.command(
            409, "Cannot attach Storage Domain.\n-Please attach Data Domain to the Data Center first."
        )
    if master is not None and master.data["status"] != "active":
        raise refusals.command(
            409,
            "Failed to attach Storage due to an error on the Data Center master Storage Domain.\n"
            "-Please activate the master Storage Domain first.",
        )
    return entity, center, host


def _suitable(site: Site, entity: Entity, center: Entity) -> None:
    """Whether a data center takes a domain of this kind, format and storage. Raises Refusal."""
    kind, newest = entity.data["type"], center.data.get("storage_format")
    if kind == "data" and newest and str(entity.data["storage_format"]) > str(newest):  # not recorded
        raise refusals.command(
            409, f"Cannot attach Storage. The Storage Domain format {entity.data['storage_format']} is illegal."
        )
    if is_local(entity) != (center.data.get("local") == "true") and is_local(entity):  # not recorded
        raise refusals.command(
            409, "Cannot attach Storage. The Storage Domain type does not match the Data Center's storage type."
        )
    word = {"iso": "ISO", "export": "Import/Export"}.get(kind)
    if word is not None and any(domain.data["type"] == kind for domain in site.domains_in(center.id)):
        raise refusals.command(
            409,
            f"Cannot attach more than one {word} Storage Domain to the same Data Center. If you want to use a newly "
            "created Domain, detach the existing attached Domain and attach the new one.",
        )


def _upgraded(entity: Entity, center: Entity) -> None:
    """Data domains of an older format get that of the data center (contract 03, 3.4; not recorded)."""
    newest = center.data.get("storage_format")
    if entity.data["type"] == "data" and newest:
        entity.set(storage_format=newest)


def _register_stores(site: Site, entity: Entity, center: Entity, request: Request) -> bool:
    """Makes the OVF stores that lie on a domain floating disks, once they were written; whether there are any."""
    found = False
    profile = next((p for p in site.all("disk_profile") if p.ref("storage_domain") == entity.id), None)
    content = site.storage.contents[entity.id]
    for identity, image in content.disks.items():
        if image.get("content_type") == "ovf_store" and content.written and site.get("disk", identity) is None:
            found = True
            extra = {"shareable": "true", **({"disk_profile": {"id": profile.id}} if profile else {})}
            site.add(Entity("disk", {**image, **extra, "storage_domains": {"storage_domain": {"id": entity.id}}}))
            site.event(
                378,
                "Disk 'OVF_STORE' has been successfully registered as a floating disk.",
                (center, entity),
                request.correlation,
            )
    return found


def action_domain(site: Site, request: Request) -> Entity | None:
    """The domain an action below a data center is about, when it is attached there."""
    entity = site.get("storage_domain", request.ids[1])
    return entity if entity is not None and site.data_center_of(entity) == request.ids[0] else None


def done(request: Request, sent: dict[str, object], job: Entity, entity: Entity) -> Answer:
    """The 200 of activate and deactivate."""
    center, _unused, domain = request.ids[0], None, entity.id
    shown = {
        "id": domain,
        "data_center": {"id": center},
        "data_centers": {"data_center": {"id": center}},
        "href": f"{API}/datacenters/{center}/storagedomains/{domain}",
    }
    return action_answer(sent, {"job": {"id": job.id}, "status": "complete", "storage_domain": shown})


def activate(site: Site, request: Request) -> Steps:
    """POST .../activate: hosts connect, then it is active."""
    sent = request.action("attached_storage_domain/methods/activate")
    center = site.get("data_center", request.ids[0])
    known = site.get("storage_domain", request.ids[1])
    if center is None:
        raise refusals.command(400, "Data Center doesn't exist.")
    if known is None:
        raise refusals.command(400, "Cannot activate Storage. Storage Domain doesn't exist.")
    if center.data["status"] == "uninitialized":
        raise refusals.command(409, "Cannot activate Storage. Unknown Data Center status.")
    entity = action_domain(site, request)
    if entity is None:
        raise refusals.engine_error()
    if site.held(entity.id) or entity.data["status"] in ("locked", "activating", "detaching"):
        raise refusals.command(409, f"Cannot activate Storage. {BUSY}")
    if entity.data["status"] == "active":
        raise refusals.command(409, f"Cannot activate Storage. {status_text(entity)}")
    master = master_of(site, center.id)
    if master is not None and master is not entity and master.data["status"] != "active":
        raise refusals.command(
            409,
            "Failed to activate Storage due to an error on the Data Center master Storage Domain.\n"
            "-Please activate the master Storage Domain first.",
        )
    if site.host_up(center.id) is None:  # not recorded
        raise refusals.command(409, "Cannot activate Storage. There is no active Host in the Data Center.")
    site.hold(entity.id, CONNECT_SECONDS)
    yield Pause(CONNECT_SECONDS)
    if not connect(site, entity, center.id):
        site.job(f"Activating Storage Domain {entity.name} on Data Center {center.name}", request.correlation, "failed")
        raise refusals.command(
            400, "Storage domain cannot be reached. Please ensure it is accessible from the host(s)."
        )
    entity.set(status="active")
    site.active_since[entity.id] = site.time()
    site.later(SEEN_SECONDS, lambda: measure(site, entity))
    if entity is master:
        bring_up(center)
    job = site.job(f"Activating Storage Domain {entity.name} on Data Center {center.name}", request.correlation)
    site.event(
        966,
        f"Storage Domain {entity.name} (Data Center {center.name}) was activated by admin@internal-authz",
        (center, entity),
        request.correlation,
    )
    return done(request, sent, job, entity)


def is_attached(site: Site, request: Request) -> Answer:
    """POST /storagedomains/{id}/isattached: what the metadata on storage says."""
    sent = request.action("storage_domain/methods/is_attached")
    host = sent.get("host")
    if not isinstance(host, dict) or not host.get("id"):
        raise refusals.invalid_input("Parameter 'host.id' is mandatory but was not provided.")
    content = site.storage.contents.get(request.ids[0])
    known = site.get("host", host["id"]) is not None and site.get("storage_domain", request.ids[0]) is not None
    attached = known and content is not None and content.pool is not None
    return action_answer({}, {"is_attached": "true" if attached else "false", "status": "complete"})


def update_ovf_store(site: Site, request: Request) -> Answer:
    """POST /storagedomains/{id}/updateovfstore: the job is over at once, the store some seconds later (findings, 3)."""
    request.action("storage_domain/methods/update_ovf_store")
    entity = site.get("storage_domain", request.ids[0])
    center = site.get("data_center", site.data_center_of(entity)) if entity is not None else None
    if entity is None or center is None:
        raise refusals.command(400, "Data Center doesn't exist.")
    if site.held(entity.id):
        raise refusals.command(409, f"Cannot edit Storage. {BUSY}")
    job = site.job(f"Updating OVFs for Storage Domain {entity.name} in Data Center {center.name}", request.correlation)
    if entity.data["type"] == "data":
        active = entity.data["status"] == "active"
        site.hold(entity.id, update_stores(site, entity) if active else WRITE_SECONDS)
    return action_answer({}, {"job": {"id": job.id}, "status": "complete"})
