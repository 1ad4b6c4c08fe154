# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of ovirt.ovirt do on the twin what they are for: storage, disks, VMs, templates, and their info."""

from __future__ import annotations

import pathlib

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.clients.conftest import play


def names(twin: Twin, site: str, tag: str) -> set[str]:
    return {one.name for one in twin.site(site).all(tag)}


def test_every_module_does_what_it_is_for(twin: Twin, tmp_path: pathlib.Path) -> None:
    """The playbook itself looks at what the modules returned; here it is seen what is left of their work."""
    before = {tag: names(twin, "primary", tag) for tag in ("vm", "template", "disk", "storage_domain")}
    connections = len(list(twin.site("primary").all("storage_connection")))
    code, screen = play(twin, "modules.yml", tmp_path)
    assert code == 0, screen
    assert "failed=0" in screen
    assert {tag: names(twin, "primary", tag) for tag in before} == before
    assert len(list(twin.site("primary").all("storage_connection"))) == connections
    recovery = twin.site("recovery")
    assert "data-web" in names(twin, "recovery", "storage_domain")
    # The registered VM left with its domain again.
    assert names(twin, "recovery", "vm") == set()
    sent = [f"{one.method} {one.path.rpartition('/')[2]}" for one in twin.writes("recovery")]
    assert sent.count("POST register") == 2
    assert [one.name for one in recovery.all("template")] == ["Blank"]
