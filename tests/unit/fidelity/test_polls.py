# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a wait may excuse, and what not."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.scripts.fidelity import polls
from ansible_collections.ovirt_dr.storage.scripts.fidelity.compare import Answer
from ansible_collections.ovirt_dr.storage.scripts.fidelity.reading import Record

LOCKED, OK = ("<disk><status>locked</status></disk>", "<disk><status>ok</status></disk>")


def answer(status: int, body: str = "") -> Answer:
    return Answer(status, {}, body)


@pytest.mark.parametrize(
    ("method", "difference", "expected", "ours", "waits"),
    [
        ("GET", "disk/status: 'ok' | 'locked'", answer(200, OK), answer(200, LOCKED), True),
        ("GET", "status 404 | 200", answer(404), answer(200, OK), True),
        ("GET", "status 200 | 404", answer(200, OK), answer(404), True),
        ("GET", "vms/vm: rec_x is missing", answer(200), answer(200), True),
        ("GET", "disk/provisioned_size: '1' | '2'", answer(200, OK), answer(200, OK), True),
        ("GET", "disk/name: 'a' | 'b'", answer(200, OK), answer(200, OK), False),
        ("GET", "status 200 | 500", answer(200), answer(500), False),
        ("POST", "status 200 | 409", answer(200), answer(409), True),
        ("POST", "status 409 | 200", answer(409), answer(200), False),
        ("POST", "status 200 | 400", answer(200), answer(400), False),
        ("DELETE", "status 200 | 404", answer(200), answer(404), False),
    ],
)
def test_only_what_time_changes_is_waited_for(
    method: str, difference: str, expected: Answer, ours: Answer, waits: bool
) -> None:
    assert polls.may_wait(method, [difference], expected, ours) is waits


def test_a_status_on_the_way_that_the_recording_does_not_show_is_told() -> None:
    sequence = polls.Sequence()
    sequence.show("locked")
    assert sequence.passed_over(["locked"], "ok") == []
    assert sequence.passed_over(["locked", "illegal"], "ok") == ["illegal"]


def test_waiting_does_not_bring_a_status_back() -> None:
    sequence = polls.Sequence()
    assert not sequence.ahead("locked", "ok")
    sequence.show("locked")
    assert sequence.ahead("locked", "ok")
    assert not sequence.ahead("ok", "locked")


def read(n: int, moment: float, path: str = "/disks/1", method: str = "GET") -> Record:
    return Record("05-placement", n, 1, moment, 0.0, method, path, "", {}, "", 200, {}, "", moment)


def test_later_reads_of_the_same_address_within_the_bound() -> None:
    timeline = [read(1, 0), read(2, 1, "/disks/2"), read(3, 2), read(4, 3, method="PUT"), read(5, 10), read(6, 60)]
    later = {n: [record.n for record in records] for (_scene, n), records in polls.same_reads(timeline).items()}
    assert later == {1: [3, 5], 2: [], 3: [5], 5: [], 6: []}


def test_when_nobody_looked_a_status_may_have_come_and_gone() -> None:
    sequence = polls.Sequence()
    sequence.show("down")
    assert sequence.passed_over(["powering_up"], "up", 0.9) == ["powering_up"]
    assert sequence.passed_over(["powering_up"], "up", polls.UNSEEN) == []


def test_the_last_look_is_a_read_of_the_object_or_a_write_to_it_or_to_its_collection() -> None:
    looked = polls.Looked()
    assert looked.last(read(9, 50)) == 50
    for n, (moment, path, method) in enumerate(
        [(1, "/disks", "POST"), (3, "/disks/1?x=1", "GET"), (5, "/disks/1/move", "POST"), (7, "/disks/2", "GET")]
    ):
        looked.at(read(n, moment, path, method))
        last = {1: 1, 3: 3, 5: 5, 7: 5}[moment]
        assert looked.last(read(9, 50)) == last
