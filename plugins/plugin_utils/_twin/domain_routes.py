# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which writes go to storage connections and storage domains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Union

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import (
    attach,
    connections,
    create,
    deactivate,
    detach,
    domain_connections,
    edit,
    extend,
    extensions,
    master,
    remove,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer, Request
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.site import Site
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.work import Steps

ROUTES: dict[str, Callable[[Site, Request], Union[Answer, Steps]]] = {  # noqa: UP007 (ansible-test pylint)
    "POST storagedomains": create.create,
    "PUT storagedomains/*": edit.update,
    "DELETE storagedomains/*": remove.remove,
    "POST storagedomains/*/refreshluns": extend.refresh,
    "POST storagedomains/*/reduceluns": extend.reduce,
    "POST datacenters/*/setmaster": master.switch,
    "POST storagedomains/*/isattached": attach.is_attached,
    "POST storagedomains/*/updateovfstore": attach.update_ovf_store,
    "POST storagedomains/*/storageconnections": domain_connections.attach,
    "DELETE storagedomains/*/storageconnections/*": domain_connections.detach,
    "POST storageconnections": connections.create,
    "PUT storageconnections/*": connections.update,
    "DELETE storageconnections/*": connections.delete,
    "POST datacenters/*/storagedomains": attach.attach,
    "POST datacenters/*/storagedomains/*/activate": attach.activate,
    "POST datacenters/*/storagedomains/*/deactivate": deactivate.deactivate,
    "DELETE datacenters/*/storagedomains/*": detach.detach,
    "POST hosts/*/storageconnectionextensions": extensions.create,
    "PUT hosts/*/storageconnectionextensions/*": extensions.update,
    "DELETE hosts/*/storageconnectionextensions/*": extensions.delete,
}
