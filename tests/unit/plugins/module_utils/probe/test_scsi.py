# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe's SCSI: commands as bytes, what answers mean, who a LUN is, and which volume group lies on it."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import lvm, scsi, vpd
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed

LUN = b"\0\1" + bytes(6)
NAA6 = bytes.fromhex("600a098038304437415d4b6a59686101")


@pytest.mark.parametrize(
    ("command", "cdb"),
    [
        (scsi.report_luns(4096), "a0 00 00 000000 00001000 0000"),
        (scsi.test_unit_ready(LUN), "00 00 00 00 00 00"),
        (scsi.inquiry(LUN), "12 00 00 0060 00"),
        (scsi.inquiry(LUN, 0x83), "12 01 83 0400 00"),
        (scsi.read_capacity_16(LUN), "9e 10 0000000000000000 00000020 0000"),
        (scsi.read_capacity_10(LUN), "25 00 00000000 0000 00 00"),
        (scsi.mode_sense(LUN), "1a 08 3f 00 c0 00"),
        (scsi.read(LUN, 258, 3, 512), "88 00 0000000000000102 00000003 0000"),
    ],
)
def test_commands_as_bytes(command: scsi.Command, cdb: str) -> None:
    assert command.cdb == bytes.fromhex(cdb)


def test_a_read_asks_for_its_blocks() -> None:
    assert scsi.read(LUN, 0, 3, 4096).most == 3 * 4096


@pytest.mark.parametrize(
    ("data", "sense", "words"),
    [
        ("0012 70 00 02 00000000 0a 00000000 04 01 00 000000", (2, 4, 1), "becoming ready (sense 2/04/01)"),
        ("0008 72 07 27 00 00000000", (7, 0x27, 0), "write protected (sense 7/27/00)"),
        ("0012 f0 00 05 00000000 0a 00000000 77 01 00 000000", (5, 0x77, 1), "refused (sense 5/77/01)"),
        ("", None, ""),
        ("0002 70 00", None, ""),
        ("0002 7f 00", None, ""),
    ],
)
def test_sense(data: str, sense: tuple[int, int, int] | None, words: str) -> None:
    found = scsi.sense(bytes.fromhex(data))
    assert found == sense
    assert words in str(found)


@pytest.mark.parametrize(
    ("result", "again", "words"),
    [
        (scsi.Result(2, b"", scsi.Sense(6, 0x29, 0)), True, "29/00"),
        (scsi.Result(2, b"", scsi.Sense(2, 4, 1)), False, "becoming ready"),
        (scsi.Result(0x18, b"", None), False, "reserved"),
        (scsi.Result(0x99, b"", None), False, "0x99"),
    ],
)
def test_why_a_command_was_not_carried_out(result: scsi.Result, again: bool, words: str) -> None:
    assert not result.good
    assert result.wants_again is again
    assert words in result.why()


def test_paths_that_storage_keeps_for_later() -> None:
    assert scsi.Result(2, b"", scsi.Sense(2, 4, 0x0B)).standby
    assert not scsi.Result(2, b"", scsi.Sense(2, 4, 0x0C)).standby


@pytest.mark.parametrize(
    ("address", "number"),
    [("0001000000000000", 1), ("4123000000000000", 0x123), ("d201234500000000", 0x12345), ("00ff000000000000", 255)],
)
def test_numbers_of_luns(address: str, number: int) -> None:
    assert scsi.luns(struct.pack(">Ixxxx", 8) + bytes.fromhex(address)) == [bytes.fromhex(address)]
    assert scsi.lun_number(bytes.fromhex(address)) == number


def test_what_inquiry_capacity_and_mode_say() -> None:
    inquiry = bytes([0, 0, 5, 2, 61, 0, 0, 0]) + b"DRTEST  REPLICA         0001"
    assert scsi.identity(inquiry) == (scsi.DISK, True, "DRTEST", "REPLICA", "0001")
    assert scsi.identity(bytes([0x7F]) + inquiry[1:])[:2] == (0x1F, False)
    assert scsi.size_16(struct.pack(">QI", 2097151, 512)) == (1 << 30, 512)
    assert scsi.size_10(struct.pack(">II", 262143, 4096)) == (1 << 30, 4096)
    assert scsi.write_protected(bytes([3, 0, 0x80, 0]))
    assert not scsi.write_protected(bytes([3, 0, 0x10, 0]))


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (scsi.identity, bytes(35)),
        (scsi.size_16, bytes(11)),
        (scsi.size_16, struct.pack(">QI", 1, 7)),
        (scsi.size_10, bytes(7)),
        (scsi.write_protected, b""),
        (scsi.luns, bytes(7)),
        (scsi.lun_number, bytes([0x80]) + bytes(7)),
        (vpd.serial, b"\0\x83\0\0"),
        (vpd.designators, b"\0\x83\0\x08\1\3\0\x20abcd"),
    ],
)
def test_answers_that_make_no_sense(read: object, data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)  # type: ignore[operator]


def designator(kind: int, value: bytes, code_set: int = vpd.BINARY, association: int = 0) -> bytes:
    return bytes([code_set, association << 4 | kind, 0, len(value)]) + value


def page(number: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0, number, len(body)) + body


T10 = designator(vpd.T10, b"DRTEST  naa.600", vpd.ASCII)
NAA3, NAA5 = bytes.fromhex("3000000100000001"), bytes.fromhex("5000000100000001")


