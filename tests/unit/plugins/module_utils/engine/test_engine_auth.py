# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which engine and as whom."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import (
    auth_argument_spec,
    normalised_url,
    resolve,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from hypothesis import given
from hypothesis import strategies as st

OPTIONS = {"url": "https://opt.example/ovirt-engine/api", "username": "opt@internal", "password": "opt-pw"}
ENVIRON = {"OVIRT_URL": "env.example", "OVIRT_USERNAME": "env@internal", "OVIRT_PASSWORD": "env-pw"}
INI = {
    "ovirt_url": "ini.example",
    "ovirt_username": "ini@internal",
    "ovirt_password": "ini-pw",
    "ovirt_ca_file": "/etc/ca.pem",
}
WITH_INI = {"OVIRT_INI_PATH": "/run/awx.ini"}


def made(options: t.Mapping[str, t.Any] | None, environ: t.Mapping[str, str], ini: t.Mapping[str, str]) -> t.Any:
    return resolve(options, environ, lambda path: ini)


@pytest.mark.parametrize(
    ("options", "environ", "ini", "expected"),
    [
        (OPTIONS, {**ENVIRON, **WITH_INI}, INI, ("opt", "opt@internal", "opt-pw")),
        (None, {**ENVIRON, **WITH_INI}, INI, ("env", "env@internal", "env-pw")),
        (None, WITH_INI, INI, ("ini", "ini@internal", "ini-pw")),
        ({"username": "other@ovirt@internalsso"}, ENVIRON, {}, ("env", "other@ovirt@internalsso", "env-pw")),
        (
            {"url": "", "username": None},
            {**ENVIRON, "OVIRT_PASSWORD": "", **WITH_INI},
            INI,
            ("env", "env@internal", "ini-pw"),
        ),
        ({"hostname": "opt.example"}, ENVIRON, {}, ("opt", "env@internal", "env-pw")),
        ({}, {**ENVIRON, "OVIRT_HOSTNAME": "other.example"}, {}, ("env", "env@internal", "env-pw")),
    ],
)
def test_each_value_from_the_first_place(
    options: t.Any, environ: t.Any, ini: t.Any, expected: tuple[str, str, str]
) -> None:
    found = made(options, environ, ini)
    assert (found.url, found.username, found.password) == (
        f"https://{expected[0]}.example/ovirt-engine/api",
        *expected[1:],
    )


