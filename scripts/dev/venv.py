# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual environment: made when it is missing or no longer fits, in two steps, from one lock file."""

from __future__ import annotations

import ast
import configparser
import hashlib
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import typing as t

from .project import Problem, Project

LOCK = "requirements-dev.lock"
RUN_TIME = pathlib.PurePath("meta", "ee-requirements.txt")
WHEELS_ONLY = ["--only-binary", ":all:"]

# The package sets, and what a line on the screen calls them. The second holds the first.
RUN, DEVELOPMENT = "run", "development"
SETS = {RUN: "ansible-core, requests, lxml", DEVELOPMENT: "the linters and test tools"}


def ensure(project: Project, wanted: str) -> None:
    """Have the package set ``wanted`` (RUN or DEVELOPMENT) in the virtual environment.

    Nothing is done when its stamp says that it was made from this lock file, by this Python, in this place.
    """
    key = fingerprint(project)
    if is_ready(project, wanted, key):
        return
    with project.alone("venv"):
        if is_ready(project, wanted, key):
            return
        began = time.monotonic()
        print(f"setting up .build/venv: {SETS[wanted]} ... ", end="", flush=True)
        try:
            set_up(project, wanted, key)
        except Problem:
            print("failed", flush=True)
            raise
        print(f"{time.monotonic() - began:.0f} s", flush=True)


def set_up(project: Project, wanted: str, key: str) -> None:
    """Make what is missing of the virtual environment and stamp it with ``key``."""
    # Packages of another lock file must not linger: they would hide that the new one lacks them.
    if not is_ready(project, RUN, key):
        shutil.rmtree(project.venv, ignore_errors=True)
        create(project)
        install(project, [*WHEELS_ONLY, "-c", LOCK, "-r", str(RUN_TIME), "ansible-core"])
        stamp(project, RUN).write_text(key, encoding="utf-8")
    if wanted == DEVELOPMENT:
        install(project, [*WHEELS_ONLY, "--no-deps", "-r", LOCK])
        run(project, [str(project.python), "-m", "pip", "check"], f"{LOCK} does not fit together")
        stamp(project, DEVELOPMENT).write_text(key, encoding="utf-8")


def stamp(project: Project, name: str) -> pathlib.Path:
    """The file that says what a package set was made from."""
    return project.venv / f".{name}.stamp"


def is_ready(project: Project, name: str, key: str) -> bool:
    """Whether the package set is there and was made from ``key``."""
    try:
        return stamp(project, name).read_text(encoding="utf-8") == key
    except FileNotFoundError:
        return False


def fingerprint(project: Project) -> str:
    """What a virtual environment is made from: the lock file, the Python, and its own place (scripts name it)."""
    digest = hashlib.sha256()
    for part in (
        (project.root / LOCK).read_bytes(),
        (project.root / RUN_TIME).read_bytes(),
        sys.version.encode(),
        sys.base_prefix.encode(),
        os.fsencode(project.venv),
    ):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def create(project: Project) -> None:
    """An empty virtual environment with pip, also where Debian's python3-venv (ensurepip) is not installed."""
    venv = [sys.executable, "-m", "venv"]
    place = str(project.venv)
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        run(project, [*venv, place], "the virtual environment could not be made")
        carry_pip_settings(project, str(project.python))
        return
    if importlib.util.find_spec("venv") and importlib.util.find_spec("pip"):
        run(project, [*venv, "--without-pip", place], "the virtual environment could not be made")
        carry_pip_settings(project, sys.executable)
        packages = project.venv / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
        outer_pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-warn-script-location"]
        run(project, [*outer_pip, *WHEELS_ONLY, "--target", str(packages), "pip"], "pip could not be installed")
        return
    raise Problem(
        f"Missing: {sys.executable} has neither ensurepip nor pip. On Debian and Ubuntu: apt-get install python3-venv"
    )


def install(project: Project, what: list[str]) -> None:
    """Have the virtual environment's pip install ``what``."""
    pip = [str(project.python), "-m", "pip", "install", "--disable-pip-version-check"]
    run(project, [*pip, *what], "packages could not be installed; can this machine reach a package index?")


def run(project: Project, command: list[str], trouble: str) -> None:
    """Run one step of the set-up; its output goes to a log, and the log's end to the screen when it fails."""
    log = project.logs / "venv.log"
    with open(log, "w", encoding="utf-8") as output:
        done = subprocess.run(
            command,
            cwd=project.root,
            env=project.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        end = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise Problem(f"{end}\nSetting up .build/venv: {trouble} (the whole output: {log})")


def carry_pip_settings(project: Project, python: str) -> None:
    """Write the user's pip settings (index, certificates, proxy) to where the tools' HOME has them.

    They may come from files below the real HOME or from the environment, and neither reaches the pip that
    ansible-test starts. ``python`` is one that has pip. The file may hold an index password, hence its mode.
    """
    listing = [python, "-m", "pip", "config", "list"]
    listed = subprocess.run(listing, capture_output=True, text=True, check=False).stdout
    settings = configparser.RawConfigParser()
    settings["global"] = pip_settings(listed, os.environ)
    place = project.home / ".config" / "pip" / "pip.conf"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        settings.write(file)


# Where packages come from. Settings that say where they go (target, user) would lead the installation astray.
SOURCES = """
    cert client-cert default-timeout extra-index-url find-links index-url no-index proxy retries timeout trusted-host
"""


def pip_settings(listed: str, environ: t.Mapping[str, str]) -> dict[str, str]:
    """What of ``pip config list`` (lines of ``section.name='value'``) says where packages come from.

    The environment, which pip lists as section ``:env:``, wins over files; its proxy counts where pip has none.
    """
    settings = {}
    proxy = environ.get("https_proxy") or environ.get("HTTPS_PROXY")
    if proxy:
        settings["proxy"] = proxy
    lines = [found for line in listed.splitlines() if (found := re.fullmatch(r"(\S+)\.([\w-]+)=(.*)", line))]
    for line in sorted(lines, key=lambda line: line[1] == ":env:"):
        section, name, value = line.groups()
        if section in {"global", "install", ":env:"} and name in SOURCES.split():
            settings[name] = str(ast.literal_eval(value)).replace("\n", "\n  ")
    return settings
