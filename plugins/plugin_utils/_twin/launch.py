# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A twin as a process of its own that outlives whoever starts it: started once, found again, ended.

What ties them together is the state file: the twin writes it when it answers, and who reads it asks the twin itself
whether it is still the one, as a process id may belong to another program by now."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL

PACKAGE = Path(__file__).parent
MODULE = "ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin"
START_SECONDS = 60.0
END_SECONDS = 10.0
ASK_SECONDS = 10.0


class LaunchError(Exception):
    """A twin could not be started, asked or ended; the text says why."""


@dataclass(frozen=True)
class Settings:
    """What a twin is started with; the fields are the options of the command. Empty or None: its default.

    Two twins with the same settings answer alike, so how long one lives is not among them."""

    estate: str = ""
    vms: int | None = None
    domains: int | None = None
    profile: str = "none"
    pace: float | None = None
    latency: str = "0"
    speed: float = 1.0
    token_seconds: float | None = None
    bind: str = "127.0.0.1"
    port: int = 0
    tls_cert: str = ""
    tls_key: str = ""
    fail: tuple[str, ...] = ()

    def arguments(self) -> list[str]:
        """The options of the command."""
        given = []
        for name, value in asdict(self).items():
            for one in value if isinstance(value, tuple) else [value]:
                if one not in (None, ""):
                    given += [f"--{name.replace('_', '-')}", str(one)]
        return given

    def label(self, estate: bytes | None = None) -> dict[str, Any]:
        """The settings with digests of the estate (what is in the file, unless given) and of the code, so that a
        changed file is another twin."""
        data = json.loads(json.dumps(asdict(self)))
        path = Path(self.estate or DRILL)
        held = estate if estate is not None else path.read_bytes() if path.is_file() else b""
        return {**data, "estate_digest": hashlib.sha256(held).hexdigest(), "code_digest": code_digest()}


def code_digest() -> str:
    """A digest of the twin's code and of the shipped estate."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in (".py", ".json"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Running:
    """A twin that answers: process id, addresses of its sites, who signs in, what it was started with, and the wall
    clock time (seconds since 1970) at which it ends by itself."""

    pid: int
    sites: Mapping[str, str]
    username: str
    password: str
    label: Mapping[str, Any]
    ends: float

    def control(self, what: str, data: object = None, site: str | None = None) -> Any:
        """Asks (or, with ``data``, tells) the control address of a site, or of the first. Raises LaunchError."""
        url = urlsplit(self.sites[site] if site is not None else next(iter(self.sites.values())))
        body = None if data is None else json.dumps(data)
        try:
            connection = _connection(url)
            with closing(connection):
                connection.request("GET" if body is None else "POST", f"/_twin/{what}", body)
                answer = connection.getresponse()
                told = json.loads(answer.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise LaunchError(f"the twin at {url.netloc} does not answer: {error}") from error
        if answer.status != 200:
            raise LaunchError(str(told.get("error") if isinstance(told, dict) else answer.status))
        return told


def _connection(url: SplitResult) -> http.client.HTTPConnection:
    """To the twin itself, never over a proxy. Its certificate may be anybody's: what it answers is compared with the
    state file."""
    if url.scheme != "https":
        return http.client.HTTPConnection(url.netloc, timeout=ASK_SECONDS)
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(url.netloc, timeout=ASK_SECONDS, context=trusting)


def find(state_file: Path) -> Running | None:
    """The twin of a state file, when it lives."""
    found = _read(state_file)
    if found is None:
        return None
    try:
        about = found.control("about")
    except LaunchError:
        return None
    return found if isinstance(about, dict) and about.get("pid") == found.pid else None


def _read(state_file: Path) -> Running | None:
    try:
        held = json.loads(state_file.read_text(encoding="utf-8"))
        return Running(**{name: held[name] for name in Running.__dataclass_fields__})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_private(path: Path, data: bytes) -> None:
    """Writes a file that only its owner may read, all at once."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    os.replace(name, path)


def start(settings: Settings, state_file: Path, max_lifetime: float) -> Running:
    """Starts a twin, in place of one that this state file may have; what it says goes to the file with ``.log`` added.

    Raises LaunchError."""
    log = state_file.with_name(f"{state_file.name}.log")
    if not state_file.parent.is_dir():
        raise LaunchError(f"there is no directory {state_file.parent} for the state file")
    stop(state_file)
    root = str(PACKAGE.parents[5])
    paths = os.pathsep.join(path for path in (root, os.environ.get("PYTHONPATH", "")) if path)
    own = ["--state-file", str(state_file), "--max-lifetime", str(max_lifetime)]
    try:
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", MODULE, *settings.arguments(), *own],
                env={**os.environ, "PYTHONPATH": paths},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        raise LaunchError(f"the twin cannot be started: {error}") from error
    deadline = time.monotonic() + START_SECONDS
    while (found := _read(state_file)) is None or found.pid != process.pid:
        if process.poll() is not None:
            raise LaunchError(_last_words(log))
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise LaunchError(f"the twin did not answer within {START_SECONDS:.0f} s, see {log}")
        time.sleep(0.02)
    return found


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    said = lines[-1].removeprefix("twin: ") if lines else "it said nothing"
    return f"the twin did not start: {said}"


def _lives(pid: int) -> bool:
    """Whether a process that was a twin is still there; one of our own is taken leave of."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def stop(state_file: Path) -> bool:
    """Ends the twin of a state file and removes the file; returns whether there was one. Raises LaunchError when it
    does not end."""
    found = find(state_file)
    if found is not None:
        found.control("shutdown", {})
        deadline = time.monotonic() + END_SECONDS
        while _lives(found.pid):
            if time.monotonic() > deadline:
                raise LaunchError(f"the twin with process id {found.pid} does not end")
            time.sleep(0.02)
    state_file.unlink(missing_ok=True)
    return found is not None
