# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict: every word, what is worth knowing, and the table, also for a thousand VMs."""

from __future__ import annotations

import json

import pytest
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.judge import (
    MOST_KEPT,
    StepResult,
    judge,
    totals,
)
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.notes import Note, notes_of, sentences, some
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.summary import summary
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._verdict.table import MOST_NOTES, report, table


def result(done=0, already=0, failed=0, not_run=0, **more):
    """The result of a module that carried a plan out."""
    counts = {"done": done, "already": already, "skipped": 0, "failed": failed, "not_run": not_run}
    failures = [failure(f"vm{number}") for number in range(failed)]
    return {
        "counts": counts,
        "changed": bool(done),
        "ok": not (failed or not_run),
        "failed": bool(failed or not_run),
        "failures": failures,
        **more,
    }


def failure(name, **more):
    return {"kind": "vm", "name": name, "id": f"id-{name}", "message": f"VM {name}: no", "required": True, **more}


def steps(**results):
    return [StepResult(name, made) for name, made in results.items()]


def verdict(check_mode=False, notes=(), **results):
    return judge(steps(**results), notes, check_mode=check_mode)


AGAIN = "Settle what is said above, then run the same command again; it "
BEST_EFFORT = failure("web", required=False)
PARTIAL = [{"name": "db", "id": "1", "missing_disks": None, "why": "[no]"}]
LOST = [{"name": "db", "id": "1", "messages": ["a label"]}]
DIFFERENT = [
    {"kind": "vm", "name": "db", "id": "1", "differences": [{"kind": "lease", "says": "lease was on a, is none"}]}
]


@pytest.mark.parametrize(
    ("results", "check_mode", "word", "headline", "next_steps"),
    [
        ({"a": result(done=2), "b": {"changed": False}}, False, "recovered", "RECOVERED", ()),
        (
            {"a": result(already=2)},
            False,
            "already",
            "RECOVERED: everything was so already, nothing was changed",
            (),
        ),
        ({"a": result(done=1, partial=PARTIAL)}, False, "warnings", "RECOVERED, with warnings", ()),
        ({"a": result(done=1, dropped=LOST)}, False, "warnings", "RECOVERED, with warnings", ()),
        (
            {"a": result(done=1, verified={"different": 1}, differences=DIFFERENT)},
            False,
            "warnings",
            "RECOVERED, with warnings",
            (),
        ),
        (
            {"a": result(failed=1, ok=True, failures=[BEST_EFFORT])},
            False,
            "warnings",
            "RECOVERED, with warnings",
            (),
        ),
        ({"a": result(not_run=1, ok=True)}, False, "warnings", "RECOVERED, with warnings", ()),
        ({"a": result(done=3)}, True, "would", "CHECKED: nothing was changed", ()),
        ({"a": result(already=3)}, True, "would", "CHECKED: there is nothing to do", ()),
        (
            {"a": result(failed=1)},
            False,
            "incomplete",
            "INCOMPLETE: 1 failed",
            ("What was done stays; no data was deleted or formatted.", f"{AGAIN}does only what is missing."),
        ),
        (
            {"a": result(done=1, failed=1), "b": result(not_run=2, stopped="The engine is gone."), "c": None},
            False,
            "incomplete",
            "INCOMPLETE: 1 failed, 2 not tried because of that",
            (
                "The engine is gone.",
                "What was done stays; no data was deleted or formatted.",
                f"{AGAIN}does only what is missing.",
            ),
        ),
        (
            {"a": result(failed=1)},
            True,
            "incomplete",
            "INCOMPLETE: 1 failed",
            ("Nothing was changed.", f"{AGAIN}does only what is missing."),
        ),
        (
            {"a": {"changed": False}, "b": {"failed": True, "msg": "No such cluster."}, "c": None},
            False,
            "stopped",
            "STOPPED at 'b'",
            ("No such cluster.", "Nothing was changed.", f"{AGAIN}goes on where it stopped."),
        ),
        (
            {"a": result(done=6), "b": {"failed": True}},
            False,
            "stopped",
            "STOPPED at 'b'",
            (
                "it failed without a word",
                "What was done before stays (6 objects); no data was deleted or formatted.",
                f"{AGAIN}goes on where it stopped.",
            ),
        ),
        (
            {"a": result(done=6), "b": {"failed": True, "msg": "No."}},
            True,
            "stopped",
            "STOPPED at 'b'",
            ("No.", "Nothing was changed.", f"{AGAIN}goes on where it stopped."),
        ),
        (
            {"a": {"unreachable": True, "msg": "no route"}},
            False,
            "stopped",
            "STOPPED at 'a'",
            ("no route", "Nothing was changed.", f"{AGAIN}goes on where it stopped."),
        ),
        (
            {"a": {"changed": False}, "b": None},
            False,
            "stopped",
            "STOPPED before 'b'",
            (
                "'b' was never begun; Ansible's output above tells what ended the play.",
                "Nothing was changed.",
                f"{AGAIN}goes on where it stopped.",
            ),
        ),
        ({"a": result(done=1), "b": {"skipped": True}}, False, "recovered", "RECOVERED", ()),
    ],
)
def test_every_verdict(results, check_mode, word, headline, next_steps):
    made = verdict(check_mode, **results)
    assert (made.word, made.headline, made.next_steps) == (word, headline, next_steps)
    assert made.good == (word not in ("incomplete", "stopped"))


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (None, "not reached"),
        ({"skipped": True}, "not asked for"),
        ({"failed": True}, "stopped"),
        ({"changed": False}, "ok"),
        (result(done=1), "ok"),
        (result(failed=1), "incomplete"),
        (result(failed=1, ok=True), "ok"),
    ],
)
def test_a_step_in_a_word(made, state):
    assert StepResult("a", made).state == state


