# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drill is asked to do: the variables of ``make drill``, checked before anything is started."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import typing as t

import ways

PROFILES = ("none", "engine-4.5")
SITES = ("primary", "recovery")


class DrillError(Exception):
    """The drill cannot be run; the text says why and what to do, in one line."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """One drill. way: one of ways.WAYS; vms and domains: 0 means as recorded; latency: seconds per request; fail: fault
    names of the twin."""

    way: str
    vms: int
    domains: int
    profile: str
    latency: float
    fail: tuple[str, ...]
    reset: bool
    check: bool
    folder: pathlib.Path

    @property
    def twin(self) -> dict[str, t.Any]:
        """What decides whether a twin that runs already is the right one."""
        return {
            "way": self.way,
            "vms": self.vms,
            "domains": self.domains,
            "profile": self.profile,
            "latency": self.latency,
        }


def from_environment(environ: t.Mapping[str, str], root: pathlib.Path) -> Settings:
    """The settings that WAY, VMS, DOMAINS, PROFILE, LATENCY (milliseconds), FAIL, RESET and CHECK make; DrillError."""
    profile = environ.get("PROFILE") or "none"
    if profile not in PROFILES:
        raise DrillError(f"PROFILE={profile}: must be one of {', '.join(PROFILES)}")
    way = environ.get("WAY") or "other_engine"
    if way not in ways.WAYS:
        raise DrillError(f"WAY={way}: must be one of {', '.join(ways.WAYS)}")
    fail = tuple(name.strip() for name in (environ.get("FAIL") or "").split(",") if name.strip())
    unmet = [name for name in fail if ways.never_meets(way, name)]
    if unmet:
        raise DrillError(f"FAIL={','.join(unmet)}: WAY={way} sends no request that this could hit; see docs/drill.md")
    return Settings(
        way=way,
        vms=_number(environ, "VMS", 15, 10_000),
        domains=_number(environ, "DOMAINS", 3, 64),
        profile=profile,
        latency=_milliseconds(environ, 25.0) / 1000,
        fail=fail,
        reset=_flag(environ, "RESET"),
        check=_flag(environ, "CHECK"),
        folder=pathlib.Path(environ.get("OVIRT_DR_DRILL_DIR") or root / ".build" / "drill"),
    )


def _number(environ: t.Mapping[str, str], name: str, least: int, most: int) -> int:
    text = environ.get(name) or "0"
    if not text.isdigit() or (int(text) and not least <= int(text) <= most):
        raise DrillError(f"{name}={text}: must be a whole number from {least} to {most}")
    return int(text)


def _milliseconds(environ: t.Mapping[str, str], default: float) -> float:
    text = environ.get("LATENCY") or str(default)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 10_000:
        raise DrillError(f"LATENCY={text}: must be milliseconds from 0 to 10000")
    return value


def _flag(environ: t.Mapping[str, str], name: str) -> bool:
    return (environ.get(name) or "0").lower() in ("1", "true", "yes")


def root() -> pathlib.Path:
    """The top of the checkout."""
    return pathlib.Path(os.path.abspath(__file__)).parents[2]
