# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML in and out."""

from __future__ import annotations

import pathlib

import pytest
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine import xml
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"<vms>",
        b"<vms></vm>",
        b"not xml",
        b"<vms>&undefined;</vms>",
        b"<!DOCTYPE vms><vms/>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><a b="&b;"/>',
        "<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE a><a/>".encode("utf-16"),
        b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>",
        b"<a>" * 5000 + b"</a>" * 5000,
    ],
)
def test_refused_documents(data: bytes) -> None:
    with pytest.raises(xml.MalformedXml):
        xml.parse(data)


def test_no_file_is_read(tmp_path: pathlib.Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter22")
    data = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]><a>&x;</a>'.encode()
    with pytest.raises(xml.MalformedXml) as caught:
        xml.parse(data)
    assert "hunter22" not in str(caught.value)
    include = f'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file://{secret}"/></a>'
    assert b"hunter22" not in xml.tostring(xml.parse(include.encode()))


def test_comments_instructions_and_blanks_do_not_count() -> None:
    root = xml.parse(b"<?xml version='1.0'?><vms>\n <!-- c --><?pi?>\n <vm id='1'/>\n</vms>")
    assert [node.tag for node in root] == ["vm"]


def test_a_large_answer_is_read() -> None:
    data = b"<vms>" + b"<vm><name>%s</name></vm>" % (b"n" * 200) * 60_000 + b"</vms>"
    assert len(xml.parse(data)) == 60_000


def test_reading_values() -> None:
    node = xml.parse(b"<vm id='7'><name> web01 </name><ha>TRUE</ha><n>12</n><e/><cluster><name>c</name></cluster></vm>")
    assert xml.ident(node) == "7"
    assert xml.ident(node[0]) == ""
    assert xml.text(node, "name") == "web01"
    assert xml.text(node, "cluster/name") == "c"
    assert [xml.text(node, path, "-") for path in ("e", "missing", "cluster/missing")] == ["-", "-", "-"]
    assert [xml.boolean(node, path) for path in ("ha", "name", "e", "missing")] == [True, False, False, False]
    assert [xml.number(node, path) for path in ("n", "name", "e", "missing")] == [12, None, None, None]


def test_building() -> None:
    body = xml.element(
        "vm",
        xml.element("name", text="a<b&c"),
        None,
        xml.element("start", text=False),
        xml.element("memory", text=1024),
        xml.element("description", text=""),
        xml.element("cluster", id="1"),
    )
    assert xml.tostring(body) == (
        b"<vm><name>a&lt;b&amp;c</name><start>false</start><memory>1024</memory>"
        b'<description></description><cluster id="1"/></vm>'
    )


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")))
def test_any_text_survives(text: str) -> None:
    again = xml.parse(xml.tostring(xml.element("vm", xml.element("name", text=text), id=text)))
    assert xml.text(again, "name") == text.strip()
    assert xml.ident(again) == text
