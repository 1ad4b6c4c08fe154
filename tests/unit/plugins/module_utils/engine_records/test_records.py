# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records from XML: every field, and what the engine leaves out."""

from __future__ import annotations

import dataclasses
import inspect

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import records as r
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.xml import parse

CASES = [
    (
        r.DataCenter,
        '<data_center id="1"><name>Recovery</name><local>true</local><quota_mode>audit</quota_mode></data_center>',
        r.DataCenter("1", "Recovery", "", True, "audit"),
    ),
    (
        r.Cluster,
        '<cluster id="1"><name>dr</name><cpu><architecture>x86_64</architecture></cpu><data_center id="2"/></cluster>',
        r.Cluster("1", "dr", "2", "x86_64"),
    ),
    (
        r.Host,
        '<host id="1"><name>hv</name><status>up</status><cluster id="2"/></host>',
        r.Host("1", "hv", "up", "2"),
    ),
    (
        r.Domain,
        (
            "<storage_domain "
            'id="1"><name>web</name><type>data</type><status>active</status><master>true</master><storage>'
            '<type>nfs</type><address>nfs</address><path>/x</path></storage><data_centers><data_center id="2"/>'
            '<data_center id="3"/></data_centers></storage_domain>'
        ),
        r.Domain("1", "web", "data", "active", True, "nfs", "nfs", "/x", ("2", "3")),
    ),
    (
        r.Domain,
        (
            '<storage_domain id="1"><name>erp</name><type>data</type><storage><type>iscsi</type><volume_group id="g">'
            '<logical_units><logical_unit id="l1"><target>iqn:a</target></logical_unit><logical_unit id="l1">'
            '<target>iqn:b</target></logical_unit><logical_unit id="l2"><target>iqn:a</target></logical_unit>'
            "</logical_units></volume_group></storage></storage_domain>"
        ),
        r.Domain("1", "erp", "data", "", False, "iscsi", "", "", (), ("iqn:a", "iqn:b"), ("l1", "l2")),
    ),
    (
        r.HostLun,
        (
            '<logical_unit id="l1"><address>192.0.2.1</address><port>3260</port><target>iqn:a</target>'
            "<storage_domain_id>d</storage_domain_id><volume_group_id>g</volume_group_id></logical_unit>"
        ),
        r.HostLun("l1", "192.0.2.1", 3260, "iqn:a", "d", "g"),
    ),
    (
        r.Vm,
        '<vm id="1"><name>web</name><status>up</status><cluster id="2"/><template id="3"/></vm>',
        r.Vm("1", "web", "up", "2", "3"),
    ),
    (
        r.DiskOwner,
        (
            '<vm id="1"><name>web</name><quota id="2"/><cluster id="3"/><template id="4"/><memory>512</memory>'
            '<description>front</description><disk_attachments><disk_attachment id="5"/><disk_attachment id="6"/>'
            "</disk_attachments></vm>"
        ),
        r.DiskOwner("1", "web", "2", ("5", "6"), "3", "4", 512, "front"),
    ),
    (
        r.Template,
        (
            '<template id="1"><name>golden</name><status>ok</status><version><base_template id="9"/>'
            "<version_number>2</version_number></version></template>"
        ),
        r.Template("1", "golden", "ok", "9", 2),
    ),
    (
        r.Disk,
        (
            '<disk id="1"><name>n</name><alias>system</alias><storage_type>image</storage_type><content_type>data'
            '</content_type><status>ok</status><storage_domains><storage_domain id="2"/><storage_domain id="3"/>'
            '</storage_domains><shareable>true</shareable><quota id="4"/><disk_profile id="5"/></disk>'
        ),
        r.Disk("1", "system", "image", "data", "ok", ("2", "3"), "", True, "4", "5"),
    ),
    (
        r.Attachment,
        (
            '<disk_attachment id="1"><interface>sata</interface><active>true</active><bootable>true</bootable>'
            "<read_only>true</read_only><pass_discard>true</pass_discard>"
            "<uses_scsi_reservation>true</uses_scsi_reservation></disk_attachment>"
        ),
        r.Attachment("1", "sata", True, True, True, True, True),
    ),
    (
        r.VmDisks,
        (
            '<vm id="1"><name>web</name><status>down</status><cluster id="2"/><disk_attachments>'
            '<disk_attachment id="3"><interface>ide</interface></disk_attachment></disk_attachments>'
            '<snapshots><snapshot id="4"><snapshot_type>active</snapshot_type></snapshot>'
            '<snapshot id="5"><snapshot_type>regular</snapshot_type></snapshot></snapshots></vm>'
        ),
        r.VmDisks(
            "1", "web", "down", "2", (r.Attachment("3", "ide", False, False, False, False, False),), frozenset({"5"})
        ),
    ),
    (
        r.DiskProfile,
        '<disk_profile id="1"><name>p</name><storage_domain id="2"/></disk_profile>',
        r.DiskProfile("1", "p", "2"),
    ),
    (
        r.VnicProfile,
        '<vnic_profile id="1"><name>p</name><network id="2"/></vnic_profile>',
        r.VnicProfile("1", "p", "2"),
    ),
    (r.Network, '<network id="1"><name>n</name><data_center id="2"/></network>', r.Network("1", "n", "2")),
    (r.Named, '<role id="1"><name>n</name></role>', r.Named("1", "n")),
    (
        r.Job,
        '<job id="1"><description>d</description><status>failed</status></job>',
        r.Job("1", "d", "failed"),
    ),
    (
        r.Event,
        (
            '<event id="7"><correlation_id>c</correlation_id><severity>warning</severity><description>d</description>'
            "</event>"
        ),
        r.Event("7", "c", "warning", "d"),
    ),
]
UNREGISTERED = [
    (
        r.UnregisteredVm,
        (
            '<vm id="1"><name>web</name><template id="3"/><cpu><architecture>x86_64</architecture></cpu>'
            "<memory>1024</memory><status>down</status></vm>"
        ),
        r.UnregisteredVm("1", "web", "3", "x86_64", 1024, "down", ("d1",)),
    ),
    (
        r.UnregisteredVm,
        (
            '<vm id="1"><description>d</description><creation_time>c</creation_time><os><type>rhel</type></os>'
            "<delete_protected>true</delete_protected><stateless>true</stateless>"
            "<high_availability><enabled>true</enabled><priority>50</priority></high_availability>"
            '<lease><storage_domain id="4"/></lease></vm>'
        ),
        r.UnregisteredVm("1", "", "", "", 0, "", ("d1",), "d", "c", "rhel", True, True, 50, True, "4"),
    ),
    (
        r.UnregisteredTemplate,
        (
            '<template id="1"><name>golden</name><version><base_template '
            'id="9"/><version_number>3</version_number></version>'
            "<cpu><architecture>ppc64</architecture></cpu></template>"
        ),
        r.UnregisteredTemplate("1", "golden", "9", 3, "ppc64", ("d1",)),
    ),
    (
        r.UnregisteredTemplate,
        (
            '<template id="1"><version><version_name>v</version_name></version><memory>7</memory>'
            "<description>d</description><creation_time>c</creation_time><os><type>rhel</type></os>"
            "<delete_protected>true</delete_protected></template>"
        ),
        r.UnregisteredTemplate("1", "", "1", 1, "", ("d1",), "v", 7, "d", "c", "rhel", True),
    ),
    (
        r.UnregisteredDisk,
        (
            '<disk id="1"><alias>system</alias><provisioned_size>42</provisioned_size><content_type>iso</content_type>'
            "<actual_size>7</actual_size><description>d</description><format>cow</format><sparse>true</sparse></disk>"
        ),
        r.UnregisteredDisk("1", "system", 42, ("d1",), "iso", 7, "d", "cow", True),
    ),
]


