# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""host_storage_summary: what is shown and returned of the results of several hosts, and when the task fails."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleError
from ansible.playbook.task import Task
from ansible_collections.ovirt_dr.storage.plugins.action.host_storage_summary import ActionModule

GONE = {"what": "timeout", "place": "nas:/a", "path": "10.0.0.1 v3", "message": "no answer"}
GOOD = {"problems": [], "iscsi": [], "rescan_needed": False}
BAD = {"problems": [GONE], "iscsi": [], "rescan_needed": True}


@pytest.fixture
def run(loader, shown):
    def summary(results, **args):
        task = Task()
        task.action, task.args, task.check_mode, task.async_val = "test", {"variable": "probe", **args}, False, 0
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None), transport="local")
        hostvars = {host: {} if result is None else {"probe": result} for host, result in results.items()}
        variables = {"hostvars": hostvars, "ansible_play_hosts_all": list(results)}
        return ActionModule(task, connection, SimpleNamespace(), loader, None, None).run(task_vars=variables)

    return summary


def test_all_hosts_are_fine(run, shown):
    result = run({"h1": GOOD, "h2": GOOD})
    assert (result["ok"], result["failed"], result["changed"]) == (True, False, False)
    assert shown == result["lines"] == ["All 2 hosts reach the storage."]
    assert result["hosts_ok"] == ["h1", "h2"]


def test_which_host_lacks_what(run, shown):
    result = run({"h1": GOOD, "h2": BAD, "h3": BAD, "h4": None})
    assert result["failed"]
    assert shown == [
        "h2, h3: nas:/a, 10.0.0.1 v3: no answer",
        "h4: the host was not probed",
        "h2, h3: has to look again before it sees its LUNs as they are now",
        "3 of 4 hosts lack something.",
    ]
    assert result["msg"] == shown[-1]
    assert result["hosts_ok"] == ["h1"]
    assert result["by_host"] == {
        "h2": ["h2: nas:/a, 10.0.0.1 v3: no answer"],
        "h3": ["h3: nas:/a, 10.0.0.1 v3: no answer"],
        "h4": ["h4: the host was not probed"],
    }
    assert [one["hosts"] for one in result["lacks"]] == [["h2", "h3"], ["h4"]]
    assert result["rescans"] == ["h2", "h3"]


def test_only_the_hosts_that_count(run):
    assert run({"h1": GOOD, "h2": BAD}, hosts=["h1"])["ok"]
    assert run({"h1": GOOD}, hosts=["h1", "h9"])["by_host"] == {"h9": ["h9: the host was not probed"]}


def test_it_need_not_fail(run):
    result = run({"h1": BAD}, fail=False)
    assert (result["ok"], result["failed"]) == (False, False)


def test_no_hosts_at_all_are_said_so(run):
    assert run({})["lines"] == ["There are no hosts."]


def test_wrong_arguments(run):
    with pytest.raises(AnsibleError, match="variables"):
        run({}, variables="probe")
