# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a twin: python -m ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin [options]."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import launch
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import FASTEST, SLOWEST, Clock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.estate import DRILL, EstateError, load
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.faults import NAMES, BadRule
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.grow import grow
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.latency import FORMS, BadLatency
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.launch import Settings
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.profile import PACES
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import TOKEN_SECONDS, CannotListen, Twin

LONGEST_LIFETIME = 7 * 24 * 3600.0


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    names = "; ".join(f"{name}: {words}" for name, words in NAMES.items())
    parser = argparse.ArgumentParser(
        prog="twin", description="An engine stand-in, loaded with an estate.", epilog=f"Faults: {names}."
    )
    parser.add_argument("--estate", default="", help="estate file (default: the shipped drill estate)")
    parser.add_argument("--vms", type=int, help="grow the first site to this many VMs")
    parser.add_argument("--domains", type=int, help="grow the first site to this many data domains besides the master")
    parser.add_argument("--profile", choices=sorted(PACES), default="none", help="how long things take")
    parser.add_argument(
        "--pace", type=float, help="factor for what runs on behind answers (default: 0.1 for none, 1 for engine-4.5)"
    )
    parser.add_argument(
        "--latency",
        default="0",
        help="seconds added to every request, or a distribution: " + ", ".join(form for form in FORMS if ":" in form),
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="seconds of the twin's clock that pass in a real one (default: 1)"
    )
    parser.add_argument(
        "--token-seconds",
        type=float,
        help=f"how long a token is good (default: {TOKEN_SECONDS:g})",
    )
    parser.add_argument("--bind", default="127.0.0.1", help="address to listen on (default: loopback only)")
    parser.add_argument(
        "--port", type=int, default=0, help="port of the first site, the next ones follow (default: any free)"
    )
    parser.add_argument("--tls-cert", default="", help="certificate file, turns TLS on")
    parser.add_argument("--tls-key", default="", help="key file of the certificate")
    parser.add_argument("--state-file", help="JSON file written when ready: urls, pid, ports")
    parser.add_argument(
        "--fail", action="append", default=[], metavar="RULE", help="a fault by name, or a rule as JSON; repeatable"
    )
    parser.add_argument(
        "--max-lifetime", type=float, default=3600.0, help="seconds after which it ends by itself (default: 3600)"
    )
    parser.add_argument(
        "--background", action="store_true", help="return when it answers; what it says goes to STATE_FILE.log"
    )
    parser.add_argument("--stop", action="store_true", help="end the twin of the state file")
    return parser


def write_state(path: Path, twin: Twin, label: dict[str, Any], lifetime: float) -> None:
    """Tells where the sites are; readable by the owner only, there all at once."""
    state = {
        "pid": os.getpid(),
        "sites": {name: twin.url(name) for name in twin.sites},
        "ports": {name: int(twin.url(name).split(":")[2].split("/")[0]) for name in twin.sites},
        "username": twin.username,
        "password": twin.password,
        "ends": time.time() + lifetime,
        "label": label,
    }
    launch.write_private(path, f"{json.dumps(state)}\n".encode())


def _settings(options: argparse.Namespace) -> Settings:
    given = {field.name: getattr(options, field.name) for field in fields(Settings)}
    return Settings(**{**given, "fail": tuple(options.fail)})


def _elsewhere(settings: Settings, state_file: Path, lifetime: float, *, stop: bool) -> int:
    """Ends or starts a twin that is a process of its own."""
    try:
        if stop:
            launch.stop(state_file)
            return 0
        running = launch.start(settings, state_file.absolute(), lifetime)
    except launch.LaunchError as error:
        print(f"twin: {error}", file=sys.stderr)
        return 1
    for name, url in running.sites.items():
        print(f"{name} {url}")
    return 0


def main(argv: list[str] | None = None) -> int:
    """Runs until a signal, the control address or the lifetime ends it; returns the exit code."""
    parser = arguments()
    options = parser.parse_args(argv)
    if not SLOWEST <= options.speed <= FASTEST:
        parser.error(f"--speed must be from {SLOWEST:g} to {FASTEST:g}")
    if (options.stop or options.background) and not options.state_file:
        parser.error("--stop and --background need --state-file")
    settings, lifetime = _settings(options), min(options.max_lifetime, LONGEST_LIFETIME)
    if options.stop or options.background:
        return _elsewhere(settings, Path(options.state_file), lifetime, stop=options.stop)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    tls = (options.tls_cert, options.tls_key or options.tls_cert) if options.tls_cert else None
    try:
        # Before the estate is read: one that changes meanwhile makes another twin.
        label = settings.label()
        estate = load(options.estate or DRILL)
        if options.vms is not None or options.domains is not None:
            estate = grow(estate, vms=options.vms, domains=options.domains)
        twin = Twin(
            estate,
            options.profile,
            options.latency,
            tls,
            pace=options.pace,
            host=options.bind,
            port=options.port,
            token_seconds=TOKEN_SECONDS if options.token_seconds is None else options.token_seconds,
            clock=Clock(options.speed),
        )
        with twin:
            for rule in options.fail:
                twin.fail(json.loads(rule) if rule.startswith("{") else rule)
            if options.state_file:
                write_state(Path(options.state_file), twin, label, lifetime)
            for name in twin.sites:
                print(f"{name} {twin.url(name)}", flush=True)
            twin.wait(ended, lifetime)
    except (EstateError, BadRule, BadLatency, CannotListen, json.JSONDecodeError, OSError) as error:
        print(f"twin: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
