# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe's iSCSI: units, keys, the sign-in with its passwords, and what a portal tells."""

from __future__ import annotations

import hashlib

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._iscsi import chap, discovery, keys, login, pdu
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed, ProbeError
from hypothesis import given
from hypothesis import strategies as st

ME, THERE = "iqn.2026-11.test:me", "iqn.2026-11.test:there"
SECRET, PROOF = chap.Secret("user", "correct horse"), chap.Secret("target", "battery staple")


def test_heads_as_bytes() -> None:
    made = pdu.login(0, 1, True, b"\x80abc\0\0", 0, 1, 0, b"k=v\0\0")
    assert len(made) == 48 + 8
    assert made[:48] == bytes.fromhex(
        "4381000000000005" + b"\x80abc\0\0".hex() + "000000000001000000000000000100000000" + "00" * 16
    )
    assert pdu.login(1, 3, False, b"\x80abc\0\0", 0, 1, 0, b"")[1] == 0x04
    cdb = bytes(range(6))
    assert pdu.command(b"\0\1" + bytes(6), 5, 36, 2, 9, cdb) == bytes.fromhex(
        "01c1000000000000000100000000000000000005000000240000000200000009" + cdb.hex() + "00" * 10
    )
    assert pdu.command(bytes(8), 5, 0, 2, 9, cdb)[1] == 0x81
    assert pdu.text(5, pdu.NOBODY, 2, 9, b"SendTargets=All\0")[:32] == bytes.fromhex(
        "0480000000000010" + "00" * 8 + "00000005ffffffff0000000200000009"
    )
    assert pdu.nop_out(bytes(8), 77, 2, 9)[:32] == bytes.fromhex(
        "4080000000000000" + "00" * 8 + "ffffffff0000004d0000000200000009"
    )
    assert pdu.logout(5, 2, 9)[:32] == bytes.fromhex("4680000000000000" + "00" * 8 + "00000005000000000000000200000009")


def test_lengths_of_what_follows_a_head() -> None:
    assert pdu.lengths(bytes([0x25, 0, 0, 0, 2, 0, 1, 1]) + bytes(40)) == (8, 257)
    with pytest.raises(Malformed):
        pdu.lengths(bytes([0x25, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF]) + bytes(40))


@pytest.mark.parametrize(
    ("word", "address", "port"),
    [
        ("10.0.0.1", "10.0.0.1", 3260),
        ("10.0.0.1:860", "10.0.0.1", 860),
        ("san.example.com:3261", "san.example.com", 3261),
        ("[2001:db8::1]:3261", "2001:db8::1", 3261),
        ("[2001:db8::1]", "2001:db8::1", 3260),
        ("2001:db8::1", "2001:db8::1", 3260),
    ],
)
def test_portals(word: str, address: str, port: int) -> None:
    found = keys.portal(word)
    assert found == (address, port)
    assert keys.portal(str(found)) == found


