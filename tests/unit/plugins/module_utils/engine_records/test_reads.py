# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk reads: which requests are sent, what of the answers counts, and that names never enter a search."""

from __future__ import annotations

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import reads
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import Ambiguous, NotFound
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Cluster, Domain
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import parse


class Answers:
    """A client that answers from a table: path, or (path, search), -> inner XML. It keeps what it was asked."""

    concurrency = 4

    def __init__(self, table):
        self.table = table
        self.asked = []

    def get(self, path, *, query=None, subject="", timeout=None):
        search = (query or {}).get("search", "")
        self.asked.append((path, dict(query or {}), timeout))
        assert subject, "a fault would not say what was read"
        inner = self.table.get((path, search), self.table.get(path))
        if inner is None:
            pytest.fail(f"nobody expected GET {path} {query}")
        return parse(f"<list>{inner}</list>".encode())

    @property
    def searches(self):
        return [query.get("search") for _path, query, _timeout in self.asked]


def vm(number, status="up"):
    return f'<vm id="{number}"><name>vm{number}</name><status>{status}</status></vm>'


def domain(name):
    return Domain(f"id-{name}", name, "data", "active", False, "nfs", "", "", ())


CENTERS = '<data_center id="1"><name>A</name></data_center><data_center id="2"><name>B</name></data_center>'


@pytest.mark.parametrize("asked", ["B", "2"])
def test_a_data_center_by_name_or_id(asked):
    assert reads.data_center(Answers({"/datacenters": CENTERS}), asked).id == "2"


def test_a_data_center_that_is_not_there_or_not_one():
    with pytest.raises(NotFound, match="There is no data center 'C' in the engine"):
        reads.data_center(Answers({"/datacenters": CENTERS}), "C")
    with pytest.raises(Ambiguous, match=r"A \(1\), A \(3\)"):
        reads.data_center(Answers({"/datacenters": CENTERS + '<data_center id="3"><name>A</name></data_center>'}), "A")


def test_a_name_with_search_words_never_enters_a_search():
    client = Answers({"/datacenters": CENTERS})
    with pytest.raises(NotFound):
        reads.data_center(client, "A or name=*")
    assert client.asked == [("/datacenters", {}, None)]


def test_clusters_and_hosts_of_one_data_center():
    client = Answers(
        {
            "/clusters": '<cluster id="1"><data_center id="a"/></cluster>'
            '<cluster id="2"><data_center id="b"/></cluster><cluster id="3"/>',
            "/hosts": '<host id="7"><cluster id="1"/></host><host id="8"><cluster id="2"/></host>',
        }
    )
    clusters = reads.clusters(client, "a")
    assert [one.id for one in clusters] == ["1"]
    assert [one.id for one in reads.hosts(client, clusters)] == ["7"]


@pytest.mark.parametrize(
    ("read", "path", "inner"),
    [
        (reads.domains, "/storagedomains", '<storage_domain id="1"/>'),
        (
            lambda client: reads.attached_domains(client, "c"),
            "/datacenters/c/storagedomains",
            '<storage_domain id="1"/>',
        ),
        (lambda client: reads.domain_vms(client, "d"), "/storagedomains/d/vms", '<vm id="1"/>'),
        (lambda client: reads.named(client, "roles"), "/roles", '<role id="1"/>'),
        (reads.vms, "/vms", '<vm id="1"/>'),
        (reads.templates, "/templates", '<template id="1"/>'),
        (reads.disks, "/disks", '<disk id="1"/>'),
        (lambda client: reads.jobs(client, "x-1"), "/jobs", '<job id="1"/>'),
    ],
)
def test_a_collection_is_listed_once(read, path, inner):
    client = Answers({path: inner})
    assert [one.id for one in read(client)] == ["1"]
    assert [asked for asked, _query, _timeout in client.asked] == [path]


def test_jobs_are_asked_for_by_correlation_id():
    client = Answers({"/jobs": ""})
    assert reads.jobs(client, "run-step") == []
    assert client.searches == ["correlation_id=run-step"]


def test_a_few_vms_are_searched_by_id():
    client = Answers({"/vms": vm(1) + vm(2) + vm(9)})
    assert set(reads.vms_by_ids(client, {"2", "1", "3"})) == {"1", "2"}
    assert client.searches == ["id=1 or id=2 or id=3"]


def test_many_vms_come_from_the_whole_list():
    client = Answers({"/vms": vm(1) + vm(2) + vm(99)})
    assert set(reads.vms_by_ids(client, {str(number) for number in range(reads.MOST_IDS_IN_A_SEARCH + 1)})) == {
        "1",
        "2",
    }
    assert client.searches == [None]


