# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a module writes, a refusal for want of a right can name the right."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.rights import right_for
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.modules.bench import Bench

REFUSED = (
    "<fault><detail>[User is not authorized to perform this action.]</detail><reason>Operation Failed</reason></fault>"
)


def test_every_write_of_the_modules_has_a_right(bench: Bench) -> None:
    for result in (
        bench.attach(sign_in=True),
        bench.remove(vms=["app01"], templates=["tmpl-win2022"], disks=["archive2025"]),
        bench.templates(),
        bench.register(exclude=["dns02"]),
        bench.run(
            "unregistered_disk_register",
            data_center="Recovery",
            domains=["data-db"],
            disks=["dns02_os"],
            owners="any",
            quota="Default",
            rename=[{"from": "dns02_os", "to": "spare"}],
        ),
        bench.power("*"),
        bench.detach("data-web", stop_vms="poweroff", remove=True),
        bench.run("storage_connection", type="nfs", address="a", path="/b"),
        bench.run("storage_connection", type="nfs", address="a", path="/b", state="absent"),
    ):
        assert not result.get("failed"), result["msg"]
    sent = {(one.method, one.path) for site in bench.twin.sites for one in bench.twin.writes(site)}
    assert len(sent) > 20
    # To ask whether a domain is attached only reads.
    assert [one for one in sorted(sent) if right_for(*one) is None and not one[1].endswith("/isattached")] == []


@pytest.mark.parametrize(
    ("path", "method", "words"),
    [
        ("/storageconnections/", "PUT", "the permit create_storage_domain on the system"),
        ("/deactivate$", "POST", "domain data-web: the engine refused POST"),
        ("/deactivate$", "POST", "the permit manipulate_storage_domain on the storage domain"),
    ],
)
def test_without_rights_a_connection_is_not_edited(bench: Bench, path: str, method: str, words: str) -> None:
    bench.fail(path, "status", site="primary", method=method, status=403, body=REFUSED, times=0)
    result = bench.run(
        "storage_connection",
        site="primary",
        domains=["data-web"],
        address="nfs-b.example",
        maintenance="allow",
        stop_vms="poweroff",
    )
    assert result["failed"]
    assert words in result["msg"]
    (found,) = bench.done("storage_connection_info", site="primary", domains=["data-web"])["connections"]
    assert found["address"] == "nfs-a.example"


def test_without_rights_no_connection_is_made(bench: Bench) -> None:
    bench.fail("/storageconnections$", "status", status=403, body=REFUSED, times=0)
    result = bench.run("storage_connection", type="nfs", address="a", path="/b")
    assert "connection a:/b: the engine refused POST" in result["msg"]
    assert "lacks the permit create_storage_domain on the system, which the role StorageAdmin holds" in result["msg"]


@pytest.mark.parametrize(
    ("path", "options", "words"),
    [
        (
            "/vms/",
            {"vms": ["app01"]},
            "the permit delete_vm on the storage domain, which the role DataCenterAdmin holds",
        ),
        ("/templates/", {"templates": ["tmpl-win2022"]}, "the permit delete_template on the storage domain"),
        ("/disks/", {"disks": ["archive2025"]}, "the permit delete_disk on the disk"),
    ],
)
def test_without_rights_nothing_is_removed(bench: Bench, path: str, options: dict[str, list[str]], words: str) -> None:
    bench.ready("attached")
    bench.fail(path, "status", method="DELETE", status=403, body=REFUSED, times=0)
    result = bench.remove(**options)
    assert result["failed"]
    assert words in result["msg"]
    assert not result["changed"]
