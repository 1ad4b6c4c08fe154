# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence: what counts, what forbids, what is too old; as tables and as properties."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.evidence import (
    DENIES,
    SHOWS,
    SKEW,
    Evidence,
    OtherDomain,
    OtherEngine,
    OtherHost,
    Takeover,
    judge,
    moment,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.guard import Guard
from hypothesis import given
from hypothesis import strategies as st

NOW, MOST = 1_000_000.0, 1800.0
WORDS = [(kind, says) for words in (SHOWS, DENIES) for kind, listed in words.items() for says in listed]
HOSTS = st.lists(
    st.builds(
        OtherHost,
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(["h1", "h2", "h3"]),
        st.sampled_from(["up", "down", "maintenance", "non_responsive", "reboot", "unassigned"]),
    ),
    max_size=4,
)
DOMAINS = st.builds(
    OtherDomain,
    st.sampled_from(["active", "maintenance", "inactive", "unknown", "locked", "unattached", ""]),
    st.sampled_from(["", "Production"]),
    HOSTS.map(tuple),
)
ENTRIES = st.builds(
    lambda words, age, domains: Evidence(
        words[0], words[1], "hook", NOW - age, "then", frozenset(domains), frozenset({"h1"})
    ),
    st.sampled_from(WORDS),
    st.floats(-2 * SKEW, 2 * MOST),
    st.lists(st.sampled_from(["d", "web", "other"])),
)
OTHERS = st.none() | st.builds(
    lambda domain, trouble: OtherEngine("https://a", "now", {"d": domain} if domain else {}, trouble),
    st.none() | DOMAINS,
    st.sampled_from(["", "", "no route"]),
)
TAKEOVERS = st.none() | st.builds(Takeover, st.just("Ada"), st.just("no power"), st.booleans())


def judged(entries, other=None, takeover=None):
    return judge({"d", "web"}, "d", entries, other, takeover, now=NOW, max_age=MOST)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:01:00Z", 60.0),
        ("1970-01-01T00:01:00z", 60.0),
        ("1970-01-01 00:01:00+00:00", 60.0),
        ("1970-01-01T02:01:00.5+02:00", 60.5),
        ("1970-01-01T00:01:00", None),
        ("yesterday", None),
        ("", None),
        ("60", None),
    ],
)
def test_moments(text, seconds):
    assert moment(text) == seconds


@given(st.lists(ENTRIES, max_size=4), OTHERS, TAKEOVERS)
def test_nothing_passes_against_what_is_alive_but_by_a_statement_that_says_so(entries, other, takeover):
    found = judged(entries, other, takeover)
    if found.passes:
        assert found.proofs
        assert not found.against or (takeover is not None and takeover.overrule)
    counted = [one for one in entries if not one.domains or one.domains & {"d", "web"}]
    fresh = [one for one in counted if -SKEW <= NOW - one.at <= MOST]
    if takeover is None and other is None:
        assert bool(found.proofs) == any(one.says in SHOWS[one.kind] for one in fresh)
        assert bool(found.against) == any(one.says in DENIES[one.kind] for one in fresh)
        assert len(found.of_no_use) == len(counted) - len(fresh)
    # More statements never take a proof away.
    more = judged(entries, other, Takeover("Ada", "no power", overrule=True))
    assert more.passes
    assert set(found.proofs) <= set(more.proofs) | {one for one in found.proofs if one.kind == "takeover"}


@given(DOMAINS)
def test_another_engine_shows_it_only_when_no_host_may_write(domain):
    found = judged([], OtherEngine("https://a", "now", {"d": domain}))
    alive = [host for host in domain.hosts if host.status not in ("down", "maintenance")]
    out_of_use = not domain.data_center or domain.status == "maintenance" or not alive
    assert found.passes == out_of_use
    assert found.given
    if found.against:
        assert any(host.status == "up" for host in alive)
    # Fencing counts only when it left out none of the hosts in use.
    some = Evidence("fencing", "fenced", "f", NOW, "now", hosts=frozenset({"h1"}))
    left = [host for host in alive if host.name != "h1"]
    assert judged([some], OtherEngine("https://a", "now", {"d": domain})).passes == (out_of_use or not left)
    # Hosts of which it is said that they were fenced do not count as alive.
    fenced = Evidence("fencing", "fenced", "f", NOW, "now", hosts=frozenset({"h1", "h2", "h3"}))
    assert not judged([fenced], OtherEngine("https://a", "now", {"d": domain})).against


@given(st.lists(ENTRIES, max_size=3), OTHERS, TAKEOVERS, st.sampled_from([True, False, None]))
def test_a_guard_lets_through_what_passes_and_what_needs_nothing(entries, other, takeover, marked):
    found = judged(entries, other, takeover)
    told = []
    guard = Guard({"d": found}, {} if marked is None else {"d": marked}, told.append)
    problem = guard.forbids("d", "web")
    if found.against and not found.overruled:
        assert "another side uses it" in problem
    elif marked is False or found.passes:
        assert not problem
    elif marked:
        assert "another data center uses it" in problem
    else:
        assert bool(problem) == found.given
    shown = guard.shown("d", "web")
    assert not (shown["passed"] and problem)
    for _turn in range(2):
        guard.passed("d", "web")
    assert len(told) == (1 if marked else 0)