def test_the_counts_of_all_steps():
    made = totals(steps(a=result(done=1, failed=2), b=None, c=result(done=3, already=4)))
    assert made == {"done": 4, "already": 4, "skipped": 0, "failed": 2, "not_run": 0}


# Notes ---------------------------------------------------------------------------------------------------------------

DROPPED = (
    "The following entities could not be verified and will not be part of the imported VM {}: 'Affinity Groups: g '."
)


def dropped(*names):
    return [{"name": name, "id": f"id-{name}", "messages": [DROPPED.format(name)]} for name in names]


def partial(*names, why="[no domain]"):
    return [{"name": name, "id": f"id-{name}", "missing_disks": [f"{name}_d"], "why": why} for name in names]


def told(*results, check_mode=False):
    return list(sentences(notes_of(results, check_mode=check_mode), 2))


def test_what_the_engine_says_of_one_vm_stands_in_its_words():
    assert told(result(dropped=dropped("web01"))) == [f"web01: {DROPPED.format('web01')}"]


def test_what_the_engine_says_of_several_vms_is_one_note():
    assert told(result(dropped=dropped("web01", "web02", "web03", "web04"))) == [
        f"web01, web02 and 2 more: {DROPPED.format('...')}"
    ]


@pytest.mark.parametrize(
    ("name", "text", "shared"),
    [
        ("web", "VM web is web.", "VM ... is ...."),
        ("web", "VM web-2 and web.example and web_d and xweb stay", "VM web-2 and web.example and web_d and xweb stay"),
        ("web", "'web' (web), [web]: web", "'...' (...), [...]: ..."),
        ("a.b", "VM a.b and axb", "VM ... and axb"),
        ("name", "VM name", "VM ..."),
        ("", "VM web", "VM web"),
    ],
)
def test_only_the_whole_name_is_taken_out(name, text, shared):
    assert Note(text, name, ((name, "..."),)).shared == shared


def test_partial_vms_are_one_note_with_their_disks():
    assert told(result(partial=partial("db01", "db02", "db03"))) == [
        "db01 (without db01_d), db02 (without db02_d) and 1 more: registered partially: [no domain]"
    ]
    unknown = [{"name": "db", "id": "1", "missing_disks": None, "why": "[no]"}]
    assert told(result(partial=unknown)) == ["db (without some of its disks): registered partially: [no]"]


