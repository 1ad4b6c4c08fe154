# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate file: read before it is written over, and written all at once."""

from __future__ import annotations

import json
import os
import tempfile
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.data import Record
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._estate.merge import FORMAT, VERSION


def held(path: str) -> Record | None:
    """The estate that the file holds; None if there is no file. BadInput for anything else than an estate file.

    Only an estate file is ever written over. The place is looked at before the engine is read, because that may take
    minutes.
    """
    if os.path.isdir(path):
        raise BadInput(f"estate file {path}: is a folder. Give the name of the file as well")
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise BadInput(f"estate file {path}: the folder {folder} does not exist. Make it, then run again")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"estate file {path}: nothing can be written into the folder {folder}")
    try:
        with open(path, encoding="utf-8") as stream:
            estate = json.load(stream)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput(f"estate file {path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadInput(f"estate file {path}: is there and no valid JSON ({error}). It is not written over") from error
    if not isinstance(estate, dict) or estate.get("format") != FORMAT or estate.get("version") != VERSION:
        raise BadInput(
            f"estate file {path}: is there and no estate file of format {FORMAT}, version {VERSION}. "
            "It is not written over"
        )
    if not _sound(estate):
        raise BadInput(f"estate file {path}: is damaged: sites or storage are not as they must be. Remove it first")
    return estate


def write(path: str, estate: Record) -> None:
    """Write the file so that there is the old one or the new one, whatever happens; its owner only may read it."""
    target = os.path.realpath(path)
    try:
        descriptor, name = tempfile.mkstemp(dir=os.path.dirname(target), prefix=f".{os.path.basename(target)}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                json.dump(estate, stream, indent=1, ensure_ascii=False)
                stream.write("\n")
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(name, target)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise BadInput(f"estate file {path}: cannot be written: {error.strerror}") from error


def _sound(estate: dict[str, t.Any]) -> bool:
    """Whether the parts that are merged have the form they need."""
    sites, storage = estate.get("sites"), estate.get("storage")
    return (
        isinstance(sites, list)
        and all(isinstance(site, dict) and isinstance(site.get("name"), str) for site in sites)
        and isinstance(storage, dict)
        and all(
            isinstance(storage.get(key, []), list) and all(isinstance(entry, dict) for entry in storage.get(key, []))
            for key in ("exports", "luns", "replicas")
        )
    )