@pytest.mark.parametrize(
    ("body", "wwid"),
    [
        (T10 + designator(vpd.NAA, NAA3) + designator(vpd.NAA, NAA6), "3600a098038304437415d4b6a59686101"),
        (designator(vpd.NAA, NAA3) + designator(vpd.NAA, NAA5), "35000000100000001"),
        (T10 + designator(vpd.NAA, NAA3), "33000000100000001"),
        (T10 + designator(vpd.EUI64, bytes(range(8))), "20001020304050607"),
        (designator(vpd.NAME, b"iqn.x,L,0x1\0", 3) + T10, "8iqn.x,L,0x1"),
        (T10, "1DRTEST_naa.600"),
        (designator(vpd.VENDOR_SPECIFIC, b"abc", vpd.ASCII), "0DRTEST_REPLICA_abc"),
        (designator(vpd.NAA, b"600a", vpd.ASCII), "3600a"),
        (designator(vpd.NAA, NAA6, association=1) + T10, "1DRTEST_naa.600"),
        (designator(vpd.NAA, NAA6, code_set=9), "SDRTEST_REPLICA_SN_1"),
        (b"", "SDRTEST_REPLICA_SN_1"),
    ],
)
def test_who_a_lun_is(body: bytes, wwid: str) -> None:
    found = vpd.designators(page(vpd.IDENTIFICATION, body))
    assert vpd.wwid(found, "DRTEST", "REPLICA", "SN 1") == wwid


def test_a_lun_that_is_nobody() -> None:
    assert vpd.wwid([], "DRTEST", "REPLICA", "") is None
    assert vpd.serial(page(vpd.SERIAL, b" " * 28 + b"SN000001")) == "SN000001"


DEVICE = b"abcdefghijklmnopqrstuvwxyz012345"
DASHED = "abcdef-ghij-klmn-opqr-stuv-wxyz-012345"
GROUP = """0f1c5a4e-9d4b-4a59-8c0e-2d0f5c3b7a11 {
id = "Zr6cxG-0000-0000-0000-0000-0000-000000"
seqno = 4
format = "lvm2"
status = ["RESIZEABLE", "READ", "WRITE"]
flags = []
tags = ["MDT_CLASS=Data", "MDT_DESCRIPTION=data&40&web]", "MDT_POOL_UUID=5b0c77f0-1111-4222-8333-444444444444",
"MDT_ROLE=Regular", "MDT_SDUUID=0f1c5a4e-9d4b-4a59-8c0e-2d0f5c3b7a11", "MDT_TYPE=ISCSI", "MDT_VERSION=5",
"RHAT_storage_domain"]
extent_size = 262144
physical_volumes {

pv0 {
id = "abcdef-ghij-klmn-opqr-stuv-wxyz-012345"
device = "/dev/mapper/3600a098038304437415d4b6a59686101"
tags = ["MDT_SDUUID=wrong"]
}
pv1 {
id = "bbcdef-ghij-klmn-opqr-stuv-wxyz-012345"
}
}
logical_volumes {
}
}
"""


def label(areas: list[tuple[int, int]], sector: int = 1) -> bytes:
    """The first 2048 bytes of a device."""
    header = DEVICE + struct.pack("<Q", 1 << 30) + struct.pack("<QQQQ", 1 << 20, 0, 0, 0)
    header += b"".join(struct.pack("<QQ", *area) for area in areas) + bytes(16)
    head = b"LABELONE" + struct.pack("<QII", sector, 0, 32) + b"LVM2 001"
    return (bytes(512 * sector) + head + header).ljust(2048, b"\0")


def area(offset: int, size: int, flags: int = 0) -> bytes:
    """The head of an area of 1 MiB."""
    head = struct.pack("<I16sIQQ", 0, lvm.MAGIC, 1, 4096, 1 << 20)
    return (head + struct.pack("<QQII", offset, size, 0, flags)).ljust(512, b"\0")


@pytest.mark.parametrize("sector", [0, 1, 3])
def test_a_label_wherever_it_may_be(sector: int) -> None:
    assert lvm.label(label([(4096, 1 << 20)], sector)) == (DASHED, [4096])


def test_what_is_no_label() -> None:
    assert lvm.label(bytes(2048)) is None
    with pytest.raises(Malformed):
        lvm.label(label([(4096, 1 << 20)]).replace(DEVICE, bytes(32)))
    with pytest.raises(Malformed):
        lvm.label(label([(4096, 1)])[:-400].replace(bytes(16), b"\1" * 16))


@pytest.mark.parametrize(
    ("head", "place"),
    [
        (area(512, 1000), (4096 + 512, 1000)),
        (area(512, 1 << 19), (4096 + 512, lvm.TEXT_MOST)),
        (area((1 << 20) - 100, 1000), (4096 + (1 << 20) - 100, 100)),
        (area(512, 1000, lvm.IGNORED), None),
        (area(0, 0), None),
    ],
)
def test_where_a_description_is(head: bytes, place: tuple[int, int] | None) -> None:
    assert lvm.text_place(head, 4096) == place


@pytest.mark.parametrize("head", [bytes(512), area(1 << 21, 10), b""])
def test_what_is_no_area(head: bytes) -> None:
    with pytest.raises(Malformed):
        lvm.text_place(head, 4096)


def test_a_domain_in_the_tags_of_its_group() -> None:
    found = lvm.group(GROUP.encode())
    assert found is not None
    assert found.domain == (
        "0f1c5a4e-9d4b-4a59-8c0e-2d0f5c3b7a11",
        "5b0c77f0-1111-4222-8333-444444444444",
        "data(web]",
        "5",
        "ISCSI",
        "Regular",
    )
    assert found.devices == [DASHED, "b" + DASHED[1:]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        GROUP.replace("RHAT_storage_domain", "RHAT_storage_domain_UNREADY"),
        GROUP.replace("MDT_SDUUID=0f1c", "MDT_SDUUID=xxxx"),
        GROUP.replace("tags", "gats"),
    ],
)
def test_groups_that_are_no_domains(text: str) -> None:
    assert lvm.group(text.encode()) is None