@pytest.mark.parametrize(
    ("quoted", "expected"),
    [
        ("'Disks: db01_d '", 1),
        ("'Disks: db01_d, other '", 1),
        ("'Affinity Labels: x , Disks: db01_d '", 2),
        ("'Disks: db01_d , Roles: UserRole '", 2),
        ("something else", 2),
    ],
)
def test_a_missing_disk_is_not_told_twice_and_other_losses_are_told(quoted, expected):
    lost = [{"name": "db01", "id": "id-db01", "messages": [f"Not part of VM db01: {quoted}."]}]
    assert len(told(result(partial=partial("db01"), dropped=lost))) == expected


def differs(name, *pairs):
    found = [{"kind": kind, "says": says} for kind, says in pairs]
    return {"kind": "vm", "name": name, "id": f"id-{name}", "differences": found}


def test_what_differs_from_the_inventory_is_a_note_for_all_that_it_is_said_of():
    lease = ("lease", "lease was on data-web, is none")
    assert told(result(differences=[differs("web01", lease), differs("web02", lease), differs("db01", lease)])) == [
        "web01, web02 and 1 more: is not as it was: lease was on data-web, is none"
    ]


@pytest.mark.parametrize(
    ("kind", "quoted", "told_by_the_engine"),
    [
        ("disks", "Disks: web01_d ", True),
        ("vnics", "Vnic Mappings: nic1 ", True),
        ("roles", "Roles: UserRole ", True),
        ("users", "Roles: x , Users: ada ", True),
        ("affinity_groups", "Affinity Groups: g ", True),
        ("affinity_labels", "Affinity Labels: l ", True),
        ("affinity_labels", "Affinity Groups: l ", False),
        ("macs", "Vnic Mappings: nic1 ", False),
        ("permissions", "Roles: UserRole ", False),
    ],
)
def test_what_the_engine_told_is_not_told_again(kind, quoted, told_by_the_engine):
    lost = [{"name": "web01", "id": "id-web01", "messages": [f"not part of VM web01: '{quoted}'"]}]
    notes = told(result(dropped=lost, differences=[differs("web01", (kind, "it differs")), differs("db", (kind, "x"))]))
    assert ("web01: is not as it was: it differs" not in notes) == told_by_the_engine
    assert "db: is not as it was: x" in notes


def test_a_missing_disk_of_a_partial_vm_is_not_told_again():
    found = [differs("db01", ("disks", "disk db01_d is missing"), ("macs", "MAC"))]
    assert told(result(partial=partial("db01"), differences=found))[1:] == ["db01: is not as it was: MAC"]


def test_a_difference_that_failed_is_told_as_a_failure_only():
    failed = [{"action": "verify", "name": "db01", "id": "id-db01", "message": "x", "required": True}]
    assert told(result(failures=failed, differences=[differs("db01", ("macs", "MAC"))])) == []


def test_losses_that_differ_in_the_names_of_disks_are_one_note():
    lost = [
        {"name": name, "id": f"id-{name}", "messages": [f"Not part of {name}: 'Disks: {name}_d , Roles: r '."]}
        for name in ("db01", "db02")
    ]
    assert told(result(partial=partial("db01", "db02"), dropped=lost))[1:] == [
        "db01, db02: Not part of ...: 'Disks: ... , Roles: r '."
    ]


def test_best_effort_failures_are_one_note_whatever_their_ids():
    failures = [
        failure(
            name,
            required=False,
            message=f"VM {name}: POST /vms/id-{name}/start refused (correlation id c-{name})",
            failure={"correlation_id": f"c-{name}"},
        )
        for name in ("a", "b")
    ]
    assert told(result(failures=[*failures, failure("c")])) == [
        "a, b: failed (best effort): VM ...: POST /vms/.../start refused (correlation id ...)"
    ]
    assert told(result(failures=[{"kind": "vm", "name": "x", "message": "no", "required": False}])) == [
        "x: failed (best effort): no"
    ]


def test_what_several_steps_could_not_prove_is_told_once():
    assert told(result(not_proven=["domain x"]), result(not_proven=["domain x", "domain y"])) == [
        "not proven: domain x",
        "not proven: domain y",
    ]


def registered(**keys):
    """A register's result with these keys, as they come from the module."""
    return {**result(), **keys}


