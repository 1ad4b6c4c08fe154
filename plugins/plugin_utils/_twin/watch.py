# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine notices when storage is cut off, and how late (07 recordings 135-142: nothing for a long while).

VMs keep the status they had: the engine does not know better."""

from __future__ import annotations

from functools import partial

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import members
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.paths import lies_on, mounted, usable
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Entity, Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.views import OUT_OF_SIGHT

NOTICED_SECONDS = 300.0
"""How long a domain that no host sees is still shown active, and how long until one that is back is active again."""

SEEN_SECONDS = 10.0
UNSEEN_SECONDS = 6.0
"""How long until sizes are told again, and until they are not told any more (03 155-243, 03b 301-336)."""


def measure(site: Site, domain: Entity) -> None:
    """Hosts tell the sizes of an active domain as long as they reach it; of any other one the last is shown."""
    if domain.data["status"] == "active":
        domain.subs[OUT_OF_SIGHT] = [] if usable(site, domain) and mounted(site, domain) else [{}]


def read_sizes(site: Site, domain: Entity) -> None:
    """What a place that fills up has left becomes the domain's."""
    left = [place.free for place in lies_on(site, domain) if place.free is not None]
    if left:
        domain.set(available=str(min(left)))


def look(site: Site) -> None:
    """Looks at every attached domain after something was cut off or came back."""
    for domain in site.all("storage_domain"):
        if not members(domain.data, "data_centers", "data_center"):
            continue
        there, status = usable(site, domain), domain.data["status"]
        read_sizes(site, domain)
        if there == bool(domain.subs.get(OUT_OF_SIGHT)):
            site.later(SEEN_SECONDS if there else UNSEEN_SECONDS, partial(measure, site, domain))
        if there:
            site.lost.discard(domain.id)
        if status == "active" and not there and domain.id not in site.lost:
            site.lost.add(domain.id)
            site.later(NOTICED_SECONDS, partial(_give_up, site, domain))
        elif status == "inactive" and there:
            site.later(NOTICED_SECONDS, partial(_come_back, site, domain))


def _give_up(site: Site, domain: Entity) -> None:
    if domain.id not in site.lost:
        return
    site.lost.discard(domain.id)
    if domain.data["status"] != "active" or usable(site, domain):
        return
    domain.set(status="inactive")
    center = site.get("data_center", site.data_center_of(domain))
    words = (
        f"Storage Domain {domain.name} (Data Center {center.name if center else ''}) was deactivated by system because "
    )
    site.event(
        970, f"{words}it's not visible by any of the hosts.", (center, domain), severity="warning", by_user=False
    )
    if domain.data.get("master") == "true" and center is not None:
        center.set(status="problematic")


def _come_back(site: Site, domain: Entity) -> None:
    if domain.data["status"] == "inactive" and usable(site, domain):
        domain.set(status="active")
        center = site.get("data_center", site.data_center_of(domain))
        if domain.data.get("master") == "true" and center is not None:
            center.set(status="up")
