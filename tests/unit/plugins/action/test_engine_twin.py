# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""engine_twin: a process that is started once, found again, replaced when its files change, and ended."""

from __future__ import annotations

import json
import os
import socket
import stat
import time

import pytest
import requests
import yaml
from ansible_collections.ovirt_dr.storage.plugins.action.engine_twin import ActionModule
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import launch
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, load
from ansible_collections.ovirt_dr.storage.scripts.drill import estate as drill

URLS = {"primary": "https://engine-a.example/ovirt-engine/api", "recovery": "https://engine-b.example/ovirt-engine/api"}


@pytest.fixture
def folder(tmp_path):
    """An export without replicas, and a plan that knows where they are; whatever was started is ended."""
    estate = load(DRILL)
    plan = drill.make_plan(estate, URLS, "estate.json")
    storage = estate["storage"]
    bare = {
        "exports": [export for export in storage["exports"] if export["domain"]],
        "luns": [unit for unit in storage["luns"] if "5b5b" not in unit["id"]],
        "replicas": [],
    }
    (tmp_path / "estate.json").write_text(json.dumps({**estate, "storage": bare}), encoding="utf-8")
    (tmp_path / "dr_plan.yml").write_text(yaml.safe_dump(plan), encoding="utf-8")
    yield tmp_path
    launch.stop(tmp_path / "twin.json")


