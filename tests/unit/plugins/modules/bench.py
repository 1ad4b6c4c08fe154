# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module tests share: a twin with the drill's estate, modules run in this process, and the way to a state."""

from __future__ import annotations

import contextlib
import copy
import importlib
import io
import json
import pathlib
import re
import typing as t
from collections import Counter
from unittest import mock

import requests
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import READ_POSTS
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, check, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.log import LoggedRequest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import PASSWORD, USERNAME, Twin

MODULES = "ansible_collections.ovirt_dr.storage.plugins.modules"
RUN_ID = "te5tru1d"

DATA_DB = "dc0d2ea4-f3bd-4a0d-a085-0f4b4b27dabf"
DATA_MASTER = "0dbbe3ca-fb76-4b4c-a10a-1a80dfeffca9"
DATA_WEB = "f892eb5c-6c83-428c-acc1-9cfb8caac9c0"
DOMAINS = {"data-db": DATA_DB, "data-master": DATA_MASTER, "data-web": DATA_WEB}
FILE01_LUN = "360014055a5a5a5a0000000200000002"
TAKEOVER = {"confirmed_by": "Ada Byron", "reason": "no power in the other room"}

REGISTER = r"/vms/[^/]+/register$"
START = r"/vms/[^/]+/start$"
ATTACH = r"/datacenters/[^/]+/storagedomains$"
IMPORT = r"api/storagedomains$"
REFRESH = r"/updateovfstore$"
DEACTIVATE = r"/deactivate$"
DETACH = r"/datacenters/[^/]+/storagedomains/[^/]+$"
REMOVE = r"api/storagedomains/[^/]+$"

Result = dict[str, t.Any]
Estate = dict[str, t.Any]


def wanted(*names: str, **more: t.Any) -> list[dict[str, t.Any]]:
    """The option ``domains`` of storage_domain_attach for the replicas of these domains."""
    return [
        {"id": DOMAINS[name], "address": "nfs-b.example", "path": f"/exports/{name}", **more}
        for name in names or sorted(DOMAINS)
    ]


def mappings(estate: Estate) -> dict[str, t.Any]:
    """The mappings that bring every VM of the drill from primary to recovery."""
    source = next(lun for lun in estate["storage"]["luns"] if lun["id"] == FILE01_LUN)
    pair = next(pair for pair in estate["storage"]["replicas"] if pair["from"].get("lun") == source["id"])
    target = next(lun for lun in estate["storage"]["luns"] if lun["id"] == pair["to"]["lun"])
    lun = {"id": target["id"], "type": "iscsi", "address": target["address"], "target": target["target"]}
    return {"clusters": [{"from": "prod", "to": "dr"}], "luns": [{"from": source["id"], "to": lun}]}