FORESEEN = "VM db01 will come without disk d: it lies on data-erp"
PREFLIGHT = {
    "notes": [FORESEEN, "LUN 36001 must be visible"],
    "foreseen": [{"note": FORESEEN, "vms": ["db01", "db02"]}],
}


@pytest.mark.parametrize(
    ("made", "check_mode", "expected"),
    [
        (None, False, True),
        ({"failed": True, "msg": "no"}, False, True),
        (registered(partial=partial("db01", "db02")), False, False),
        (registered(partial=partial("db01")), False, True),
        (registered(partial=[], already={"register": ["db01", "db02"]}), False, False),
        (registered(partial=partial("db01"), already={"register": ["db02"]}), False, False),
        (registered(partial=[], done={"register": ["db01", "db02"], "forget_lun": ["x"]}), False, False),
        (registered(partial=[], done={"register": ["db01", "db02"]}), True, True),
        (registered(partial=[], already={"register": ["db01", "db02"]}), True, False),
        # Templates are registered too, and may be called as VMs are.
        (registered(done={"register": ["db01", "db02"]}), False, True),
    ],
)
def test_what_was_foreseen_is_left_out_once_the_register_told_the_facts(made, check_mode, expected):
    results = [PREFLIGHT, *([made] if made else [])]
    notes = told(*results, check_mode=check_mode)
    assert (FORESEEN in notes) == expected
    assert "LUN 36001 must be visible" in notes


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (registered(partial=[], done={"register": ["web01"]}), True),
        (registered(partial=[], already={"register": ["web01"]}), False),
        (
            registered(
                partial=[],
                done={"register": ["web01"]},
                dropped=[{"id": "i", "name": "web01", "messages": ["not verified: 'Affinity Groups: spread '"]}],
            ),
            False,
        ),
        (
            registered(
                partial=[],
                done={"register": ["web01"]},
                differences=[differs("web01", ("affinity_groups", "affinity group spread is missing"))],
            ),
            False,
        ),
    ],
)
def test_what_the_engine_drops_without_a_word_stays_worth_knowing(made, expected):
    note = "affinity group spread is not mapped"
    foreseen = [{"note": note, "vms": ["web01"], "word": "spread"}]
    assert (note in told({"notes": [note], "foreseen": foreseen}, made)) == expected


SIGN_IN = "needed: sign host hv-b1 in to iqn.b at 192.0.2.1:3260"


@pytest.mark.parametrize(
    ("made", "check_mode", "expected"),
    [
        (result(), False, True),
        ({**result(), "done": {"sign_in": ["iqn.b at 192.0.2.1:3260"], "attach": ["data-erp"]}}, False, False),
        ({**result(), "done": {"sign_in": ["iqn.b at 192.0.2.1:3260"]}}, True, True),
        ({**result(), "done": {"sign_in": ["iqn.b at 192.0.2.2:3260"]}}, False, True),
    ],
)
def test_a_sign_in_that_was_done_is_no_more_told_to_be_needed(made, check_mode, expected):
    foreseen = [{"note": SIGN_IN, "vms": [], "targets": ["iqn.b at 192.0.2.1:3260"]}]
    assert (SIGN_IN in told({"notes": [SIGN_IN], "foreseen": foreseen}, made, check_mode=check_mode)) == expected


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [(0, 2, ""), (1, 2, "a"), (2, 2, "a, b"), (3, 2, "a, b and 1 more")],
)
def test_a_list_of_names_is_shortened(count, most, expected):
    assert some(["a", "b", "c"][:count], most) == expected


# The table and the report ------------------------------------------------------------------------------------------


def test_the_table_is_aligned():
    lines = table(steps(plan={"changed": False}, **{"register VMs": result(done=1000, seconds=61.25)}, start=None))
    assert lines == [
        "step          state        done  already  skipped  failed  not run  seconds",
        "------------  -----------  ----  -------  -------  ------  -------  -------",
        "plan          ok              -        -        -       -        -        -",
        "register VMs  ok           1000        0        0       0        0     61.2",
        "start         not reached     -        -        -       -        -        -",
    ]


def lines_of(summary_file=None, journal=None, **results):
    made = steps(**results)
    return report(made, judge(made, (), check_mode=False), journal, summary_file)