@pytest.mark.parametrize(("made", "xml", "expected"), CASES, ids=[case[0].__name__ for case in CASES])
def test_every_field(made, xml, expected):
    assert made.from_xml(parse(xml.encode())) == expected


@pytest.mark.parametrize(("made", "xml", "expected"), UNREGISTERED, ids=[case[0].__name__ for case in UNREGISTERED])
def test_every_field_of_what_is_unregistered(made, xml, expected):
    assert made.from_xml(parse(xml.encode()), "d1") == expected


def test_every_record_of_the_module_is_tested_here():
    made = {one for one in vars(r).values() if inspect.isclass(one) and dataclasses.is_dataclass(one)}
    assert made == {case[0] for case in (*CASES, *UNREGISTERED)}


@pytest.mark.parametrize("case", [*CASES, *UNREGISTERED], ids=lambda case: case[0].__name__)
def test_what_the_engine_left_out_is_empty_and_nothing_is_invented(case):
    made = case[0]
    bare = parse(b'<x id="1"/>')
    record = made.from_xml(bare, "d1") if case in UNREGISTERED else made.from_xml(bare)
    # A template without a version is version 1 of itself; a disk that is no LUN is an image.
    known = {"id": "1", "base_id": "1", "version": 1, "storage_type": "image", "domain_ids": ("d1",)}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        assert value == known.get(field.name) or not value, field.name


def test_a_direct_lun_is_told_by_its_unit_even_without_a_type():
    xml = b'<disk id="1"><lun_storage><logical_units><logical_unit id="36001"/></logical_units></lun_storage></disk>'
    disk = r.Disk.from_xml(parse(xml))
    assert (disk.storage_type, disk.lun_id) == ("lun", "36001")


@pytest.mark.parametrize(("base", "needed"), [("1", r.BLANK_TEMPLATE), ("9", "9")])
def test_the_template_that_a_version_needs(base, needed):
    assert r.UnregisteredTemplate("1", "golden", base, 1, "", ("d1",)).template_id == needed


@pytest.mark.parametrize("case", [*CASES, *UNREGISTERED], ids=lambda case: case[0].__name__)
def test_records_do_not_change(case):
    with pytest.raises(dataclasses.FrozenInstanceError):
        case[2].id = "2"
