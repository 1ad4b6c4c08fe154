# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which engine, and as whom: from the option ``auth``, the environment, or the ini file that AWX injects.

Each value is taken from the first place that holds it:

1. the option ``auth`` of the module,
2. ``OVIRT_*`` in the environment,
3. section ``[ovirt]`` of the file that ``OVIRT_INI_PATH`` names: the "Red Hat Virtualization" credential of AWX writes
   it, and puts the CA file nowhere else (conventions 3.1).

A token is the exception, since it stands for one user at one engine: it is taken only from a place that does not name
another engine, and not from below a place that gives a password.
"""

from __future__ import annotations

import configparser
import dataclasses
import re
import typing as t
import urllib.parse

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput

_YES = ("true", "yes", "on", "1", "y", "t")
_NO = ("false", "no", "off", "0", "n", "f")

_ENVIRONMENT = {
    "url": "OVIRT_URL",
    "hostname": "OVIRT_HOSTNAME",
    "username": "OVIRT_USERNAME",
    "password": "OVIRT_PASSWORD",
    "token": "OVIRT_TOKEN",
    "ca_file": "OVIRT_CAFILE",
    "ca_content": "OVIRT_CA_CONTENT",
    "insecure": "OVIRT_INSECURE",
}
_INI = {"url": "ovirt_url", "username": "ovirt_username", "password": "ovirt_password", "ca_file": "ovirt_ca_file"}


@dataclasses.dataclass(frozen=True)
class Credentials:
    """How to speak with one engine.

    ``url`` is normalised ("https://engine.example/ovirt-engine/api"). User names are passed as they are. With a token
    and a password the token is used until the engine refuses it. Time-outs are seconds: to connect, and between two
    parts of an answer. Without ``ca_file`` and ``ca_content`` the system's certificate authorities count.
    """

    url: str
    username: str | None = None
    password: str | None = dataclasses.field(default=None, repr=False)
    token: str | None = dataclasses.field(default=None, repr=False)
    ca_file: str | None = None
    ca_content: str | None = dataclasses.field(default=None, repr=False)
    insecure: bool = False
    use_proxy: bool = False
    connect_timeout: float = 10.0
    read_timeout: float = 120.0

    def secrets(self) -> tuple[str, ...]:
        """The values that no text may show."""
        return tuple(value for value in (self.password, self.token) if value)


def auth_argument_spec() -> dict[str, t.Any]:
    """The option ``auth`` of every module that speaks with an engine."""
    return {
        "auth": {
            "type": "dict",
            "options": {
                "url": {"type": "str"},
                "hostname": {"type": "str"},
                "username": {"type": "str"},
                "password": {"type": "str", "no_log": True},
                "token": {"type": "str", "no_log": True},
                "ca_file": {"type": "path"},
                "ca_content": {"type": "str"},
                "insecure": {"type": "bool"},
                "use_proxy": {"type": "bool"},
                "connect_timeout": {"type": "float"},
                "read_timeout": {"type": "float"},
            },
        }
    }


def read_ini(path: str) -> t.Mapping[str, str]:
    """The keys of section ``[ovirt]`` of the file; passwords may hold "%". Raises BadInput if it cannot be read."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        with open(path, encoding="utf-8") as file:
            parser.read_file(file)
    except OSError as error:
        raise BadInput(f"The file '{path}' that OVIRT_INI_PATH names cannot be read: {error.strerror}.") from None
    except (configparser.Error, UnicodeDecodeError):
        # The parser's own words quote the line, which may be the one with the password.
        raise BadInput(f"The file '{path}' that OVIRT_INI_PATH names is not an ini file.") from None
    return dict(parser["ovirt"]) if parser.has_section("ovirt") else {}


