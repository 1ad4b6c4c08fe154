# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings: what is given stands in the request once, what the target lacks is named, nothing is given twice."""

from __future__ import annotations

from copy import deepcopy

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._desired.mappings import (
    BY_NAME,
    by_login,
    mappings_from,
    missing_targets,
    registration_configuration,
)
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import tostring
from hypothesis import assume, given, settings
from hypothesis import strategies as st

ISCSI = {"id": "36002", "type": "iscsi", "address": "192.0.2.1", "target": "iqn.b"}


def xml(options, profile_ids=()):
    made = registration_configuration(mappings_from(options), dict(profile_ids))
    return None if made is None else tostring(made).decode()


def logins(pairs, known):
    """Login -> the domain that it is looked for in, and the warnings."""
    mapped, warnings = by_login(mappings_from({"user_domains": pairs}), known)
    return {pair.source: pair.target for pair in mapped.of("user_domains")}, warnings


@pytest.mark.parametrize(
    ("pairs", "known", "expected"),
    [
        ([], {"corp": {"ann"}}, {}),
        ([{"from": "corp", "to": "dr"}], {"corp": {"ann", "joe"}, "lab": {"eve"}}, {"ann": "dr", "joe": "dr"}),
        ([{"from": "corp", "to": "dr", "users": ["ann"]}], {}, {"ann": "dr"}),
        ([{"from": "corp", "to": "dr", "users": ["max"]}], {"corp": {"ann"}}, {"ann": "dr", "max": "dr"}),
        ([{"from": "ann", "to": "dr"}], {}, {"ann": "dr"}),
        ([{"from": "ann", "to": "dr"}], {"corp": {"ann"}}, {"ann": "dr"}),
        (
            [{"from": "corp", "to": "dr"}, {"from": "lab", "to": "dr"}],
            {"corp": {"ann"}, "lab": {"ann", "eve"}},
            {"ann": "dr", "eve": "dr"},
        ),
    ],
)
def test_users_domains_become_one_mapping_per_login(pairs, known, expected):
    found, _warnings = logins(pairs, known)
    assert found == expected


def test_a_login_of_two_domains_cannot_be_mapped_to_two():
    pairs = [{"from": "corp", "to": "dr"}, {"from": "lab", "to": "dr-lab"}]
    with pytest.raises(BadInput, match="ann is to be looked for in dr and in dr-lab; the engine tells users apart by"):
        logins(pairs, {"corp": {"ann"}, "lab": {"ann"}})


def test_a_login_that_another_domain_knows_too_is_told():
    _found, (warning,) = logins([{"from": "corp", "to": "dr"}], {"corp": {"ann"}, "lab": {"ann"}})
    assert warning.startswith("mappings.user_domains: ann of lab is looked for in dr too")


def test_quotas_are_nothing_for_the_register():
    assert xml({"quotas": [{"from": "a", "to": "b"}]}) is None


@pytest.mark.parametrize("options", [None, {}, {"clusters": []}, {"clusters": None, "luns": None}])
def test_nothing_mapped_is_no_element(options):
    assert xml(options) is None


def test_a_name_and_its_replacement():
    assert xml({"clusters": [{"from": "prod", "to": "dr"}]}) == (
        "<registration_configuration><cluster_mappings><registration_cluster_mapping><from><name>prod</name></from>"
        "<to><name>dr</name></to></registration_cluster_mapping></cluster_mappings></registration_configuration>"
    )


def test_a_profile_is_named_on_its_network_and_goes_to_an_id():
    pair = {"from": {"network": "net", "profile": "p"}, "to": {"network": "n2", "profile": "p2"}}
    assert xml({"vnic_profiles": [pair]}, {("n2", "p2"): "77"}.items()) == (
        "<registration_configuration><vnic_profile_mappings><registration_vnic_profile_mapping><from><name>p</name>"
        '<network><name>net</name></network></from><to id="77"/></registration_vnic_profile_mapping>'
        "</vnic_profile_mappings></registration_configuration>"
    )


def test_a_profile_without_a_replacement_disconnects_the_nic():
    pair = {"from": {"network": "net", "profile": "p"}, "to": None}
    assert "<to><name></name><network><name></name></network></to>" in (xml({"vnic_profiles": [pair]}) or "")


def test_an_iscsi_lun_and_its_replica():
    to = {**ISCSI, "port": 3261, "username": "u", "password": "p", "alias": "erp"}
    assert xml({"luns": [{"from": "36001", "to": to}]}) == (
        "<registration_configuration><lun_mappings><registration_lun_mapping><from><lun_storage><logical_units>"
        '<logical_unit id="36001"/></logical_units></lun_storage></from><to><alias>erp</alias><lun_storage>'
        '<type>iscsi</type><logical_units><logical_unit id="36002"><address>192.0.2.1</address><port>3261</port>'
        "<target>iqn.b</target><username>u</username><password>p</password></logical_unit></logical_units>"
        "</lun_storage></to></registration_lun_mapping></lun_mappings></registration_configuration>"
    )


