# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""estate_export: an engine -> a site of an estate file."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.follow import Reader
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.reads import data_center
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate import file, merge
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate.read import product, read
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate.secrets import without_secrets
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate.site import make_site
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate.storage import make_storage

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


@dataclass(frozen=True)
class Wanted:
    """What is to be exported, and where to. path: a file for this site alone; into: one that may hold others.

    Exactly one of the two is given. data_centers: names or ids; empty for all.
    """

    site: str
    path: str | None
    into: str | None
    data_centers: Sequence[str] = ()


@dataclass(frozen=True)
class Exported:
    """What became of it. before, after: records of the site per kind; left_out: what could not be read."""

    path: str
    changed: bool
    before: dict[str, int]
    after: dict[str, int]
    left_out: tuple[str, ...]


def export(client: Client, wanted: Wanted, *, write: bool = True) -> Exported:
    """Read the engine and write the file, if its content differs and ``write`` allows it.

    BadInput for a file that may not be written over, NotFound or Ambiguous for a data center. Whatever is raised, the
    file is as it was.
    """
    path, old = _destination(wanted)
    only = {data_center(client, asked).id for asked in wanted.data_centers} or None
    reader = Reader(client)
    raw = read(reader)
    site = without_secrets(make_site(wanted.site, product(reader), raw, only, reader.tell))
    storage = without_secrets(make_storage(site, reader.tell))
    estate = merge.estate_of(site, storage) if old is None else merge.merged(old, site, storage)
    changed = old is None or not merge.same(old, estate)
    if changed and write:
        file.write(path, estate)
    before = next((known for known in (old or {"sites": []})["sites"] if known["name"] == wanted.site), None)
    return Exported(path, changed, merge.counts(before), merge.counts(site), tuple(reader.left_out))


def _destination(wanted: Wanted) -> tuple[str, dict[str, t.Any] | None]:
    path = wanted.into or wanted.path
    if not path:
        raise BadInput("It is not said where to: give path or into")
    if not wanted.site.strip():
        raise BadInput("site is empty: give the name that the site has in the estate file")
    old = file.held(path)
    others = [site["name"] for site in (old or {"sites": []})["sites"] if site["name"] != wanted.site]
    if others and wanted.into is None:
        raise BadInput(
            f"estate file {path}: holds the site {', '.join(others)} as well. Give it as into, so that it stays, "
            "or another path"
        )
    return path, old
