# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules as they are used: carried out by Ansible on two hosts, over SSH, and put together on the controller."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
import typing as t

from ansible_collections.ovirt_dr.storage.tests.hosts.servers import (
    DOMAIN,
    PASSWORD,
    PORTALS,
    SECURED,
    USER,
    Ganesha,
    Tgt,
    portal,
)
from ansible_collections.ovirt_dr.storage.tests.hosts.world import HOSTS, TREE, World, address

FIRST, SECOND = (portal(host) for host in PORTALS if ":" not in host)


def play(world: World, key: pathlib.Path, folder: pathlib.Path, tasks: list[t.Any], *words: str) -> t.Any:
    """Run tasks on both hosts; the process, with the output of Ansible."""
    inventory = {
        "all": {
            "hosts": {host: {"ansible_host": address(host)} for host in HOSTS},
            "vars": {
                "ansible_user": "root",
                # The Python itself, beside which nothing is installed.
                "ansible_python_interpreter": os.path.realpath(sys.executable),
                "ansible_ssh_private_key_file": str(key),
                "ansible_ssh_common_args": "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null",
            },
        }
    }
    (folder / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")
    book = [{"name": "Try", "hosts": "all", "gather_facts": False, "tasks": tasks}]
    (folder / "play.yml").write_text(json.dumps(book), encoding="utf-8")
    tool = str(pathlib.Path(sys.executable).with_name("ansible-playbook"))
    return world.run(
        "ctl", tool, "-i", str(folder / "inventory.json"), *words, str(folder / "play.yml"), check=False, timeout=120,
        env={
            "HOME": str(folder), "ANSIBLE_HOME": str(folder / "ansible"), "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_COLLECTIONS_PATH": TREE, "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_SSH_CONTROL_PATH_DIR": "/run/cp", "ANSIBLE_ENABLE_TASK_DEBUGGER": "0",
        },
    )  # fmt: skip


def tasks_of(nas: Ganesha) -> list[t.Any]:
    """The probe, what it found, and the summary."""
    options = {
        "nfs": [{"address": "nas", "path": f"{nas.folder}/data", "domain": {"id": DOMAIN}}],
        "iscsi": [{"portals": [FIRST, SECOND], "targets": [SECURED], "username": USER, "password": PASSWORD}],
        "write_test": True,
        "known": True,
        "timeout": 2,
    }
    return [
        {"name": "Probe", "ovirt_dr.storage.host_storage_probe": options, "register": "probe"},
        {"name": "Tell", "ansible.builtin.debug": {"msg": "{{ inventory_hostname }} found {{ probe | to_json }}"}},
        {"name": "Sum", "ovirt_dr.storage.host_storage_summary": {"variable": "probe"}, "run_once": True},
    ]


def found_by(output: str) -> dict[str, t.Any]:
    """The result of each host, which the output of Ansible tells."""
    told = [line.strip().rstrip(",") for line in output.splitlines() if re.match(r'\s*"msg": "host\d found', line)]
    words = [json.loads(f"{{{line}}}")["msg"].split(" found ", 1) for line in told]
    return {host: json.loads(result) for host, result in words}


def test_two_hosts_of_which_one_lacks_a_path(
    faults: World, tgt: Tgt, nas: Ganesha, key: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """In check mode all is fine; then the plug of one host is pulled. The password shows nowhere, with -vvv neither."""
    tasks = tasks_of(nas)
    done: subprocess.CompletedProcess[str] = play(faults, key, tmp_path, tasks, "--check", "-vvv")
    assert "All 2 hosts reach the storage." in done.stdout, done.stdout + done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    found = found_by(done.stdout)
    assert sorted(found) == list(HOSTS)
    for host, result in found.items():
        assert not result["changed"]
        assert result["ok"]
        assert result["initiator_name"].endswith(host)
        assert {one["what"] for one in result["notes"]} == {"unproven"}
        assert result["known"]["mounts"] is not None
    faults.link("host2", 2, up=False)
    done = play(faults, key, tmp_path, tasks)
    assert done.returncode == 2
    assert f"host2: discovery, {SECOND}: " in done.stdout
    assert "1 of 2 hosts lack something." in done.stdout
    result = found_by(done.stdout)["host1"]
    versions = [path["versions"] for path in result["nfs"][0]["addresses"]]
    assert [[one["written"] for one in each] for each in versions] == [[True, True], [True, True]]


def test_a_host_that_cannot_be_reached_lacks_all(
    faults: World, tgt: Tgt, nas: Ganesha, key: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    faults.rules("host2", "tcp dport 22 reject with tcp reset")
    done = play(faults, key, tmp_path, tasks_of(nas))
    lines = done.stdout.splitlines()
    place = lines.index("1 of 2 hosts lack something.")
    assert lines[place - 1].startswith("host2: ")
    assert found_by(done.stdout)["host1"]["ok"]
