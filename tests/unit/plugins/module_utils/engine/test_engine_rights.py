# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A refusal for want of a right names the right, and on what."""

from __future__ import annotations

import pathlib
import re

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import faults, rights

API = "/ovirt-engine/api"


@pytest.mark.parametrize(
    ("method", "path", "permit", "place"),
    [
        ("POST", "/storageconnections", "create_storage_domain", "the system"),
        ("PUT", "/storageconnections/1?force=true", "create_storage_domain", "the system"),
        ("DELETE", "/storageconnections/1?host=h", "create_storage_domain", "the system"),
        ("POST", "/storagedomains", "create_storage_domain", "the system"),
        ("DELETE", "/storagedomains/1?host=h", "delete_storage_domain", "the storage domain"),
        ("PUT", "/storagedomains/1", "edit_storage_domain_configuration", "the storage domain"),
        ("POST", "/storagedomains/1/storageconnections", "manipulate_storage_domain", "the storage domain"),
        ("DELETE", "/storagedomains/1/storageconnections/2", "manipulate_storage_domain", "the storage domain"),
        ("POST", "/datacenters/1/storagedomains", "manipulate_storage_domain", "the storage domain"),
        ("POST", "/datacenters/1/storagedomains/2/deactivate", "manipulate_storage_domain", "the storage domain"),
        ("DELETE", "/datacenters/1/storagedomains/2", "manipulate_storage_domain", "the storage domain"),
        ("POST", "/storagedomains/1/vms/2/register", "import_export_vm", "the cluster and the storage domain"),
        ("POST", "/vms/1/permissions", "manipulate_permissions", "the VM or template"),
        ("POST", "/vms/1/start", "run_vm", "the VM"),
        ("DELETE", "/disks/1", "delete_disk", "the disk"),
    ],
)
def test_the_right_is_named(method: str, path: str, permit: str, place: str) -> None:
    for sent in (path, API + path):
        found = rights.right_for(method, sent)
        assert found is not None
        assert (found.permit, found.place) == (permit, place)
        words = str(faults.from_answer(403, b"", "", method, sent, subject="domain data-web"))
        assert words.startswith("domain data-web: ")
        assert f"lacks the permit {permit} on {place}, which the role {found.role} holds" in words


@pytest.mark.parametrize(("method", "path"), [("GET", "/vms"), ("POST", "/vms/1/clone"), ("DELETE", "/vms/1/nics/2")])
def test_of_what_is_not_known_nothing_is_claimed(method: str, path: str) -> None:
    assert rights.right_for(method, path) is None
    assert "lacks a permission" in str(faults.from_answer(403, b"", "", method, path))


def test_the_docs_list_every_right() -> None:
    page = (pathlib.Path(__file__).parents[5] / "docs" / "rights.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"`([a-z_]+)` \(`(\w+)`\)", page))
    assert listed == {(right.permit, right.role) for _methods, _pattern, right in rights._RIGHTS}
