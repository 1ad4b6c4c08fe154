# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as it is released, built and installed once in each process of pytest."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import typing as t

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.tests.integration.packaging.release import Release, build, install
from ansible_collections.ovirt_dr.storage.tests.integration.packaging.runner import PASSWORD, Engine

OPENSSL = shutil.which("openssl")


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return build(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="session")
def installed(release: Release, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A collections path that holds the release and nothing else."""
    return install(release, tmp_path_factory.mktemp("installed"))


@pytest.fixture
def twin() -> t.Iterator[Twin]:
    with Twin(profile="none", pace=0.02) as twin:
        yield twin


@pytest.fixture
def engine(tmp_path: pathlib.Path) -> t.Iterator[Engine]:
    """A twin that speaks TLS, with a certificate of an authority that nobody knows but by its file."""
    if OPENSSL is None:
        pytest.skip("the openssl command is not here")
    place = tmp_path / "pki"
    place.mkdir()
    (place / "engine.ext").write_text("subjectAltName=IP:127.0.0.1\n", encoding="utf-8")
    key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    for words in (
        f"req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=ca",
        f"req {key} -keyout engine.key -out engine.csr -subj /CN=engine",
        "x509 -req -in engine.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile engine.ext -out engine.pem",
    ):
        subprocess.run([OPENSSL, *words.split()], cwd=place, check=True, capture_output=True)
    tls = (str(place / "engine.pem"), str(place / "engine.key"))
    with Twin(profile="none", pace=0.02, tls=tls, password=PASSWORD) as twin:
        yield Engine(twin, place / "ca.pem")
