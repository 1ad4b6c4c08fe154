# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The LUNs of a target as a session sees them, all looked at in the same few exchanges."""

from __future__ import annotations

import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import lvm, scsi, vpd
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed, ProbeError

if t.TYPE_CHECKING:  # Python 3.7 has no protocols

    class Session(t.Protocol):
        """Who carries out commands."""

        def run(self, commands: t.Sequence[scsi.Command]) -> list[scsi.Result]: ...


ASKED = 6


def look(session: Session, found: dict[str, t.Any]) -> None:
    """Put what there is into C(luns) and C(domains) of a result; raises ProbeError when the session breaks."""
    listed = session.run([scsi.report_luns()])[0]
    if not listed.good:
        raise ProbeError("luns", f"the target does not tell its LUNs: {listed.why()}")
    addresses = scsi.luns(listed.data)
    answers = session.run([command for address in addresses for command in _questions(address)])
    parts = [answers[at : at + ASKED] for at in range(0, len(answers), ASKED)]
    small = [place for place, part in enumerate(parts) if not part[3].good]
    for place, answer in zip(small, session.run([scsi.read_capacity_10(addresses[place]) for place in small])):
        parts[place][3] = answer
    disks = [(address, lun) for address, part in zip(addresses, parts) for lun in [_lun(address, part)] if lun]
    found["luns"] = [lun for _address, lun in disks]
    readable = [(address, lun) for address, lun in disks if lun["ready"] and lun["size"] and not lun["problem"]]
    found["domains"] = _domains(session, readable)


def _questions(lun: bytes) -> list[scsi.Command]:
    return [
        scsi.test_unit_ready(lun),
        scsi.inquiry(lun),
        scsi.mode_sense(lun),
        scsi.read_capacity_16(lun),
        scsi.inquiry(lun, vpd.IDENTIFICATION),
        scsi.inquiry(lun, vpd.SERIAL),
    ]


def _lun(address: bytes, answers: list[scsi.Result]) -> dict[str, t.Any] | None:
    """What the answers say of a LUN; None for one that is no disk."""
    ready, inquiry, mode, capacity, identification, serial = answers
    lun: dict[str, t.Any] = dict.fromkeys(
        ("wwid", "vendor", "product", "revision", "serial", "size", "block_size", "write_protected", "problem")
    )
    lun.update(lun=None, ready=ready.good)
    try:
        lun["lun"] = scsi.lun_number(address)
        if not inquiry.good:
            raise ProbeError("lun", f"no INQUIRY: {inquiry.why()}")
        who = scsi.identity(inquiry.data)
        if who.device != scsi.DISK or not who.there:
            return None
        lun.update(vendor=who.vendor, product=who.product, revision=who.revision)
        lun["serial"] = vpd.serial(serial.data) if serial.good else ""
        known = vpd.designators(identification.data) if identification.good else []
        lun["wwid"] = vpd.wwid(known, who.vendor, who.product, lun["serial"])
        if capacity.good:
            long = len(capacity.data) > 8
            lun.update((scsi.size_16 if long else scsi.size_10)(capacity.data)._asdict())
        lun["write_protected"] = scsi.write_protected(mode.data) if mode.good else None
        if not ready.good:
            raise ProbeError("standby" if ready.standby else "not_ready", ready.why())
        if not capacity.good:
            raise ProbeError("lun", f"its size is not known: {capacity.why()}")
    except ProbeError as error:
        lun["problem"] = {"what": error.what, "message": error.text}
    return lun


def _domains(session: Session, disks: list[tuple[bytes, dict[str, t.Any]]]) -> list[dict[str, t.Any]]:
    """The block domains that lie on LUNs, with the WWIDs of those of their devices that are seen, and how many there
    should be. A LUN that cannot be read has its problem."""
    devices: dict[str, str | None] = {}
    groups: list[lvm.Group] = []
    labels = _read(session, [(address, lun, 0, lvm.LABEL_BYTES) for address, lun in disks])
    headers = []
    for (address, lun), data in zip(disks, labels):
        label = _parsed(lvm.label, data)
        if label is not None:
            devices[label.device] = lun["wwid"]
            headers += [(address, lun, area, lvm.HEADER_BYTES) for area in label.areas[:1]]
    texts = []
    for (address, lun, area, _size), data in zip(headers, _read(session, headers)):
        place = _parsed(lvm.text_place, data, area)
        if place is not None:
            texts.append((address, lun, place.at, place.size))
    for data in _read(session, texts):
        group = _parsed(lvm.group, data)
        if group is not None:
            groups.append(group)
    return [
        {
            **group.domain.told(),
            "luns": sorted(devices[device] or "" for device in group.devices if device in devices),
            "luns_expected": len(group.devices),
        }
        for group in groups
    ]


def _parsed(read: t.Callable[..., t.Any], data: bytes | None, *more: int) -> t.Any:
    """What was read; None where it makes no sense: then something else than a domain lies there."""
    if data is None:
        return None
    try:
        return read(data, *more)
    except Malformed:
        return None


def _read(session: Session, places: list[tuple[bytes, dict[str, t.Any], int, int]]) -> list[bytes | None]:
    """Bytes of LUNs, from offsets and in lengths that need not be those of whole blocks."""
    commands = []
    for address, lun, at, size in places:
        block = lun["block_size"]
        first, last = at // block, (at + size - 1) // block
        commands.append(scsi.read(address, first, last - first + 1, block))
    read: list[bytes | None] = []
    for (_address, lun, at, size), answer in zip(places, session.run(commands)):
        skip = at % lun["block_size"]
        if not answer.good:
            lun["problem"] = {"what": "lun", "message": f"it cannot be read: {answer.why()}"}
        read.append(answer.data[skip : skip + size] if answer.good else None)
    return read