@pytest.mark.parametrize(
    "word", ["", ":3260", "a:0", "a:65536", "a:b", "[::1", "[::1]3260", "[]:1", "a:-1", "a:\u0661"]
)
def test_what_is_no_portal(word: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        keys.portal(word)


@given(st.lists(st.tuples(st.text("abcXYZ", min_size=1), st.text("abc=,1:. ")), max_size=5))
def test_keys_go_through(pairs: list[tuple[str, str]]) -> None:
    assert keys.decode(keys.encode(pairs)) == pairs


@given(st.binary(max_size=40))
def test_binary_values_go_through(data: bytes) -> None:
    assert keys.from_binary(keys.to_binary(data)) == data


def test_binary_values_of_others() -> None:
    assert keys.from_binary("0xabc") == bytes.fromhex("0abc")
    assert keys.from_binary("0bYWJj") == b"abc"
    for wrong in ("", "abc", "0xzz", "0bYWJ"):
        with pytest.raises(Malformed):
            keys.from_binary(wrong)


def test_targets_that_a_portal_tells() -> None:
    pairs = [
        ("TargetName", "iqn.a"),
        ("TargetAddress", "10.0.0.1:3260,1"),
        ("TargetAddress", "[2001:db8::1]:3261,2"),
        ("TargetName", "iqn.b"),
    ]
    assert discovery.targets(keys.encode(pairs)) == [
        ("iqn.a", ("10.0.0.1", 3260), 1),
        ("iqn.a", ("2001:db8::1", 3261), 2),
        ("iqn.b", None, None),
    ]
    for wrong in ([("TargetAddress", "10.0.0.1,1")], [("TargetName", "iqn.a"), ("TargetAddress", "10.0.0.1,x")]):
        with pytest.raises(Malformed):
            discovery.targets(keys.encode(wrong))


def told(stage: int, following: int | None, pairs: list[tuple[str, str]], status: int = 0, more: int = 0) -> pdu.Unit:
    """The answer to a sign-in."""
    flags = stage << 2 | more | (0 if following is None else 0x80 | following)
    head = bytes([0x23, flags]) + bytes(34) + status.to_bytes(2, "big") + bytes(10)
    return pdu.Unit(head, keys.encode(pairs))


def test_signing_in_without_a_password() -> None:
    made = login.Login(ME, THERE, None, None)
    first = made.first()
    assert first[:3] == (login.SECURITY, login.OPERATIONAL, True)
    assert dict(first.pairs) == {
        "InitiatorName": ME,
        "SessionType": "Normal",
        "TargetName": THERE,
        "AuthMethod": "None",
    }
    second = made.following(told(0, 1, [("AuthMethod", "None"), ("TargetPortalGroupTag", "1")]))
    assert second is not None
    assert second[:3] == (login.OPERATIONAL, login.FULL, True)
    assert {"HeaderDigest", "InitialR2T"} <= set(dict(second.pairs))
    third = made.following(told(1, None, [("HeaderDigest", "None")]))
    assert third == (login.OPERATIONAL, login.FULL, True, [])
    assert made.following(told(1, 3, [])) is None
    assert made.method == "none"


def test_a_discovery_names_no_target() -> None:
    made = login.Login(ME, None, None, None)
    assert ("SessionType", "Discovery") in made.first().pairs
    second = made.following(told(0, 1, []))
    assert second is not None
    assert "InitialR2T" not in dict(second.pairs)


def with_password(made: login.Login, algorithm: str = "5") -> dict[str, str]:
    """Sign in up to the answer to the challenge, which is returned."""
    assert dict(made.first().pairs)["AuthMethod"].startswith("CHAP")
    offer = made.following(told(0, None, [("AuthMethod", "CHAP")]))
    assert offer is not None
    assert algorithm in dict(offer.pairs)["CHAP_A"].split(",")
    challenge = [("CHAP_A", algorithm), ("CHAP_I", "7"), ("CHAP_C", "0x00ff")]
    answer = made.following(told(0, None, challenge))
    assert answer is not None
    return dict(answer.pairs)


@pytest.mark.parametrize(("number", "name"), list(chap.ALGORITHMS.items()))
def test_signing_in_with_a_password(number: str, name: str) -> None:
    made = login.Login(ME, THERE, SECRET, None)
    answer = with_password(made, number)
    digest = hashlib.new(name, b"\x07" + b"correct horse" + b"\x00\xff").hexdigest()
    assert answer == {"CHAP_N": "user", "CHAP_R": "0x" + digest}
    assert made.following(told(0, 1, [])) is not None
    assert made.method == "chap"


def prove(answer: dict[str, str], password: str) -> str:
    """What a target says that knows the password."""
    challenge = bytes.fromhex(answer["CHAP_C"][2:])
    return "0x" + hashlib.md5(bytes([int(answer["CHAP_I"])]) + password.encode() + challenge).hexdigest()  # noqa: S324


def test_a_target_that_proves_itself() -> None:
    made = login.Login(ME, THERE, SECRET, PROOF)
    answer = with_password(made)
    proof = [("CHAP_N", "target"), ("CHAP_R", prove(answer, "battery staple"))]
    assert made.following(told(0, 1, proof)) is not None
    assert made.method == "mutual_chap"


@pytest.mark.parametrize(("name", "password"), [("target", "another"), ("another", "battery staple"), (None, None)])
def test_a_target_that_does_not(name: str | None, password: str | None) -> None:
    made = login.Login(ME, THERE, SECRET, PROOF)
    answer = with_password(made)
    proof = [("CHAP_N", name), ("CHAP_R", prove(answer, password))] if name and password else []
    with pytest.raises(ProbeError) as refused:
        made.following(told(0, 1, proof))
    assert refused.value.what == "mutual_chap"
    assert "staple" not in str(refused.value)


def test_a_target_that_wants_no_password_proves_nothing() -> None:
    made = login.Login(ME, THERE, SECRET, PROOF)
    assert dict(made.first().pairs)["AuthMethod"] == "CHAP"
    with pytest.raises(ProbeError) as refused:
        made.following(told(0, 1, [("AuthMethod", "None")]))
    assert refused.value.what == "mutual_chap"


@pytest.mark.parametrize(
    ("unit", "what"),
    [
        (told(0, None, [], 0x0201), "chap"),
        (told(0, None, [], 0x0202), "acl"),
        (told(0, None, [], 0x0203), "target"),
        (told(0, None, [], 0x0300), "offline"),
        (told(0, None, [], 0x0999), "signin"),
        (told(0, None, [("AuthMethod", "CHAP")]), "chap"),
        (told(0, None, [("AuthMethod", "KRB5")]), "chap"),
        (told(1, None, [("HeaderDigest", "CRC32C")]), "protocol"),
        (told(3, None, []), "malformed"),
        (told(0, None, [], 0x0101), "malformed"),
        (pdu.Unit(bytes(48), b""), "malformed"),
        (pdu.Unit(told(0, 1, []).head, b"nonsense\0"), "malformed"),
    ],
)
def test_refusals_of_a_sign_in(unit: pdu.Unit, what: str) -> None:
    made = login.Login(ME, THERE, None, None)
    made.first()
    with pytest.raises(ProbeError) as refused:
        made.following(unit)
    assert refused.value.what == what


def test_a_redirection() -> None:
    with pytest.raises(login.Redirected) as elsewhere:
        login.Login(ME, THERE, None, None).following(told(0, None, [("TargetAddress", "10.0.0.2:3261,1")], 0x0101))
    assert elsewhere.value.portal == ("10.0.0.2", 3261)


def test_an_answer_in_parts() -> None:
    made = login.Login(ME, THERE, None, None)
    made.first()
    part = pdu.Unit(told(0, None, [], more=pdu.CONTINUED).head, b"AuthMe")
    assert made.following(part) == (0, 0, False, [])
    assert made.following(pdu.Unit(told(0, 1, []).head, b"thod=None\0")) is not None


def test_a_sign_in_has_an_end() -> None:
    made = login.Login(ME, THERE, None, None)
    for _round in range(login.ROUNDS):
        made.following(told(0, None, []))
    with pytest.raises(Malformed, match="no end"):
        made.following(told(0, None, []))


def test_secrets_do_not_show() -> None:
    assert "correct" not in repr(SECRET) + str(SECRET) + repr(login.Login(ME, THERE, SECRET, PROOF))