def test_a_fibre_channel_lun_has_no_portal():
    made = xml({"luns": [{"from": "36001", "to": {"id": "36002", "type": "fcp"}}]}) or ""
    assert '<logical_unit id="36002"/>' in made
    assert "port" not in made


def test_the_port_of_iscsi_when_none_is_given():
    assert "<port>3260</port>" in (xml({"luns": [{"from": "36001", "to": {**ISCSI, "port": None}}]}) or "")


def test_a_password_is_not_shown_by_a_record():
    made = mappings_from({"luns": [{"from": "36001", "to": {**ISCSI, "username": "u", "password": "geheim"}}]})
    assert "geheim" not in repr(made)


PROFILE = {"network": "n", "profile": "p"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        *(
            ({option: [{"from": "a", "to": "b"}, {"from": "a", "to": "c"}]}, f"mappings.{option}: a is mapped twice")
            for option in BY_NAME
        ),
        ({"vnic_profiles": [{"from": PROFILE}, {"from": PROFILE}]}, "mappings.vnic_profiles: n/p is mapped twice"),
        (
            {"luns": [{"from": "1", "to": ISCSI}, {"from": "1", "to": ISCSI}]},
            "mappings.luns: 1 is mapped twice",
        ),
        (
            {"luns": [{"from": "1", "to": {"id": "2", "type": "iscsi", "address": "a"}}]},
            "mappings.luns: 1: 'address' and 'target' are needed for an iscsi LUN",
        ),
        (
            {"clusters": [{"from": "a", "to": "b"}] * 2, "roles": [{"from": "r", "to": "b"}] * 3},
            "mappings.clusters: a is mapped twice; mappings.roles: r is mapped twice",
        ),
    ],
)
def test_a_mapping_that_the_engine_would_answer_with_an_internal_error(options, words):
    with pytest.raises(BadInput) as refusal:
        mappings_from(options)
    assert str(refusal.value) == words


def test_every_target_that_is_missing_is_named():
    options = {option: [{"from": "a", "to": "b"}] for option in BY_NAME}
    options["vnic_profiles"] = [
        {"from": PROFILE, "to": {"network": "x", "profile": "y"}},
        {"from": {"network": "n", "profile": "other"}, "to": None},
    ]
    existing = {option: {"c"} for option in (*BY_NAME, "vnic_profiles")}
    assert missing_targets(mappings_from(options), existing) == [
        *(f"mappings.{option}: a is mapped to b, which does not exist in the target" for option in BY_NAME),
        (
            "mappings.vnic_profiles: n/p is mapped to x/y (network/profile), which does not exist in the "
            "target data center"
        ),
    ]


def test_what_is_there_or_was_not_read_is_not_missing():
    options = {"clusters": [{"from": "a", "to": "b"}], "roles": [{"from": "a", "to": "nowhere"}]}
    assert missing_targets(mappings_from(options), {"clusters": {"b"}}) == []


# Whatever may stand in XML, markup and letters of all scripts included.
names = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=6)
profiles = st.builds(lambda network, profile: (network, profile), names, names)
pairs = st.dictionaries(names, names, max_size=3)


@given(
    st.fixed_dictionaries(dict.fromkeys(BY_NAME, pairs)),
    st.dictionaries(profiles, st.one_of(st.none(), profiles), max_size=3),
    st.dictionaries(names, names, max_size=3),
)
@settings(max_examples=100, deadline=None)
def test_every_pair_stands_in_the_request_exactly_once(by_name, of_profiles, luns):
    options = {option: [{"from": source, "to": to} for source, to in made.items()] for option, made in by_name.items()}
    options["vnic_profiles"] = [
        {
            "from": {"network": source[0], "profile": source[1]},
            "to": {"network": to[0], "profile": to[1]} if to else None,
        }
        for source, to in of_profiles.items()
    ]
    options["luns"] = [{"from": source, "to": {"id": to, "type": "fcp"}} for source, to in luns.items()]
    ids = {to: f"id-{to}" for to in of_profiles.values() if to}
    # Two profiles that are written alike, as a/b on c and b on c/a, are refused.
    assume(len({"/".join(source) for source in of_profiles}) == len(of_profiles))
    copy = deepcopy(options)
    made = registration_configuration(mappings_from(options), ids)
    assert options == copy
    if made is None:
        assert not (any(by_name.values()))
        assert not of_profiles
        assert not luns
        return
    for option, tag in BY_NAME.items():
        found = [(one.findtext("from/name"), one.findtext("to/name")) for one in made.iter(tag)]
        assert found == list(by_name[option].items())
    found_profiles = [
        ((one.findtext("from/network/name"), one.findtext("from/name")), one.find("to").get("id"))
        for one in made.iter("registration_vnic_profile_mapping")
    ]
    assert found_profiles == [(source, ids.get(to)) for source, to in of_profiles.items()]
    path = "lun_storage/logical_units/logical_unit"
    found_luns = [
        (one.find(f"from/{path}").get("id"), one.find(f"to/{path}").get("id"))
        for one in made.iter("registration_lun_mapping")
    ]
    assert found_luns == list(luns.items())