def test_the_report_of_a_failure():
    lines = lines_of(journal="/j", register=result(failed=2, failures=[failure("a"), {**BEST_EFFORT, "name": "b"}]))
    assert lines[4:] == [
        "",
        "Worth knowing:",
        "  - b: failed (best effort): VM web: no",
        "",
        "What failed:",
        "  - register: a: VM a: no",
        "",
        "Verdict: INCOMPLETE: 2 failed",
        "  What was done stays; no data was deleted or formatted.",
        f"  {AGAIN}does only what is missing.",
        "Journal: /j",
    ]


def test_a_good_report_is_short():
    assert lines_of(a=result(done=1))[4:] == ["", "Verdict: RECOVERED", "Journal: none was written"]


@pytest.mark.parametrize(("journal", "where"), [("/j", "the journal"), (None, "'failures' of the steps' results")])
def test_many_failures_are_cut_short(journal, where):
    different = [failure(f"vm{number}", message=f"for reason {number + 5000}") for number in range(1000)]
    lines = lines_of(journal=journal, a=result(failed=1000, failures=different))
    assert f"  - and 990 more, all in {where}" in lines
    assert len(lines) < 30


def test_failures_that_read_alike_are_one_line():
    lines = lines_of(a=result(failed=1000))
    assert "  - a: vm0, vm1, vm2, vm3 and 996 more: VM ...: no" in lines


def test_the_engine_speaks_first():
    said = {"kind": "fault", "status": 409, "reason": "Operation Failed", "detail": "[No.]", "correlation_id": "run-1"}
    lines = lines_of(a=result(failed=1, failures=[failure("web02", message="VM web02: the engine ...", failure=said)]))
    assert "  - a: web02: [No.] (status 409, correlation id run-1)" in lines


@pytest.mark.parametrize(
    "broken",
    [
        {"failed": True, "msg": "The plan cannot be used: one; two", "problems": ["one", "two"]},
        {"failed": True, "msg": "The plan cannot run: one; two", "failure": {"problems": ["one", "two"]}},
    ],
)
def test_every_problem_has_a_line_of_its_own(broken):
    assert verdict(plan=broken).next_steps[:3] == ("- one", "- two", "Nothing was changed.")


def test_in_check_mode_the_table_says_would():
    assert "would" in table(steps(a=result(done=1)), check_mode=True)[0].split()


def guard(name, **more):
    shown = {"domain": name, "id": f"id-{name}", "marked": True, "passed": True, "against": []}
    return {**shown, "evidence": [{"text": "array: promoted, said by hook-7 at noon"}], **more}


def test_with_what_domains_were_taken_is_told():
    """Of those that carry another side's mark, alike ones in one sentence; it makes no warning of the verdict."""
    guards = [
        guard("web"),
        guard("db"),
        guard("erp", against=["engine: active"]),
        guard("own", marked=False),
        guard("no", passed=False),
    ]
    made = verdict(a=result(done=3, guards=guards))
    taken = "its metadata names another data center, and it is taken: array: promoted, said by hook-7 at noon"
    assert made.word == "recovered"
    assert made.notes == (f"web, db: {taken}", f"erp: {taken}, against: engine: active")


def test_what_a_former_run_left_out_is_told_again():
    made = verdict(a=result(already=1, partial=[{**PARTIAL[0], "missing_disks": ["erp"], "why": "it was before"}]))
    assert made.word == "already"
    assert made.notes == ("db (without erp): registered partially: it was before",)


@pytest.mark.parametrize(
    ("summary_file", "where"), [("/s.json", "the summary file /s.json"), (None, "'notes' of this task's result")]
)
def test_many_notes_are_cut_short_on_the_screen_and_kept_in_the_summary(summary_file, where):
    results = {"a": result(done=1, not_proven=[f"sentence {number}" for number in range(40)])}
    lines = lines_of(summary_file, **results)
    assert len([line for line in lines if line.startswith("  - not proven")]) == MOST_NOTES
    assert f"  - and 28 more, all in {where}" in lines
    made = steps(**results)
    document = summary(made, judge(made, (), check_mode=False), run_id="r", journal=None)
    assert len(document["notes"]) == 40


