# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Affinity groups and labels, and who is in them (contract 07, 7.6; recordings 04a 17-20 and 68-72, 04c 12-15)."""

from __future__ import annotations

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import Record
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.made import created, shown
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.render import document, write_sent
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import (
    Answer,
    Request,
    action_answer,
    known_id,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.shapes import API
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import Member, group_record, home

_OFF = {"enabled": "false", "enforcing": "false", "positive": "false"}


def add_group(site: Site, request: Request) -> Answer:
    """POST /clusters/{c}/affinitygroups."""
    body = request.record("affinity_group", "affinity_groups/methods/add")
    cluster = site.get("cluster", request.ids[0])
    if cluster is None:
        raise refusals.empty(404)
    _check_name(site, "affinity_group", body, "AffinityGroup", "Affinity Group")
    group = site.add(Entity("affinity_group", _group(site.new_id(), cluster, {}, body)))
    return created(site, request, _group_member(group))


def update_group(site: Site, request: Request) -> Answer:
    """PUT /clusters/{c}/affinitygroups/{g}. Not recorded."""
    body = request.record("affinity_group", "affinity_group/methods/update")
    group = _found(site, "affinity_group", request.ids[1])
    cluster = site.get("cluster", request.ids[0])
    if cluster is None or cluster.id != group.ref("cluster"):
        raise refusals.empty(404)
    if body.get("name", group.name) != group.name:
        _check_name(site, "affinity_group", body, "AffinityGroup", "Affinity Group", "edit")
    group.set(**_group(group.id, cluster, group.data, body))
    return shown(site, request, _group_member(group))


def remove_group(site: Site, request: Request) -> Answer:
    """DELETE /clusters/{c}/affinitygroups/{g}. Not recorded."""
    site.remove(_found(site, "affinity_group", request.ids[1]))
    return action_answer({}, {"status": "complete"})


def add_to_group(site: Site, request: Request) -> Answer:
    """POST .../affinitygroups/{g}/vms: 200 with what was sent."""
    body = request.record("vm", "affinity_group_vms/methods/add")
    group = _found(site, "affinity_group", request.ids[1])
    vm = _asked(site, "vm", body)
    site.join(group, vm.id)
    return Answer(200, document(lambda out, depth: write_sent(out, depth, "vm", {"id": vm.id})))


def take_from_group(site: Site, request: Request) -> Answer:
    """DELETE .../affinitygroups/{g}/vms/{vm}. Not recorded."""
    group = _found(site, "affinity_group", request.ids[1])
    return _leave(site, group, request.ids[2])


def add_label(site: Site, request: Request) -> Answer:
    """POST /affinitylabels."""
    body = request.record("affinity_label", "affinity_labels/methods/add")
    _check_name(site, "affinity_label", body, "AffinityLabel", "Affinity Label")
    data = {
        "id": site.new_id(),
        "name": body["name"],
        "has_implicit_affinity_group": body.get("has_implicit_affinity_group", "false"),
        "read_only": "false",
    }
    return created(site, request, home(site.add(Entity("affinity_label", data))))


def remove_label(site: Site, request: Request) -> Answer:
    """DELETE /affinitylabels/{l}. Not recorded."""
    label = _found(site, "affinity_label", request.ids[0])
    for member in label.subs.get("vms", []):
        _unlabel(site, label, member["id"])
    site.remove(label)
    return action_answer({}, {"status": "complete"})


def put_label(site: Site, request: Request) -> Answer:
    """POST /vms/{vm}/affinitylabels: the label comes back without links."""
    body = request.record("affinity_label", "assigned_affinity_labels/methods/add")
    vm = _found(site, "vm", request.ids[0])
    label = _asked(site, "affinity_label", body)
    _label(site, label, vm)
    return created(site, request, Member(label.data, home(label).href, "vms/affinitylabels"))


def take_label(site: Site, request: Request) -> Answer:
    """DELETE /vms/{vm}/affinitylabels/{l}. Not recorded."""
    label = _found(site, "affinity_label", request.ids[1])
    _unlabel(site, label, request.ids[0])
    return action_answer({}, {"status": "complete"})


def add_to_label(site: Site, request: Request) -> Answer:
    """POST /affinitylabels/{l}/vms. Not recorded."""
    body = request.record("vm", "affinity_label_vms/methods/add")
    label = _found(site, "affinity_label", request.ids[0])
    vm = _asked(site, "vm", body)
    _label(site, label, vm)
    return created(site, request, Member({"id": vm.id}, home(vm).href, "affinitylabels/vms"))


def take_from_label(site: Site, request: Request) -> Answer:
    """DELETE /affinitylabels/{l}/vms/{vm}. Not recorded."""
    label = _found(site, "affinity_label", request.ids[0])
    _unlabel(site, label, request.ids[1])
    return action_answer({}, {"status": "complete"})


def _group(identity: str, cluster: Entity, former: Record, body: Record) -> Record:
    """An affinity group; what is not said is off, and its priority 1. Rules for VMs also show as the old two flags."""
    rules = {key: {**_OFF, **former.get(key, {}), **_rule(body.get(key))} for key in ("hosts_rule", "vms_rule")}
    if "vms_rule" not in body:
        old = {key: body[key] for key in ("enforcing", "positive") if key in body}
        rules["vms_rule"] = {**rules["vms_rule"], **({"enabled": "true", **old} if old else {})}
    rules["vms_rule"] = {key: rules["vms_rule"][key] for key in sorted(rules["vms_rule"])}
    text = {key: body.get(key, former.get(key)) for key in ("description", "comment")}
    return {
        "id": identity,
        "name": body.get("name") or former["name"],
        **{key: value for key, value in text.items() if value is not None},
        "broken": "false",
        "enforcing": rules["vms_rule"]["enforcing"],
        "hosts_rule": rules["hosts_rule"],
        "positive": rules["vms_rule"]["positive"],
        "priority": body.get("priority", former.get("priority", "1")),
        "vms_rule": rules["vms_rule"],
        "cluster": {"id": cluster.id},
    }


def _rule(given: object) -> Record:
    """What a body says about one rule; a rule that is named is on unless it says otherwise."""
    return {"enabled": "true", **given} if isinstance(given, dict) else {}


def _group_member(group: Entity) -> Member:
    href = f"{API}/clusters/{group.ref('cluster')}/affinitygroups/{group.id}"
    return Member(group_record(group), href, "clusters/affinitygroups")


def _check_name(site: Site, tag: str, body: Record, kind: str, words: str, verb: str = "add") -> None:
    if not body.get("name"):
        raise refusals.incomplete(f"{kind} [name] required for {verb}")
    if site.named(tag, body["name"]) is not None:
        raise refusals.command(409, f"Cannot {verb} {words}. {words} name already exists.")


def _found(site: Site, tag: str, identity: str) -> Entity:
    found = site.get(tag, identity)
    if found is None:
        raise refusals.empty(404)
    return found


def _asked(site: Site, tag: str, body: Record) -> Entity:
    """The record that a body names by id or name. Raises Refusal."""
    words = {"vm": "Vm", "affinity_label": "AffinityLabel"}[tag]
    if not body.get("id") and not body.get("name"):
        raise refusals.incomplete(f"{words} [id|name] required for add")
    found = site.get(tag, known_id(body["id"])) if body.get("id") else site.named(tag, body["name"])
    if found is None:
        raise refusals.not_found(body.get("id") or f"{words}: name={body['name']}")
    return found


def _leave(site: Site, group: Entity, vm: str) -> Answer:
    if not any(member["id"] == vm for member in group.subs.get("vms", [])):
        raise refusals.empty(404)
    site.leave(group, vm)
    return action_answer({}, {"status": "complete"})


def _label(site: Site, label: Entity, vm: Entity) -> None:
    if not any(held["id"] == label.id for held in vm.subs.get("affinity_labels", [])):
        site.join(label, vm.id)
        vm.subs["affinity_labels"] = [*vm.subs.get("affinity_labels", []), {"id": label.id}]


def _unlabel(site: Site, label: Entity, identity: str) -> None:
    _leave(site, label, identity)
    vm = site.get("vm", identity)
    if vm is not None:
        vm.subs["affinity_labels"] = [held for held in vm.subs.get("affinity_labels", []) if held["id"] != label.id]
