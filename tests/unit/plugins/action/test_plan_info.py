# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""plan_info: a file becomes options, or every mistake in it is told as one clear text."""

from __future__ import annotations

import json

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.ovirt_dr.storage.plugins.action.plan_info import ActionModule
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.plugin_utils.plan.making import full

SITE = {
    "name": "primary",
    **{key: [] for key in ("networks", "vnic_profiles", "templates", "storage_domains")},
    "disks": [{"id": "id-1", "alias": "archive"}, {"id": "id-2", "alias": "data1"}],
    "clusters": [{"id": "c", "name": "prod"}],
    "vms": [
        {
            "id": f"id-{name}",
            "name": name,
            "cluster": {"id": "c"},
            "template": {"id": "t"},
            "disk_attachments": [],
            "nics": [],
        }
        for name in ("db01", "web01", "web02", "test01")
    ],
}
ESTATE = {"format": "ovirt-dr-estate", "version": 1, "sites": [SITE]}


@pytest.fixture
def folder(tmp_path):
    """A plan and the inventory beside it."""
    (tmp_path / "plan.yml").write_text(yaml.safe_dump(full()), encoding="utf-8")
    (tmp_path / "estate.json").write_text(json.dumps(ESTATE), encoding="utf-8")
    return tmp_path


def run(play, folder, text=None, **args):
    if text is not None:
        (folder / "plan.yml").write_text(text, encoding="utf-8")
    return play(ActionModule, **{"path": "plan.yml", "from": "primary", "to": "recovery", **args})


def refused(result, folder):
    assert result["failed"] is True
    assert "plan" not in result
    start = f"The plan {folder}/plan.yml cannot be used: "
    assert result["msg"] == start + "; ".join(result["problems"])
    return result["problems"]


def test_a_plan_and_its_inventory(play, folder):
    result = run(play, folder)
    assert (result.get("failed"), result["changed"]) == (None, False)
    plan = result["plan"]
    assert (plan["vms"], plan["left_out"]) == (["db01", "web01", "web02"], ["test01"])
    assert plan["inventory"] == f"{folder}/estate.json"
    assert run(play, folder, check_mode=True) == result


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["the plan: must be a mapping, not nothing"]),
        ("- 1\n", ["the plan: must be a mapping, not a list"]),
        (yaml.safe_dump(full(grups=1)), ["grups: unknown key, did you mean groups?"]),
        (
            yaml.safe_dump({**full(version={"a": 1}, storage={"b": 1}), "groups": [{"name": ["x"], "vms": [{}]}]}),
            [
                "version: must be one of 1, not a mapping",
                "storage: must be a list, not a mapping",
                "groups[1].name: must be a text, not a list",
                "groups[1].vms[1]: must be a text, not a mapping",
            ],
        ),
        (yaml.safe_dump(full(storage="x")), ["storage: must be a list, not 'x'"]),
        (
            yaml.safe_dump(full(groups=[{"name": "a", "vms": ["x*"]}, {"name": "b", "vms": ["web01", "id-web01"]}])),
            [
                "groups: web01 and id-web01 of b are one VM; name it once",
                "groups: x* of a matches no VM of the inventory",
            ],
        ),
    ],
)
def test_a_plan_with_mistakes(play, folder, text, problems):
    assert refused(run(play, folder, text), folder) == problems


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("version: 1\nsites: [\n", "line 3, column 1"),
        ("version: 1\n  sites: 2\n", "line 2, column 8"),
        ("a: 'b\n", "line 2, column 1"),
        ("a: 1\n---\nb: 2\n", "line 2, column 1"),
    ],
)
def test_broken_yaml_is_told_with_the_position(play, folder, text, position):
    (problem,) = refused(run(play, folder, text), folder)
    assert problem.startswith(f"it is not valid YAML at {position}: ")
    assert "Traceback" not in problem


def test_a_file_that_is_no_text(play, folder):
    (folder / "plan.yml").write_bytes(b"\xff\xfe\x00\x80")
    (problem,) = refused(run(play, folder), folder)
    assert "Traceback" not in problem


def test_a_plan_that_is_not_there(play, folder):
    (folder / "plan.yml").unlink()
    assert refused(run(play, folder), folder) == [f"there is no file {folder}/plan.yml"]


def encrypted():
    secret = VaultSecret(b"word")
    return VaultLib([("default", secret)]).encrypt(yaml.safe_dump(full())).decode()


def test_a_plan_in_a_vault(play, folder, loader):
    loader.set_vault_secrets([("default", VaultSecret(b"word"))])
    assert run(play, folder, encrypted())["plan"]["url"] == "https://b"


@pytest.mark.parametrize("secrets", [[], [("default", VaultSecret(b"wrong"))]])
def test_a_plan_in_a_vault_that_stays_shut(play, folder, loader, secrets):
    loader.set_vault_secrets(secrets)
    (problem,) = refused(run(play, folder, encrypted()), folder)
    assert problem.startswith("it cannot be decrypted: ")
    assert "word" not in problem.replace("password", "")


def test_sites_that_are_none_or_one(play, folder):
    assert refused(run(play, folder, **{"from": "x", "to": "y"}), folder) == [
        "from: there is no site 'x' in the plan; sites are primary, recovery",
        "to: there is no site 'y' in the plan; sites are primary, recovery",
    ]
    assert refused(run(play, folder, to="primary"), folder) == [
        "from and to are both primary; a site cannot be recovered at itself"
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "is not valid JSON: "),
        ("{}", "is not an estate file of format ovirt-dr-estate, version 1"),
        (json.dumps({**ESTATE, "sites": [{**SITE, "name": "b"}]}), "holds no site primary, only b"),
        (json.dumps({**ESTATE, "sites": [{**SITE, "vms": 7}]}), "site primary is damaged: "),
    ],
)
def test_an_inventory_that_cannot_be_used(play, folder, text, words):
    if text is None:
        (folder / "estate.json").unlink()
    else:
        (folder / "estate.json").write_text(text, encoding="utf-8")
    (problem,) = refused(run(play, folder), folder)
    assert problem.startswith(f"inventory {folder}/estate.json: {words}")


def test_an_unknown_argument(play, folder):
    with pytest.raises(AnsibleError, match="pth"):
        run(play, folder, pth="x")
