# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals as a table: how the engine's objects are beforehand, one request, the status and words of the refusal.

For what no recording shows: the rows follow the contract (faults.md, and the pages of the objects)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.ovirt_dr.storage.tests.contract.conftest import Client

NOWHERE = "11111111-2222-3333-4444-555555555555"
"""An id that nothing has."""
_NAMED = re.compile(r"\{(\w+)\.([^{}]*)\}")


@dataclass(frozen=True)
class Refused:
    """``request`` is METHOD and path, ``given`` what is changed before it: ``kind.name`` -> fields, or a function.

    In path and body ``{vm.web02}`` stands for an id. ``words`` is found in the answer, word for word."""

    request: str
    status: int
    words: str = ""
    body: str | None = None
    given: Mapping[str, Mapping[str, Any]] | Callable[[Client], object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.request.replace('/', ' ')} {self.words or self.status}"[:110]


def filled(client: Client, text: str) -> str:
    """A text with ids in place of names; ``{template_disk}`` is that of tmpl-win2022, ``{snapshot}`` the active one of
    web02."""
    for word, tag, name, below in (
        ("{template_disk}", "template", "tmpl-win2022", "disk_attachments"),
        ("{snapshot}", "vm", "web02", "snapshots"),
    ):
        if word in text:
            text = text.replace(word, client.site.tables[tag][client.id(tag, name)].subs[below][-1]["id"])
    return _NAMED.sub(lambda found: client.id(found.group(1), found.group(2)), text)


def check(client: Client, case: Refused) -> None:
    """Sends the request and looks at the refusal."""
    if callable(case.given):
        case.given(client)
    else:
        for subject, fields in case.given.items():
            tag, _unused, name = subject.partition(".")
            entity = next(each for each in client.site.all(tag) if each.name == name)
            entity.set(**fields)
    method, path = filled(client, case.request).split(" ", 1)
    answer = client.send(method, path, None if case.body is None else filled(client, case.body))
    text = " ".join(answer.text.split())
    assert answer.status_code == case.status, text
    assert case.words in text.replace("&apos;", "'").replace("&quot;", '"')
