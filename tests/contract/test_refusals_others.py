# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals of data centers, clusters, hosts, networks and what refers to them, that no recording shows."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client
from ansible_collections.ovirt_dr.storage.tests.contract.refusing import NOWHERE, Refused, check

CASES = [
    # data centers, clusters, networks, profiles
    Refused(
        "POST /datacenters",
        400,
        "DataCenter [name] required for add",
        "<data_center><local>false</local></data_center>",
    ),
    Refused(
        "POST /datacenters",
        409,
        "The Data Center name is already in use.",
        "<data_center><name>Production</name><local>false</local></data_center>",
    ),
    Refused("POST /clusters", 400, "Cluster [name] required for add", "<cluster><comment>x</comment></cluster>"),
    Refused(
        "POST /clusters", 400, "Cluster [dataCenter.name|id] required for add", "<cluster><name>x</name></cluster>"
    ),
    Refused(
        "POST /clusters",
        404,
        f"Entity not found: {NOWHERE}",
        f"<cluster><name>x</name><data_center id='{NOWHERE}'/></cluster>",
    ),
    Refused(
        "POST /clusters",
        404,
        "Entity not found: DataCenter: name=nowhere",
        "<cluster><name>x</name><data_center><name>nowhere</name></data_center></cluster>",
    ),
    Refused(
        "POST /clusters",
        409,
        "Cluster name is already in use.",
        "<cluster><name>prod</name><data_center><name>Production</name></data_center></cluster>",
    ),
    Refused("POST /networks", 400, "Network [name] required for add", "<network><comment>x</comment></network>"),
    Refused(f"POST /clusters/{NOWHERE}/networks", 404, body="<network><name>frontend</name></network>"),
    Refused(
        "POST /vnicprofiles",
        400,
        "VnicProfile [name] required for add",
        "<vnic_profile><comment>x</comment></vnic_profile>",
    ),
    # hosts
    Refused("POST /hosts", 400, "Host [name, address] required for add", "<host><comment>x</comment></host>"),
    Refused(
        "POST /hosts",
        409,
        "The Host name is already in use.",
        "<host><name>hv-a1</name><address>192.0.2.9</address><cluster><name>prod</name></cluster></host>",
    ),
    Refused(f"POST /hosts/{NOWHERE}/deactivate", 404, body="<action/>"),
    Refused(
        f"POST /hosts/{NOWHERE}/storageconnectionextensions",
        400,
        "[Internal Engine Error]",
        "<storage_connection_extension><target>iqn.t</target><username>u</username><password>p</password>"
        "</storage_connection_extension>",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_refused(primary: Client, case: Refused) -> None:
    check(primary, case)


def test_a_group_of_a_cluster_that_is_gone(primary: Client) -> None:
    group = primary.site.named("affinity_group", "web-spread")
    assert group is not None
    group.set(cluster={"id": NOWHERE})
    path = f"PUT /clusters/{{cluster.prod}}/affinitygroups/{group.id}"
    check(primary, Refused(path, 404, body="<affinity_group><description>x</description></affinity_group>"))


def test_an_unknown_service_is_not_there(primary: Client) -> None:
    answer = requests.get(f"{primary.root}/ovirt-engine/services/nothing", timeout=5)
    assert (answer.status_code, "Not Found" in answer.text) == (404, True)
