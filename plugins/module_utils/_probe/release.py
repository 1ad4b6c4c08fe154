# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a host lets go of mounts and sessions that nothing uses any more. Planning is pure; what a host has is given."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi.keys import portal
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import BadOption

Command = t.Tuple[str, ...]


class Devices(t.NamedTuple):
    """above, below: device -> the devices that stand on it, and on which it stands; linked: directory -> the storage
    domains in it that the hypervisor uses; used: directories and devices that are mounted or swapped to."""

    above: t.Callable[[str], t.Sequence[str]]
    below: t.Callable[[str], t.Sequence[str]]
    linked: t.Callable[[str], t.Sequence[str]]


class Release(t.NamedTuple):
    """One place. commands: what lets go of it, in order, none where the host has nothing of it; used_by: why it may not
    be let go of, empty when it may."""

    place: str
    commands: tuple[Command, ...]
    used_by: str = ""


def of_export(address: str, path: str, mounts: t.Sequence[t.Mapping[str, t.Any]], devices: Devices) -> Release:
    """An export, wherever it is mounted. The kernel itself refuses to unmount what is open."""
    # The engine writes IPv6 addresses of servers in brackets, as the kernel does.
    bare = address.strip("[]")
    place = _bare(f"[{bare}]:{path}" if ":" in bare else f"{bare}:{path}")
    here = [one["directory"] for one in mounts if _bare(one["source"]) == place]
    for directory in here:
        domains = devices.linked(directory)
        if domains:
            return Release(place, (), f"the hypervisor uses storage domain {', '.join(domains)} in {directory}")
    return Release(place, tuple(("umount", directory) for directory in here))


def _bare(source: str) -> str:
    """A mount's source without a slash at its end, but for the root of a server."""
    return source if source.endswith(":/") else source.rstrip("/")


Way = t.Tuple[str, int, str]


def of_targets(
    ways: t.Sequence[Way],
    sessions: t.Sequence[t.Mapping[str, t.Any]],
    maps: t.Sequence[t.Mapping[str, t.Any]],
    devices: Devices,
) -> list[Release]:
    """Sessions with targets; ways: address, port and target of each.

    A map that has other paths stays and loses one; one that would lose its last path is flushed first, unless anything
    stands on it: input and output would hang. What stays because of that is a path of other maps again.
    """
    disks = {way: _disks(way, sessions) for way in ways}
    used: dict[Way, str] = {}
    while True:
        going = {disk for way in ways if way not in used for disk in disks[way]}
        told = {way: _used(disks[way], going, maps, devices) for way in ways if way not in used}
        if not any(told.values()):
            break
        used.update({way: words for way, words in told.items() if words})
    flushed: set[str] = set()
    releases = []
    for way in ways:
        address, port, target = way
        host = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        commands: tuple[Command, ...] = ()
        if way not in used and _here(way, sessions):
            last = [one for one in _last(disks[way], going, devices) if one not in flushed]
            flushed.update(last)
            names = {one["device"]: one["wwid"] for one in maps}
            node = ("iscsiadm", "-m", "node", "-T", target, "-p", host)
            flushes = tuple(("multipath", "-f", names[one]) for one in last)
            commands = (*flushes, (*node, "--logout"), (*node, "-o", "delete"))
        releases.append(Release(f"{target} at {address}:{port}", commands, used.get(way, "")))
    return releases


def _here(way: Way, sessions: t.Sequence[t.Mapping[str, t.Any]]) -> list[t.Mapping[str, t.Any]]:
    return [one for one in sessions if one["target"] == way[2] and portal(one["portal"]) == way[:2]]


def _disks(way: Way, sessions: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    return [disk for one in _here(way, sessions) for disk in one["disks"]]


def _last(disks: t.Sequence[str], going: t.AbstractSet[str], devices: Devices) -> list[str]:
    """The devices on these disks that have no other path than those that go."""
    found = [device for disk in disks for device in devices.above(disk) if not set(devices.below(device)) - going]
    return list(dict.fromkeys(found))


def _used(
    disks: t.Sequence[str], going: t.AbstractSet[str], maps: t.Sequence[t.Mapping[str, t.Any]], devices: Devices
) -> str:
    """Why these disks may not go; empty when they may."""
    names = {one["device"]: one["wwid"] for one in maps}
    for device in _last(disks, going, devices):
        on_it = devices.above(device)
        if on_it:
            return f"{', '.join(on_it)} stands on {names.get(device, device)}, which would lose its last path"
        if device not in names:
            return f"{device} stands on it, which is no multipath map"
    return ""


def targets(options: t.Sequence[t.Mapping[str, t.Any]]) -> list[tuple[str, int, str]]:
    """The option ``iscsi``: address, port and target of each entry. BadOption."""
    found = []
    for number, entry in enumerate(options):
        try:
            way = portal(entry["portal"].strip())
        except ValueError:
            raise BadOption(f"iscsi[{number}].portal: {entry['portal']!r} is no address with a port") from None
        found.append((way.address, way.port, entry["target"]))
    return found