class Bench:
    """A twin and the modules that speak to it."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin

    # -- the twin

    def edit(self, change: t.Callable[[Estate], None]) -> Estate:
        """Start over with the drill's estate after ``change`` was made to a copy of it."""
        estate = copy.deepcopy(load(DRILL))
        change(estate)
        return self.use(estate)

    def use(self, estate: Estate) -> Estate:
        """Start over with another estate."""
        check(estate)
        self.twin.estate = estate
        self.twin.reset()
        return estate

    def inventory(self, folder: pathlib.Path) -> str:
        """The estate as a file that modules can read as an inventory."""
        path = folder / "estate.json"
        path.write_text(json.dumps(self.twin.estate), encoding="utf-8")
        return str(path)

    def writes(self, pattern: str = "", site: str = "recovery") -> list[LoggedRequest]:
        """The writes of a site whose "METHOD path" matches, the reviewed POSTs that only read left out."""
        return [
            entry
            for entry in self.twin.writes(site)
            if last_part(entry.path) not in READ_POSTS and re.search(pattern, f"{entry.method} {path_of(entry)}")
        ]

    def forget(self) -> None:
        """What was asked so far is not looked at any more."""
        for site in self.twin.sites:
            self.twin._servers[site].log.clear()

    def fail(self, path: str, action: str = "reset_after", *, site: str = "recovery", **more: t.Any) -> None:
        """A fault of the POSTs (or of the method given) on a path."""
        self.twin.fail({"action": action, "method": "POST", "path": path, **more}, site)

    def names(self, tag: str, site: str = "recovery", **fields: str) -> set[str]:
        """The names of a kind of record that a site holds, with these fields."""
        entities = self.twin.site(site).all(tag)
        return {one.name for one in entities if all(one.data.get(key) == value for key, value in fields.items())}

    def imports(self, site: str = "recovery") -> Counter[str]:
        """How often each VM was registered, by the engine's jobs."""
        jobs = (job for job in self.twin.site(site).all("job") if job.data["status"] != "failed")
        found = (re.match(r"Importing VM (\S+) from", str(job.data["description"])) for job in jobs)
        return Counter(match[1] for match in found if match)

    # -- the modules

    def auth(self, site: str = "recovery", **more: t.Any) -> dict[str, t.Any]:
        """The option ``auth`` for a site."""
        return {"url": self.twin.url(site), "username": USERNAME, "password": PASSWORD, **more}

    def run(self, module: str, *, check: bool = False, site: str = "recovery", **options: t.Any) -> Result:
        """The result of a module; ``failed`` is in it when the module failed. Options of None are left out."""
        given = {**common(module), "auth": self.auth(site), **options}
        arguments = {key: value for key, value in given.items() if value is not None}
        return run_module(module, {**arguments, "_ansible_check_mode": check, "_ansible_diff": True})

    def done(self, module: str, **options: t.Any) -> Result:
        """The result of a module that must not fail."""
        result = self.run(module, **options)
        assert not result.get("failed"), result["msg"]
        return result

    # -- states

    def attach(self, *names: str, **options: t.Any) -> Result:
        """storage_domain_attach of the replicas of these domains, or of all."""
        given = {"data_center": "Recovery", "domains": wanted(*names), "takeover": TAKEOVER, **options}
        return self.run("storage_domain_attach", **given)

    def register(self, *vms: str, **options: t.Any) -> Result:
        """unregistered_vm_register with everything mapped; the databases may come partially."""
        given = {
            "data_center": "Recovery",
            "domains": sorted(DOMAINS),
            "vms": list(vms) or ["*"],
            "partial": ["db*"],
            "mappings": mappings(self.twin.estate),
            **options,
        }
        return self.run("unregistered_vm_register", **given)

    def templates(self, *names: str, **options: t.Any) -> Result:
        """unregistered_template_register, into the cluster dr."""
        given: dict[str, t.Any] = {
            "data_center": "Recovery",
            "domains": sorted(DOMAINS),
            "cluster": "dr",
            **options,
        }
        if names:
            given["templates"] = list(names)
        return self.run("unregistered_template_register", **given)

    def remove(self, **options: t.Any) -> Result:
        """unregistered_remove, of whatever it is not known what it holds."""
        given = {"data_center": "Recovery", "accept": ["unknown_disks"], "confirm": TAKEOVER, **options}
        return self.run("unregistered_remove", **given)

    def power(self, *vms: str, **options: t.Any) -> Result:
        """vm_power, up unless said otherwise."""
        return self.run("vm_power", **{"vms": list(vms) or None, **options})

    def detach(self, *names: str, **options: t.Any) -> Result:
        """storage_domain_detach from the primary site."""
        given = {"site": "primary", "data_center": "Production", "domains": list(names) or ["data-web"], **options}
        return self.run("storage_domain_detach", **given)

    def ready(self, state: str) -> None:
        """Bring recovery to a state: attached, templates, registered or up. What that took is forgotten."""
        ways: tuple[tuple[str, t.Callable[[], Result]], ...] = (
            ("attached", self.attach),
            ("templates", self.templates),
            ("registered", self.register),
            ("up", lambda: self.power("*")),
        )
        for name, way in ways:
            result = way()
            assert not result.get("failed"), result["msg"]
            if name == state:
                break
        self.forget()

    def put(self, site: str, path: str, body: str) -> int:
        """The status that a site answers to a PUT that no module sends."""
        return self.send("PUT", path, body, site)

    def send(self, method: str, path: str, body: str, site: str) -> int:
        """The status that a site answers to a request of our own."""
        answer = requests.request(
            method,
            self.twin.url(site) + path,
            data=body,
            headers={"Content-Type": "application/xml"},
            auth=(USERNAME, PASSWORD),
            timeout=20,
        )
        return answer.status_code

    def quiet_domain(self, name: str) -> None:
        """A domain of the primary site is in maintenance."""
        site = self.twin.site("primary")
        with site.lock:
            (domain,) = [one for one in site.all("storage_domain") if one.name == name]
            domain.set(status="maintenance")

    def quiet_primary(self) -> None:
        """No VM of the primary site runs, so that its domains can be detached."""
        self.done("vm_power", site="primary", vms=["*"], state="down", method="poweroff")
        self.forget()


def run_module(module: str, arguments: dict[str, t.Any]) -> Result:
    """What a module says, called in this process."""
    main = importlib.import_module(f"{MODULES}.{module}").main
    said = io.StringIO()
    warned: list[str] = []
    with (
        patch_module_args(arguments),
        contextlib.redirect_stdout(said),
        contextlib.suppress(SystemExit),
        # In a process that is a controller too, Ansible shows warnings at once, and they are not in the result.
        mock.patch.object(AnsibleModule, "warn", lambda _module, warning: warned.append(warning)),
    ):
        main()
    result: Result = json.loads(said.getvalue())
    return {**result, "warnings": [*result.get("warnings", ()), *warned]} if warned else result


def common(module: str) -> dict[str, t.Any]:
    """Options that keep a test quick: polls are short and time-outs too."""
    if module.endswith("_info"):
        return {}
    return {"poll_interval": 0.01, "timeout": 20, "run_id": RUN_ID}


def path_of(entry: LoggedRequest) -> str:
    """A request's path without its query."""
    return entry.path.split("?")[0]


def last_part(path: str) -> str:
    return path.split("?", maxsplit=1)[0].rstrip("/").rpartition("/")[2]


def site_of(estate: Estate, name: str) -> dict[str, t.Any]:
    """The record of a site."""
    found: dict[str, t.Any] = next(site for site in estate["sites"] if site["name"] == name)
    return found


def record(estate: Estate, site: str, collection: str, name: str) -> dict[str, t.Any]:
    """A record of a site by its name."""
    found: dict[str, t.Any] = next(one for one in site_of(estate, site)[collection] if one["name"] == name)
    return found
