# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mark on a storage domain: the data center that its metadata names, on the storage itself."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import boolean, element

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


def is_marked(client: Client, domain_id: str, host_id: str, label: str) -> bool:
    """Whether the metadata of a domain names a data center; a host reads it from the storage (contract 03, 3.4)."""
    answer = client.post(
        f"/storagedomains/{domain_id}/isattached",
        element("action", element("host", id=host_id)),
        step=f"isattached:{domain_id}",
        subject=f"domain {label}",
    )
    return answer is not None and boolean(answer, "is_attached")