def test_ca_from_the_awx_credential(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "awx.ini"
    file.write_text(
        "[ovirt]\novirt_url=some-ovirt-host.example.org\novirt_username=admin@internal\n"
        "ovirt_password=100%s%(x)s;#\novirt_ca_file=/etc/pki/ca.pem\n"
    )
    found = resolve(None, {"OVIRT_INI_PATH": str(file), "OVIRT_URL": "some-ovirt-host.example.org"})
    assert found.password == "100%s%(x)s;#"
    assert found.ca_file == "/etc/pki/ca.pem"
    assert found.url == "https://some-ovirt-host.example.org/ovirt-engine/api"


@pytest.mark.parametrize("content", ["ovirt_password=hunter22", "[ovirt]\novirt_password hunter22\n", "\x00\ufeff["])
def test_a_broken_ini_file_shows_no_password(tmp_path: pathlib.Path, content: str) -> None:
    file = tmp_path / "awx.ini"
    file.write_text(content)
    with pytest.raises(BadInput, match=r"awx\.ini") as caught:
        resolve(OPTIONS, {"OVIRT_INI_PATH": str(file)})
    assert "hunter22" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_ini_file_is_missing_or_has_no_section(tmp_path: pathlib.Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.ini.*cannot be read"):
        resolve(OPTIONS, {"OVIRT_INI_PATH": str(tmp_path / "nowhere.ini")})
    file = tmp_path / "other.ini"
    file.write_text("[something]\na=b\n")
    assert resolve(OPTIONS, {"OVIRT_INI_PATH": str(file)}).username == "opt@internal"


@pytest.mark.parametrize(
    ("options", "environ", "token", "password"),
    [
        ({"token": "t"}, ENVIRON, "t", "env-pw"),
        ({**OPTIONS, "token": " t\n"}, {}, "t", "opt-pw"),
        (OPTIONS, {"OVIRT_TOKEN": "t"}, None, "opt-pw"),
        ({"url": "opt.example", "username": "u@p"}, {**ENVIRON, "OVIRT_TOKEN": "t"}, None, "env-pw"),
        ({"url": "https://ENV.example/"}, {**ENVIRON, "OVIRT_TOKEN": "t"}, "t", "env-pw"),
        ({"url": "opt.example"}, {"OVIRT_TOKEN": "t"}, "t", None),
    ],
    ids=["option", "both", "below a password", "of another engine", "of the same engine", "of no named engine"],
)
def test_which_token_counts(options: t.Any, environ: t.Any, token: str | None, password: str | None) -> None:
    found = made(options, environ, {})
    assert (found.token, found.password) == (token, password)


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({}, "which engine"),
        ({"url": "a.example"}, "username and password missing"),
        ({"url": "a.example", "username": "x"}, "password missing"),
        ({"url": "a.example", "password": "hunter22"}, "username missing"),
    ],
)
def test_what_is_missing_is_told_with_all_three_places(options: t.Any, missing: str) -> None:
    with pytest.raises(BadInput, match=missing) as caught:
        made(options, {}, {})
    for place in ("auth", "OVIRT_", "OVIRT_INI_PATH"):
        assert place in str(caught.value)
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("engine.example", "https://engine.example/ovirt-engine/api"),
        (" engine.example:8443 ", "https://engine.example:8443/ovirt-engine/api"),
        ("Engine.Example", "https://engine.example/ovirt-engine/api"),
        ("192.0.2.7", "https://192.0.2.7/ovirt-engine/api"),
        ("2001:db8::7", "https://[2001:db8::7]/ovirt-engine/api"),
        ("[2001:db8::7]:8443", "https://[2001:db8::7]:8443/ovirt-engine/api"),
        ("https://engine.example", "https://engine.example/ovirt-engine/api"),
        ("https://engine.example/", "https://engine.example/ovirt-engine/api"),
        ("https://engine.example/ovirt-engine", "https://engine.example/ovirt-engine/api"),
        ("HTTPS://engine.example/ovirt-engine/api/", "https://engine.example/ovirt-engine/api"),
        ("https://engine.example/ovirt-engine/api/v4", "https://engine.example/ovirt-engine/api"),
        ("http://127.0.0.1:9000/site-a/ovirt-engine/api", "http://127.0.0.1:9000/site-a/ovirt-engine/api"),
    ],
)
def test_addresses(address: str, url: str) -> None:
    assert normalised_url(address) == url
    assert normalised_url(url) == url


@pytest.mark.parametrize(
    "address",
    [
        "https://engine.example/ovirt-engine/webadmin/",
        "https://engine.example/ovirt-engine/api?x=y",
        "ftp://engine.example",
        "https://",
        "https://engine.example:port/",
        "https://[::1",
        "engine example",
        "https://admin:hunter22@engine.example/ovirt-engine/api",
        "admin@internal",
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(BadInput) as caught:
        normalised_url(address)
    assert "hunter22" not in str(caught.value)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_bad_input(text: str) -> None:
    try:
        url = normalised_url(text)
    except BadInput:
        return
    assert normalised_url(url) == url


@pytest.mark.parametrize(
    ("value", "wanted"), [("true", True), ("YES", True), ("1", True), ("off", False), ("0", False)]
)
def test_insecure_from_the_environment(value: str, wanted: bool) -> None:
    assert made(OPTIONS, {"OVIRT_INSECURE": value}, {}).insecure is wanted
    assert made({**OPTIONS, "insecure": not wanted}, {"OVIRT_INSECURE": value}, {}).insecure is not wanted


@pytest.mark.parametrize(
    ("options", "environ", "words"),
    [
        ({}, {"OVIRT_INSECURE": "maybe"}, "maybe"),
        ({"connect_timeout": 0}, {}, "above 0"),
        ({"read_timeout": float("inf")}, {}, "above 0"),
        ({"read_timeout": "soon"}, {}, "number of seconds"),
    ],
)
def test_values_that_make_no_sense(options: t.Any, environ: t.Any, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        made({**OPTIONS, **options}, environ, {})


def test_defaults_are_safe() -> None:
    found = made(OPTIONS, {}, {})
    assert (found.insecure, found.use_proxy, found.connect_timeout, found.read_timeout) == (False, False, 10.0, 120.0)


def test_argument_spec_is_one_that_ansible_takes() -> None:
    spec = auth_argument_spec()
    result = ArgumentSpecValidator(spec).validate({"auth": {**OPTIONS, "token": "t0ken", "insecure": "no"}})
    assert result.error_messages == []
    assert result._no_log_values == {"opt-pw", "t0ken"}
    assert resolve(result.validated_parameters["auth"], {}).token == "t0ken"
    assert ArgumentSpecValidator(spec).validate({}).validated_parameters == {"auth": None}
