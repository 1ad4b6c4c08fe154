# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dumps of whole engines, counted apart: the estate that is made of them is loaded, and every read is compared.

An estate holds one data center of an engine, and what is global; objects of other data centers are foreign. Moments,
ids and names are the recorded ones here: the twin has them from the estate."""

from __future__ import annotations

import base64
import http.client
import json
from urllib.parse import urlsplit

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.clock import ManualClock
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.twin import Twin
from ansible_collections.ovirt_dr.storage.scripts.estate_from_recordings import SITES, Dump, site, storage

from .compare import Answer, Context, compare
from .ids import ID, Pairs
from .player import TOP, Outcome
from .reading import Record, folder, read

DUMPS = tuple(file.removesuffix(".jsonl") for _name, file, _center in SITES)


def replay_dumps() -> list[Outcome]:
    """Every read of every dump, sent to a twin that holds what the dump tells. Raises NoRecordings."""
    sites = [site(name, Dump(folder() / file), center) for name, file, center in SITES]
    text = json.dumps({"format": "ovirt-dr-estate", "version": 1, "sites": sites, "storage": storage(sites)})
    pairs = Pairs()
    for identity in ID.findall(text):
        pairs.pair(identity, identity)
    with Twin(json.loads(text), clock=ManualClock()) as twin:
        found = []
        for name, file, _center in SITES:
            address = urlsplit(twin.url(name))
            line = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
            found += [_one(twin, name, line, record, pairs) for record in read(file.removesuffix(".jsonl"))]
            line.close()
    return found


def _one(twin: Twin, name: str, line: http.client.HTTPConnection, record: Record, pairs: Pairs) -> Outcome:
    root = twin.url(name).removesuffix("/ovirt-engine/api")

    def own(text: str) -> str:
        return text.replace(f"http://engine{record.engine}.example", root)

    expected = Answer(record.status, {k: own(v) for k, v in record.response_headers.items()}, own(record.response))
    answer = _ask(line, record, f"{twin.username}:{twin.password}")
    context = Context(pairs.draft(), (), frozenset(), bool(TOP.match(record.path)), "max=" in record.path)
    differences = compare(expected, answer, context)
    return Outcome(record, tuple(differences), f"{record.method} {record.path}", expected.body, answer.body)


def _ask(line: http.client.HTTPConnection, record: Record, who: str) -> Answer:
    headers = {"Authorization": "Basic " + base64.b64encode(who.encode()).decode()}
    line.request(record.method, record.path, headers=headers | record.request_headers)
    response = line.getresponse()
    text = response.read().decode()
    return Answer(response.status, dict(response.getheaders()), text)