ON_THEIR_WAY = " or ".join(f"status={status}" for status in reads.MOVING)


def test_while_all_vms_are_on_their_way_only_the_short_list_is_read():
    client = Answers({("/vms", ON_THEIR_WAY): vm(1, "powering_up") + vm(7, "powering_up")})
    assert {key: one.status for key, one in reads.settled_vms(client, {"1"}).items()} == {"1": "powering_up"}
    assert len(client.asked) == 1


def test_vms_that_arrived_are_read_by_id():
    client = Answers({("/vms", ON_THEIR_WAY): vm(1, "powering_up"), ("/vms", "id=2"): vm(2)})
    assert {key: one.status for key, one in reads.settled_vms(client, {"1", "2"}).items()} == {
        "1": "powering_up",
        "2": "up",
    }


def test_only_the_whole_list_says_that_a_vm_is_gone():
    client = Answers({("/vms", ON_THEIR_WAY): "", ("/vms", "id=1 or id=2"): vm(1), "/vms": vm(1) + vm(2)})
    assert set(reads.settled_vms(client, {"1", "2"})) == {"1", "2"}
    assert client.searches == [ON_THEIR_WAY, "id=1 or id=2", None]
    client = Answers({("/vms", ON_THEIR_WAY): "", ("/vms", "id=1"): "", "/vms": ""})
    assert reads.settled_vms(client, {"1"}) == {}


def test_what_two_domains_list_is_one_with_both():
    client = Answers(
        {
            "/storagedomains/id-a/vms;unregistered": '<vm id="1"><name>x</name></vm><vm id="2"/>',
            "/storagedomains/id-b/vms;unregistered": '<vm id="3"/><vm id="1"><name>x</name></vm>',
        }
    )
    found = reads.unregistered_vms(client, [domain("a"), domain("b")])
    assert [(one.id, one.domain_ids) for one in found] == [
        ("1", ("id-a", "id-b")),
        ("2", ("id-a",)),
        ("3", ("id-b",)),
    ]
    assert {timeout for _path, _query, timeout in client.asked} == {1800}
    assert len(client.asked) == 2


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (reads.unregistered_vms, "vms"),
        (reads.unregistered_templates, "templates"),
        (reads.unregistered_disks, "disks"),
    ],
)
def test_each_kind_has_its_list_and_no_domain_no_request(read, what):
    client = Answers({f"/storagedomains/id-a/{what};unregistered": '<x id="1"/>'})
    assert [one.id for one in read(client, [domain("a")])] == ["1"]
    assert read(client, []) == []
    assert len(client.asked) == 1


def test_a_profile_belongs_to_the_data_center_of_its_network():
    client = Answers(
        {
            "/networks": '<network id="1"><name>net</name><data_center id="a"/></network>'
            '<network id="2"><name>net</name><data_center id="b"/></network>',
            "/vnicprofiles": '<vnic_profile id="7"><name>p</name><network id="1"/></vnic_profile>'
            '<vnic_profile id="8"><name>p</name><network id="2"/></vnic_profile>',
        }
    )
    assert {key: one.id for key, one in reads.vnic_profiles(client, "b").items()} == {("net", "p"): "8"}


def test_affinity_groups_are_read_by_cluster():
    client = Answers({"/clusters/1/affinitygroups": '<affinity_group id="7"><name>g</name></affinity_group>'})
    assert [one.name for one in reads.affinity_groups(client, [Cluster("1", "c", "a", "")])] == ["g"]
    assert reads.affinity_groups(client, []) == []


@pytest.mark.parametrize(("inner", "expected"), [("", "0"), ('<event id="41"/>', "41")])
def test_the_newest_event(inner, expected):
    client = Answers({"/events": inner})
    assert reads.last_event_id(client) == expected
    assert client.asked[0][1] == {"max": "1"}


def test_events_come_oldest_first():
    client = Answers({"/events": '<event id="43"/><event id="42"/>'})
    assert [one.id for one in reads.events_since(client, "41")] == ["42", "43"]
    assert client.asked[0][1] == {"from": "41"}


def test_the_disks_of_all_vms_in_one_list():
    attachments = '<disk_attachments><disk_attachment id="d1"/><disk_attachment id="d2"/></disk_attachments>'
    client = Answers({"/vms": f'<vm id="1">{attachments}</vm><vm id="2"/>'})
    assert reads.disk_attachments(client) == {"1": {"d1", "d2"}, "2": set()}
    assert client.asked[0][1]["follow"] == "disk_attachments"