def alive(pid):
    """Whether a process is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_it_is_started_once_found_again_and_ended(play, folder):
    first = play(ActionModule, state_file="twin.json", estate="estate.json", plan="dr_plan.yml")
    assert first["changed"] is True, first
    assert "profile: none\n" in first["diff"]["after"]
    assert set(first["sites"]) == {"primary", "recovery"}
    auth = first["sites"]["recovery"]
    assert requests.get(auth["url"], auth=(auth["username"], auth["password"]), timeout=5).status_code == 200
    for name in ("twin.json", "twin.json.log", "twin.json.estate"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600

    again = play(ActionModule, state_file="twin.json", estate="estate.json", plan="dr_plan.yml")
    assert (again["changed"], again["pid"], again["sites"], again["ends"]) == (
        False,
        first["pid"],
        first["sites"],
        first["ends"],
    )
    assert again["diff"]["before"] == again["diff"]["after"]

    ended = play(ActionModule, state_file="twin.json", state="stopped")
    assert (ended["changed"], ended["diff"]["after"]) == (True, "")
    until = time.monotonic() + 10
    while alive(first["pid"]) and time.monotonic() < until:
        time.sleep(0.02)
    assert not alive(first["pid"])
    assert not (folder / "twin.json").exists()
    assert play(ActionModule, state_file="twin.json", state="stopped")["changed"] is False


def test_the_replicas_of_the_plan_are_there(play, folder):
    auth = play(ActionModule, state_file="twin.json", estate="estate.json", plan="dr_plan.yml")["sites"]["recovery"]
    body = (
        "<storage_domain><type>data</type><storage><type>nfs</type><address>nfs-b.example</address>"
        "<path>/exports/data-web</path></storage><host><name>hv-b1</name></host></storage_domain>"
    )
    answer = requests.post(
        auth["url"] + "/storagedomains",
        data=body,
        headers={"Content-Type": "application/xml"},
        auth=(auth["username"], auth["password"]),
        timeout=5,
    )
    assert (answer.status_code, "<name>data-web</name>" in answer.text) == (201, True)


def test_check_mode_starts_and_ends_nothing(play, folder):
    would = play(ActionModule, check_mode=True, state_file="twin.json", estate="estate.json")
    assert (would["changed"], "sites" in would) == (True, False)
    assert not (folder / "twin.json").exists()
    started = play(ActionModule, state_file="twin.json", estate="estate.json")
    same = play(ActionModule, check_mode=True, state_file="twin.json", estate="estate.json")
    assert (same["changed"], same["pid"]) == (False, started["pid"])
    assert play(ActionModule, check_mode=True, state_file="twin.json", state="stopped")["changed"] is True
    assert alive(started["pid"])


def test_another_estate_or_setting_is_another_twin(play, folder):
    first = play(ActionModule, state_file="twin.json", estate="estate.json")
    text = (folder / "estate.json").read_text(encoding="utf-8")
    (folder / "estate.json").write_text(text + "\n", encoding="utf-8")
    second = play(ActionModule, state_file="twin.json", estate="estate.json")
    third = play(ActionModule, state_file="twin.json", estate="estate.json", latency="uniform:0:0.001")
    assert "latency: uniform:0:0.001\n" in third["diff"]["after"]
    fourth = play(
        ActionModule, state_file="twin.json", state="restarted", estate="estate.json", latency="uniform:0:0.001"
    )
    found = [first, second, third, fourth]
    assert [one["changed"] for one in found] == [True] * 4
    assert len({one["pid"] for one in found}) == 4
    assert [alive(one["pid"]) for one in found[:3]] == [False] * 3


def test_it_ends_by_itself(play, folder):
    started = play(ActionModule, state_file="twin.json", max_lifetime=0.3)
    until = time.monotonic() + 10
    while alive(started["pid"]) and time.monotonic() < until:
        time.sleep(0.02)
    assert not alive(started["pid"])
    assert play(ActionModule, state_file="twin.json", state="stopped")["changed"] is False


def test_a_process_that_took_the_id_of_a_twin_is_left_alone(play, folder):
    state = {"pid": os.getpid(), "sites": {"a": "http://127.0.0.1:9/ovirt-engine/api"}, "username": "u"}
    state |= {"password": "p", "label": {}, "ends": 0.0}
    (folder / "twin.json").write_text(json.dumps(state), encoding="utf-8")
    assert play(ActionModule, state_file="twin.json", state="stopped")["changed"] is False


def refused(result):
    assert (result["failed"], result["changed"]) == (True, False)
    return result["msg"]


def test_a_port_that_is_in_use_is_told(play, folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = refused(play(ActionModule, state_file="twin.json", port=port))
    assert words == (
        f"the twin did not start: site primary cannot listen on 127.0.0.1 port {port}: Address already in use"
    )
    assert not (folder / "twin.json").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"estate": "nothing.json"}, "nothing.json: cannot be read"),
        ({"estate": "dr_plan.yml"}, "dr_plan.yml: line 1: "),
        ({"plan": "nothing.yml"}, "there is no file"),
        ({"plan": "estate.json"}, "unknown key"),
        ({"faults": ["nonsense"]}, "'nonsense' is none of"),
        ({"latency": "soon"}, "'soon' is no number"),
        ({"speed": 0}, "--speed must be from"),
        ({"bind": "192.0.2.1"}, "cannot listen on 192.0.2.1"),
        ({"tls_cert": "nothing.pem"}, "there is no certificate or key"),
        ({"state_file": "nowhere/twin.json"}, "there is no directory"),
        ({"max_lifetime": 0}, "max_lifetime must be more than 0 seconds"),
    ],
)
def test_what_is_wrong_is_told(play, folder, options, words):
    assert words in refused(play(ActionModule, **{"state_file": "twin.json", **options}))


def test_a_site_of_the_plan_that_is_not_in_the_estate_is_told(play, folder):
    estate = json.loads((folder / "estate.json").read_text(encoding="utf-8"))
    estate["sites"].pop()
    estate["storage"]["exports"] = [one for one in estate["storage"]["exports"] if one["address"] == "nfs-a.example"]
    (folder / "less.json").write_text(json.dumps(estate), encoding="utf-8")
    result = play(ActionModule, state_file="twin.json", estate="less.json", plan="dr_plan.yml")
    problem = "sites: the estate holds no site recovery, only primary; export it too"
    assert refused(result) == f"The plan dr_plan.yml does not fit: {problem}"
    assert result["problems"] == [problem]


def test_without_lxml_it_is_told(play, folder, monkeypatch):
    (folder / "blocked" / "lxml").mkdir(parents=True)
    (folder / "blocked" / "lxml" / "__init__.py").write_text("raise ImportError('no lxml')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder / "blocked"))
    words = refused(play(ActionModule, state_file="twin.json"))
    assert words == "the twin did not start: the twin needs the Python library lxml, which is not installed"
