# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attaching block domains: what is planned from what a host sees, what is refused and in which words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.attach import plan_attach, unknown_blocks
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.blocks import (
    HostView,
    SeenDomain,
    Target,
    logins,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.wanted_domains import (
    WantedDomain,
    wanted_domains,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain
from ansible_collections.ovirt_dr.storage.tests.unit.plugins.module_utils.desired.making import (
    CENTER,
    HOST,
    allowed_order,
    domain,
    wanted,
)
from hypothesis import given, settings
from hypothesis import strategies as st

A, B = Target("192.0.2.1", 3260, "iqn.a"), Target("192.0.2.2", 3261, "iqn.b")
OPEN = HostView(offered={A.portal: frozenset({"iqn.a"}), B.portal: frozenset({"iqn.b", "iqn.x"})})


def erp(*targets, **more):
    """The wish for an iSCSI domain; on A unless said otherwise."""
    return WantedDomain(
        **{"id": "e", "name": "erp", "type": "iscsi", "address": "", "path": "", **more}, targets=targets or (A,)
    )


def san(**more):
    return WantedDomain(**{"id": "s", "name": "san", "type": "fcp", "address": "", "path": "", **more})


def there(wish, *, status="active", center="dc", **more):
    """The domain of a wish as an engine knows it."""
    made = Domain(wish.id, wish.name, "data", status, False, wish.type, "", "", (center,) if center else ())
    return replace(made, **more)


def plan(*wishes, view=OPEN, known=(), sign_in=True, host=HOST):
    here = [one for one in known if CENTER.id in one.data_center_ids]
    return plan_attach(wishes, known, here, CENTER, host, view, sign_in=sign_in)


def words(*wishes, **more):
    with pytest.raises(BadInput) as refusal:
        plan(*wishes, **more)
    return str(refusal.value)


def seeing(*ids, targets=(A,), target=A):
    """A host that is signed in and sees these domains."""
    return replace(OPEN, signed_in=frozenset(targets), seen=tuple(SeenDomain(one, f"n-{one}", target) for one in ids))


@pytest.mark.parametrize(
    ("wish", "view", "known", "expected"),
    [
        (erp(), OPEN, [], ["sign_in", "import", "attach", "rename"]),
        (erp(name=""), OPEN, [], ["sign_in", "import", "attach"]),
        (erp(A, B), OPEN, [], ["sign_in", "sign_in", "import", "attach", "rename"]),
        (erp(A, B), replace(OPEN, signed_in=frozenset({A})), [], ["sign_in", "import", "attach", "rename"]),
        (erp(), seeing("e"), [], ["import", "attach", "rename"]),
        (san(), seeing("s", target=None), [], ["import", "attach", "rename"]),
        (erp(), HostView(), [there(erp(), center="", status="unattached")], ["attach"]),
        (erp(), HostView(), [there(erp(), status="maintenance")], ["activate"]),
        (erp(), HostView(), [there(erp())], []),
        (san(), HostView(), [there(san())], []),
    ],
)
def test_the_steps_from_each_state(wish, view, known, expected):
    made = plan(wish, view=view, known=known)
    assert [step.action for step in allowed_order(made.steps)] == expected
    assert set(made.changes) == {step.id for step in made.steps}
    assert bool(made.not_proven) == ("sign_in" in expected)


def test_a_domain_on_two_paths_that_one_path_shows_already_is_signed_in_to_the_other():
    made = plan(erp(A, B), view=seeing("e"))
    assert [step.name for step in made.steps if step.action == "sign_in"] == []


def test_the_sentences_changes_and_what_is_not_proven():
    made = plan(erp())
    assert [step.says for step in made.steps] == [
        "sign host hv-b1 in to iqn.a at 192.0.2.1:3260",
        "import erp from iqn.a at 192.0.2.1:3260",
        "attach erp to Recovery",
        "name domain e erp",
    ]
    assert made.not_proven == ("whether erp lies on iqn.a at 192.0.2.1:3260, before host hv-b1 has signed in there",)
    (change,) = made.changes[made.steps[0].id]
    assert (change.kind, change.before, change.after) == ("target", None, "hv-b1")


def test_domains_share_a_sign_in_and_one_that_is_required_makes_it_so():
    made = plan(erp(required=False), erp(id="f", name="fin"), view=OPEN)
    (step,) = [one for one in made.steps if one.action == "sign_in"]
    assert step.required
    imports = [one for one in made.steps if one.action == "import"]
    assert [one.after for one in imports] == [frozenset({step.id})] * 2
    assert [one.required for one in imports] == [False, True]


@pytest.mark.parametrize(
    ("wish", "more", "expected"),
    [
        (
            erp(),
            {"sign_in": False},
            (
                "domain erp: host hv-b1 is not signed in to iqn.a at 192.0.2.1:3260, and signing in was not "
                "asked for. Say 'sign_in: true', or sign it in, then run again"
            ),
        ),
        (
            erp(),
            {"view": HostView(silent={A.portal: "Failed discovery of iSCSI targets"})},
            (
                "domain erp: host hv-b1 cannot reach portal 192.0.2.1:3260: Failed discovery of iSCSI targets. "
                "Check the address, the network of the host, and the CHAP user"
            ),
        ),
        (
            erp(Target("192.0.2.2", 3261, "iqn.z")),
            {},
            (
                "domain erp: portal 192.0.2.2:3261 does not offer iqn.z to host hv-b1, it offers iqn.b, iqn.x. "
                "Check the name, and that the storage lets this host in"
            ),
        ),
        (
            erp(),
            {"view": HostView(offered={A.portal: frozenset()})},
            (
                "domain erp: portal 192.0.2.1:3260 does not offer iqn.a to host hv-b1, it offers no target. "
                "Check the name, and that the storage lets this host in"
            ),
        ),
        (
            erp(),
            {"view": seeing("other")},
            (
                "domain erp: host hv-b1 does not see storage domain e on iqn.a at 192.0.2.1:3260; it sees "
                "n-other (other) there. Check the id, and that all LUNs of the replica are presented to the "
                "host and belong to no domain or disk of this engine"
            ),
        ),
        (
            san(),
            {},
            (
                "domain san: host hv-b1 does not see storage domain s on Fibre Channel; it sees no domain "
                "there that the engine does not know. Check the id, and that all LUNs of the replica are "
                "presented to the host and belong to no domain or disk of this engine"
            ),
        ),
        (
            erp(),
            {"known": [replace(there(erp()), storage_type="nfs")]},
            "domain erp: the engine knows it as one of type nfs, the playbook says iscsi; correct the type",
        ),
        (
            wanted("web"),
            {"known": [replace(domain("web"), storage_type="fcp")]},
            "domain web: the engine knows it as one of type fcp, the playbook says nfs; correct the type",
        ),
        (
            erp(),
            {"known": [there(erp(), targets=("iqn.old",))]},
            (
                "domain erp: the engine knows it on iqn.old, the playbook wants iqn.a at 192.0.2.1:3260; its "
                "connections must be changed, which this module never does"
            ),
        ),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_planned(wish, more, expected):
    assert words(wish, **more) == expected


def test_all_problems_are_told_at_once():
    told = words(erp(), san(), sign_in=False)
    assert "not signed in to iqn.a" in told
    assert "does not see storage domain s on Fibre Channel" in told


def test_a_best_effort_domain_fails_alone():
    made = plan(erp(required=False), wanted("web"), sign_in=False)
    assert {step.target_id for step in made.steps} == {"id-web"}
    (outcome,) = made.outcomes
    assert (outcome.state, outcome.required, outcome.name) == ("failed", False, "erp")
    assert "sign_in: true" in outcome.message


def test_many_other_domains_are_shortened():
    told = words(erp(), view=seeing(*"qrtuvw"))
    assert "it sees n-q (q), n-r (r), n-t (t), n-u (u), n-v (v), ... there" in told


def test_a_known_domain_on_one_of_its_targets_is_the_one():
    assert plan(erp(A, B), known=[there(erp(), targets=("iqn.b",))]).steps == ()


def test_without_a_host_that_is_up_nothing_can_be_imported():
    assert "has no host that is up" in words(erp(), host=None, view=None)


def test_only_block_domains_that_the_engine_does_not_know_need_a_look():
    assert unknown_blocks([erp(), san(), wanted("web")], [there(san())]) == (erp(),)


OPTION = {"id": "e", "name": "erp", "type": "iscsi", "targets": [{"address": "192.0.2.1", "target": "iqn.a"}]}
LOGIN = {"username": "u", "password": "secret-word"}


def test_options_become_targets_with_the_login_of_either_place():
    chap, wrong = logins([{"target": "iqn.a", "login": LOGIN}, {"target": "iqn.unused", "login": LOGIN}])
    assert wrong == []
    (made,) = wanted_domains([OPTION], chap)
    assert made.targets == (A,)
    assert (made.targets[0].username, made.targets[0].password) == ("u", "secret-word")
    own = {**OPTION, "targets": [{**OPTION["targets"][0], "port": 3260, "username": "own", "password": "p"}]}
    assert wanted_domains([own], chap)[0].targets[0].username == "own"
    assert wanted_domains([{"id": "s", "type": "fcp", "targets": None}])[0].place == "Fibre Channel"


def test_a_secret_is_in_no_representation():
    chap, _wrong = logins([{"target": "iqn.a", "login": LOGIN}])
    made = wanted_domains([OPTION], chap)
    assert "secret-word" not in repr((chap, made, plan(*made)))


def test_a_target_is_told_from_others_by_where_and_what_it_is():
    assert replace(A, username="u", password="p") == A
    assert len({A, replace(A, port=3261), replace(A, target="iqn.c"), replace(A, password="p")}) == 3


def targets(*given):
    return [{**OPTION, "targets": list(given)}]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            [{**OPTION, "path": "/x", "nfs_timeo": 5}],
            (
                "domains[1] erp: 'path' is for file storage; a domain of type iscsi is found by its id; "
                "domains[1] erp: 'nfs_timeo' is for file storage; a domain of type iscsi is found by its id"
            ),
        ),
        (targets(), "domains[1] erp: 'targets' is needed for type iscsi: the targets that show the domain's LUNs"),
        (
            [{**OPTION, "type": "fcp"}],
            "domains[1] erp: 'targets' is for type iscsi; hosts see Fibre Channel storage without a sign-in",
        ),
        (
            [{**OPTION, "type": "nfs", "address": "nfs", "path": "/x"}],
            "domains[1] erp: 'targets' is for type iscsi, not for nfs",
        ),
        (
            targets({"address": "a", "target": "t", "port": 0}),
            "domains[1] erp: target t: 'port' must be from 1 to 65535, not 0",
        ),
        (
            targets({"address": "a", "target": "t", "username": "u"}),
            "domains[1] erp: target t: CHAP needs 'username' and 'password', both or neither",
        ),
        (
            targets({"address": "a", "target": "t"}, {"address": "a", "target": "t", "port": 3260}),
            "domains[1] erp: target t at a:3260 is given twice",
        ),
    ],
)
def test_options_that_make_no_block_domain(options, expected):
    with pytest.raises(BadInput) as refusal:
        wanted_domains(options)
    assert str(refusal.value) == expected


def test_a_login_is_given_once_per_target():
    assert logins([{"target": "iqn.a", "login": LOGIN}] * 2)[1] == ["chap: target iqn.a is given twice"]


@given(st.sets(st.sampled_from([A, B])), st.sets(st.sampled_from("efg")), st.booleans(), st.data())
@settings(max_examples=100, deadline=None)
def test_a_plan_signs_in_only_where_needed_and_a_second_one_finds_nothing_to_do(signed_in, seen, sign_in, data):
    """Whatever the host sees: sign-ins come before imports, only when allowed, only for what the host does not see."""
    wishes = [
        erp(*data.draw(st.lists(st.sampled_from([A, B]), min_size=1, unique=True)), id=one, name=one, required=False)
        for one in "efg"
    ]
    view = replace(seeing(*sorted(seen)), signed_in=frozenset(signed_in))
    made = plan(*wishes, view=view, sign_in=sign_in)
    new = {one.details["target"] for one in made.steps if one.action == "sign_in"}
    assert not new & signed_in
    assert sign_in or not new
    by_id = {step.id: step for step in made.steps}
    assert len(by_id) == len(made.steps)
    known = []
    for wish in wishes:
        step = by_id.get(f"import:{wish.id}")
        if step is None:
            assert wish.id not in seen, "what the host sees can be imported"
            continue
        waits = {by_id[one].details["target"] for one in step.after}
        assert waits == (set() if wish.id in seen else set(wish.targets) - signed_in)
        known.append(there(wish))
    again = plan(*[wish for wish in wishes if wish.id in {one.id for one in known}], known=known, view=HostView())
    assert again.steps == ()
