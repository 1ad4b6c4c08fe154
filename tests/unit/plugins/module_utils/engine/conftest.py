# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the engine tests."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import Credentials
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.engine.scripted import FakeClock, Server


@pytest.fixture
def server() -> t.Iterator[Server]:
    made = Server()
    yield made
    made.stop()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def connect(server: Server, clock: FakeClock) -> t.Iterator[t.Callable[..., Client]]:
    """Makes clients of the server; keyword arguments that Credentials knows go there, the others to Client."""
    made: list[Client] = []

    def make(**given: t.Any) -> Client:
        known = {field.name for field in dataclasses.fields(Credentials)}
        values: dict[str, t.Any] = {"url": server.url, "username": "admin@internal", "password": "s3cret%&word"}
        values.update({name: value for name, value in given.items() if name in known})
        others = {name: value for name, value in given.items() if name not in known}
        client = Client(Credentials(**values), **{"clock": clock, **others})
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