def test_a_thousand_vms_stay_readable_and_the_summary_names_them_all():
    names = [f"web{number:04}" for number in range(1000)]
    results = {
        "a": result(done=1000, dropped=dropped(*names), partial=partial(*(f"db{number}" for number in range(9))))
    }
    made = steps(**results)
    found = judge(made, [Note("left out", name) for name in names], check_mode=False)
    shown = [line for line in report(made, found, "/j", "/s") if line.startswith("  - ")]
    assert len(shown) == 3
    assert all(len(line) < 300 for line in shown)
    notes = summary(made, found, run_id="r", journal="/j")["notes"]
    assert all(name in notes[0] for name in names)
    assert all(name in notes[2] for name in names)


def test_the_summary_is_bounded():
    results = {"a": result(done=1, not_proven=[f"{number}" for number in range(3000)])}
    made = steps(**results)
    document = summary(made, judge(made, (), check_mode=False), run_id="r", journal=None)
    assert len(document["notes"]) == MOST_KEPT


def test_the_summary_in_full():
    registered_one = result(done=1, failed=1, seconds=2.5, requests={"reads": 1}) | {"done": {"register": ["vm1"]}}
    made = steps(plan={"changed": False}, register=registered_one, start=None)
    document = summary(made, judge(made, (), check_mode=False), run_id="r1", journal="/j")
    assert json.loads(json.dumps(document)) == document
    assert list(document) == [
        "verdict",
        "headline",
        "good",
        "run_id",
        "journal",
        "counts",
        "steps",
        "notes",
        "next",
    ]
    assert document["steps"]["register"] == {
        "state": "incomplete",
        "counts": {"done": 1, "already": 0, "skipped": 0, "failed": 1, "not_run": 0},
        "done": {"register": 1},
        "changed": True,
        "seconds": 2.5,
        "requests": {"reads": 1},
        "failures": [{"kind": "vm", "name": "vm0", "message": "VM vm0: no"}],
    }
    assert document["steps"]["start"]["state"] == "not reached"


def test_what_a_comparison_found_is_told_of_all_objects_together():
    def differs(name, part, says):
        return {
            "kind": "vm",
            "name": name,
            "id": name,
            "state": "different",
            "differences": [{"part": part, "says": says}],
        }

    found = [
        *(differs(f"web0{n}", f"disk web0{n}_os", f"disk web0{n}_os: quota was A, is B") for n in (1, 2)),
        differs("db", "", "name was a, is b"),
        {"kind": "disk", "name": "old", "id": "1", "state": "missing", "differences": []},
    ]
    compared = {"changed": False, "different": 4, "differences": found}
    judged = judge(steps(a=result(done=1), b=compared), (), check_mode=False, achieved="MOVED")
    assert (judged.word, judged.headline, judged.good) == ("warnings", "MOVED, with warnings", True)
    assert judged.notes == (
        "VM web01, VM web02: disk ...: quota was A, is B",
        "VM db: name was a, is b",
        "disk old: is missing",
    )
    lost = [
        {
            "kind": "vm",
            "name": "db",
            "id": "db",
            "differences": [{"kind": "name", "part": "", "says": "name was a, is b"}],
        }
    ]
    again = judge(steps(a=result(done=1, differences=lost), b=compared), (), check_mode=False)
    assert "VM db: name was a, is b" not in again.notes, "the register told it"
    same = judge(steps(a=result(done=1), b={"different": 0}), (), check_mode=False, achieved="MOVED")
    assert (same.word, same.headline) == ("recovered", "MOVED")


def test_disks_that_stayed_behind_are_told_once():
    lacking = [
        {"vm": vm, "vm_id": vm, "disk": f"{vm}_erp", "id": f"disk of {vm}", "why": "lies on data-erp"}
        for vm in ("db01", "db02", "db03")
    ]
    unknown = [{"name": "", "id": "77", "domains": ["web"], "may_belong_to": ["web01", "web02"]}]
    made = result(not_completable=lacking, unknown_owners=unknown, failures=[{**failure("x"), "id": "disk of db03"}])
    assert told(made) == [
        "db01, db02: without disk ..., which lies on data-erp",
        "disk 77: left unregistered, it may belong to web01, web02",
    ]