def resolve(
    options: t.Mapping[str, t.Any] | None,
    environ: t.Mapping[str, str],
    read_ini: t.Callable[[str], t.Mapping[str, str]] = read_ini,
) -> Credentials:
    """The credentials that ``options`` (the value of ``auth``), the environment and the ini file make together.

    Empty texts count as not given. Raises BadInput, which names all three places, when something needed is nowhere.
    """
    ini_path = environ.get("OVIRT_INI_PATH")
    ini = read_ini(ini_path) if ini_path else {}
    places = [
        _given(options or {}),
        _given({name: environ.get(variable) for name, variable in _ENVIRONMENT.items()}),
        _given({name: ini.get(key) for name, key in _INI.items()}),
    ]

    def first(name: str) -> t.Any:
        return next((place[name] for place in places if name in place), None)

    address = next((_address(place) for place in places if _address(place)), None)
    if not address:
        raise BadInput(
            _missing("which engine to use", "url (or hostname)", "OVIRT_URL (or OVIRT_HOSTNAME)", "ovirt_url")
        )
    url = normalised_url(address)
    token = _token(places, url)
    username, password = first("username"), first("password")
    if not token and not (username and password):
        missing = " and ".join(name for name, value in (("username", username), ("password", password)) if not value)
        raise BadInput(
            _missing(
                f"as whom to sign in: {missing} missing (or a token)",
                "username and password, or token",
                "OVIRT_USERNAME and OVIRT_PASSWORD, or OVIRT_TOKEN",
                "ovirt_username and ovirt_password",
            )
        )
    return Credentials(
        url=url,
        username=username,
        password=password if username else None,
        token=token,
        ca_file=first("ca_file"),
        ca_content=first("ca_content"),
        insecure=_flag("insecure", first("insecure")),
        use_proxy=_flag("use_proxy", first("use_proxy")),
        connect_timeout=_seconds("connect_timeout", first("connect_timeout"), Credentials.connect_timeout),
        read_timeout=_seconds("read_timeout", first("read_timeout"), Credentials.read_timeout),
    )


def normalised_url(address: str) -> str:
    """``address`` as the API's URL: a bare host name or address, with or without port, or any part of the URL will do.

    Raises BadInput for what cannot be an engine's address, and for one with a user or password in it.
    """
    asked = address.strip()
    if "@" in asked:
        raise BadInput(
            "The engine's URL holds a user or password. Give those as username and password: URLs end up in logs."
        )
    if "://" not in asked:
        if asked.count(":") > 1 and not asked.startswith("["):
            asked = f"[{asked}]"
        asked = f"https://{asked}"
    advice = "Give https://HOST/ovirt-engine/api, or just the host name."
    try:
        parts = urllib.parse.urlsplit(asked)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadInput(f"'{address}' is not the URL of an engine. {advice}") from None
    if parts.scheme.lower() not in ("http", "https") or not host or re.search(r"[\s\x00-\x1f\x7f]", asked):
        raise BadInput(f"'{address}' is not the URL of an engine. {advice}")
    path = parts.path.rstrip("/")
    if path in ("", "/ovirt-engine"):
        path = "/ovirt-engine/api"
    path = re.sub(r"/api/v4$", "/api", path)
    if parts.query or parts.fragment or not path.endswith("/ovirt-engine/api"):
        raise BadInput(f"'{address}' is a page of an engine, not its API. {advice}")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme.lower()}://{shown}{f':{port}' if port else ''}{path}"


def _given(values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The values that are there: neither None nor an empty text (an AWX survey sends "" for what was left out)."""
    return {name: value for name, value in values.items() if value is not None and value != ""}


def _address(place: t.Mapping[str, t.Any]) -> str | None:
    """The engine that a place names, as it was written."""
    return place.get("url") or place.get("hostname")


def _token(places: list[dict[str, t.Any]], url: str) -> str | None:
    """The first token that belongs to the engine and user that the places above it have not decided otherwise."""
    for place in places:
        address = _address(place)
        if "token" in place and (not address or normalised_url(address) == url):
            return str(place["token"]).strip()
        if "password" in place:
            return None
    return None


def _missing(what: str, option: str, environment: str, ini: str) -> str:
    return (
        f"It is not said {what}. Give the option auth with {option}; or set {environment} in the environment; "
        f"or use the 'Red Hat Virtualization' credential of AWX ({ini} in section [ovirt] of the file that "
        "OVIRT_INI_PATH names)."
    )


def _flag(name: str, value: t.Any) -> bool:
    """An option is a bool already, the environment gives a text."""
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    said = str(value).strip().lower()
    if said not in _YES + _NO:
        raise BadInput(f"{name} is '{value}': say true or false.")
    return said in _YES


def _seconds(name: str, value: t.Any, default: float) -> float:
    try:
        seconds = default if value is None else float(value)
    except (TypeError, ValueError):
        raise BadInput(f"auth.{name} is '{value}': give a number of seconds.") from None
    if not 0 < seconds < float("inf"):
        raise BadInput(f"auth.{name} is {seconds:g}: give a number of seconds above 0.")
    return seconds
