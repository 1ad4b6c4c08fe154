# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records for the planners, and a small model of an engine that carries steps out in any allowed order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._carry_out.steps import Step
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.wanted_domains import WantedDomain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import (
    BLANK_TEMPLATE,
    DataCenter,
    Disk,
    Domain,
    Host,
    Template,
    UnregisteredTemplate,
    UnregisteredVm,
    Vm,
)

CENTER = DataCenter("dc", "Recovery", "up", False)
HOST = Host("h1", "hv-b1", "up", "c1")


def domain(name: str, *, status: str = "active", master: bool = False, center: str = "dc", kind: str = "nfs") -> Domain:
    """A domain with the id ``id-NAME`` on its own path; center "": in no data center."""
    return Domain(f"id-{name}", name, "data", status, master, kind, "nfs", f"/{name}", (center,) if center else ())


def wanted(name: str, *, called: str | None = None, required: bool = True) -> WantedDomain:
    """The wish for the domain of domain(name)."""
    return WantedDomain(f"id-{name}", name if called is None else called, "nfs", "nfs", f"/{name}", required=required)


def vm(name: str, *, id_: str = "", status: str = "down") -> Vm:
    """A registered VM."""
    return Vm(id_ or f"id-{name}", name, status, "c1", BLANK_TEMPLATE)


def template(name: str, *, id_: str = "") -> Template:
    """A registered base template."""
    return Template(id_ or f"id-{name}", name, "ok", id_ or f"id-{name}", 1)


def lost_vm(name: str, *, id_: str = "", of: str = BLANK_TEMPLATE) -> UnregisteredVm:
    """An unregistered VM on two domains."""
    return UnregisteredVm(id_ or f"id-{name}", name, of, "x86_64", 1, "down", ("d1", "d2"))


def lost_template(name: str, *, id_: str = "", base: str = "", version: int = 1) -> UnregisteredTemplate:
    """An unregistered template; base "": it is one."""
    return UnregisteredTemplate(id_ or f"id-{name}", name, base or id_ or f"id-{name}", version, "x86_64", ("d1",))


def lun(name: str) -> Disk:
    """A direct LUN disk."""
    return Disk(f"id-{name}", name, "lun", "data", "ok", (), f"36001{name}")


def allowed_order(steps: Iterable[Step]) -> list[Step]:
    """The steps, each after those that it waits for; fails when one waits for a step that is not there, or for itself.

    Of those that may run the last one is taken, so that an order that is only that of the list shows.
    """
    left, ended, order = list(steps), set[str](), list[Step]()
    while left:
        ready = [step for step in left if step.after <= ended]
        if not ready:
            pytest.fail(f"these wait for what never ends: {[step.id for step in left]}")
        left.remove(ready[-1])
        ended.add(ready[-1].id)
        order.append(ready[-1])
    return order


@dataclass
class DomainsModel:
    """The domains of an engine, as far as attaching and detaching go. known: id -> domain; an attached one is here."""

    known: dict[str, Domain] = field(default_factory=dict)
    path_names: dict[str, str] = field(default_factory=dict)

    @property
    def attached(self) -> list[Domain]:
        """What the data center lists."""
        return [one for one in self.known.values() if CENTER.id in one.data_center_ids]

    @property
    def top(self) -> list[Domain]:
        """What the engine lists, without the status of those that are attached."""
        return [replace(one, status="" if one.data_center_ids else "unattached") for one in self.known.values()]

    def do(self, step: Step) -> None:
        """Carry one step out; fails where the engine would refuse."""
        known = self.known.get(step.target_id)
        if step.action == "import":
            assert known is None
            wish = step.details["domain"]
            assert isinstance(wish, WantedDomain)
            name = self.path_names.get(wish.id, "from-metadata")
            self.known[wish.id] = Domain(wish.id, name, "data", "unattached", False, "nfs", wish.address, wish.path, ())
            return
        assert known is not None, f"{step.action} of an unknown domain"
        if step.action == "attach":
            assert not known.data_center_ids
            self.known[known.id] = replace(known, status="active", data_center_ids=(CENTER.id,))
        elif step.action == "activate":
            assert known.data_center_ids
            self.known[known.id] = replace(known, status="active")
        elif step.action == "rename":
            wish = step.details["domain"]
            assert isinstance(wish, WantedDomain)
            self.known[known.id] = replace(known, name=wish.name)
        elif step.action == "deactivate":
            if known.master:
                assert all(one.master for one in self.attached), "the master may not leave before the others"
            self.known[known.id] = replace(known, status="maintenance")
        elif step.action == "detach":
            assert known.status == "maintenance"
            if known.master:
                assert all(one.master for one in self.attached), "the master may not leave before the others"
            self.known[known.id] = replace(known, status="unattached", master=False, data_center_ids=())
        elif step.action == "remove":
            assert not known.data_center_ids
            del self.known[known.id]
        else:
            pytest.fail(f"no such action: {step.action}")
