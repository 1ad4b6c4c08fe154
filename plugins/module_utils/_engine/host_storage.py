# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine tells of block storage as one host sees it: reads only, in check mode too (contract 06, 6.3, 6.4)."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import (
    HostView,
    Portal,
    SeenDomain,
    Target,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Fault
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import HostLun
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import element, ident, text

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Host
    from lxml.etree import _Element as Element

# A host may try a portal that is silent for a minute or two before it gives up.
ASKING = 300.0


def host_luns(client: Client, host_id: str) -> list[HostLun]:
    """The LUNs that a host sees, once per path. Their state on the host is not asked for: that opens each of them."""
    found = client.get(
        f"/hosts/{host_id}/storage", query={"report_status": "false"}, subject="storage of the host", timeout=ASKING
    )
    return [HostLun.from_xml(unit) for unit in found.iterfind("host_storage/logical_units/logical_unit")]


def signed_in(luns: Iterable[HostLun]) -> frozenset[Target]:
    """The targets that these LUNs are seen through."""
    return frozenset(Target(lun.address, lun.port, lun.target) for lun in luns if lun.target)


def look_at(client: Client, host: Host, targets: Iterable[Target], *, fibre_channel: bool) -> HostView:
    """What a host sees of these targets and, when asked, of Fibre Channel. It is not signed in anywhere for that."""
    wanted = list(dict.fromkeys(targets))
    luns = host_luns(client, host.id)
    there = signed_in(luns)
    reached = [target for target in wanted if target in there]
    portals = {target.portal: target for target in wanted if target not in there}
    with ThreadPoolExecutor(max_workers=max(1, min(client.concurrency, len(portals)))) as pool:
        answers = list(pool.map(lambda target: _offered(client, host.id, target), portals.values()))
    found = dict(zip(portals, answers, strict=True))
    seen = unknown_domains(client, host.id, reached, fibre_channel=fibre_channel)
    return HostView(
        signed_in=there,
        offered={portal: answer for portal, answer in found.items() if not isinstance(answer, str)},
        silent={portal: answer for portal, answer in found.items() if isinstance(answer, str)},
        seen=tuple(domain for domain, _group in seen),
        luns={domain.id: _luns_of(domain, group, luns) for domain, group in seen},
    )


def unknown_domains(
    client: Client, host_id: str, targets: Sequence[Target], *, fibre_channel: bool = False
) -> list[tuple[SeenDomain, str]]:
    """The domains that a host sees there and the engine does not know, each once, with the id of its volume group.

    The engine leaves out, without a word, what shares a LUN with something that it knows.
    """
    # One question per portal and login: the engine takes one of them with any number of targets.
    groups: dict[tuple[Portal, str, str], list[Target]] = {}
    for target in targets:
        groups.setdefault((target.portal, target.username, target.password), []).append(target)
    questions: list[tuple[Target | None, Element]] = [
        (
            members[0],
            element(
                "action",
                _iscsi(members[0]),
                element("iscsi_targets", *(element("iscsi_target", text=member.target) for member in members)),
            ),
        )
        for members in groups.values()
    ]
    if fibre_channel:
        questions.append((None, element("action")))
    found: dict[str, tuple[SeenDomain, str]] = {}
    for place, body in questions:
        answer = client.post(
            f"/hosts/{host_id}/unregisteredstoragedomainsdiscover",
            body,
            step=f"look:{place.label if place else 'fcp'}",
            subject=place.label if place else "Fibre Channel",
            timeout=ASKING,
        )
        for node in answer.iterfind("storage_domains/storage_domain") if answer is not None else ():
            group = node.find("storage/volume_group")
            domain = SeenDomain(ident(node), text(node, "name"), place)
            found.setdefault(domain.id, (domain, "" if group is None else ident(group)))
    return list(found.values())


def iscsi_login(target: Target) -> Element:
    """The body that signs a host in."""
    iscsi = _iscsi(target)
    iscsi.append(element("target", text=target.target))
    return element("action", iscsi)


def _offered(client: Client, host_id: str, target: Target) -> frozenset[str] | str:
    """The names of the targets at the portal of ``target``, or the engine's words when it cannot be asked."""
    try:
        answer = client.post(
            # The younger name of the same call, discoveriscsi, is unknown before 4.4.6.
            f"/hosts/{host_id}/iscsidiscover",
            element("action", _iscsi(target)),
            step=f"discover:{target.address}:{target.port}",
            subject=f"portal {target.address}:{target.port}",
            timeout=ASKING,
        )
    except Fault as fault:
        return (" ".join(fault.items) or fault.detail or fault.reason).rstrip(".")
    if answer is None:
        return frozenset()
    paths = ("discovered_targets/iscsi_details/target", "iscsi_targets/iscsi_target")
    return frozenset(node.text.strip() for path in paths for node in answer.iterfind(path) if node.text)


def _iscsi(target: Target) -> Element:
    login = (("username", target.username), ("password", target.password)) if target.username else ()
    return element(
        "iscsi",
        element("address", text=target.address),
        element("port", text=str(target.port)),
        *(element(tag, text=value) for tag, value in login),
    )


def _luns_of(domain: SeenDomain, group: str, luns: Iterable[HostLun]) -> tuple[str, ...]:
    mine = (lun.id for lun in luns if lun.domain_id == domain.id or (group and lun.group_id == group))
    return tuple(dict.fromkeys(mine))
