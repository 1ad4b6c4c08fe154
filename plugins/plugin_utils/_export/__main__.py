# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports an engine: python -m ansible_collections.ovirt_dr.storage.plugins.plugin_utils._export [options].

Address and credentials come from the environment (OVIRT_URL, OVIRT_USERNAME, OVIRT_PASSWORD, OVIRT_CAFILE, ...), never
from the command line, where every user of the machine could read them.
"""

from __future__ import annotations

import argparse
import os
import sys

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import resolve
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import DrError
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.libraries import missing_library
from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.export import Exported, Wanted, export
from ansible_collections.ovirt_dr.storage.plugins.module_utils._frame import OLDEST_ENGINE


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="estate-export",
        description="Reads an oVirt engine and writes an estate file. The engine and who signs in are taken from the "
        "environment: OVIRT_URL, OVIRT_USERNAME, OVIRT_PASSWORD (or OVIRT_TOKEN), OVIRT_CAFILE.",
    )
    parser.add_argument("--site", required=True, help="name of the site in the estate file")
    parser.add_argument(
        "--data-center", action="append", default=[], metavar="NAME", help="only this one; repeatable (default: all)"
    )
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--path", help="estate file for this site alone")
    place.add_argument("--into", help="estate file in which other sites stay")
    parser.add_argument("--check", action="store_true", help="read and tell, write nothing")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Exports and tells; returns the exit code: 0 done (also when nothing changed), 1 not done."""
    options = arguments().parse_args(argv)
    missing = missing_library()
    if missing is not None:
        print(f"estate-export: the Python library {missing.name} is not installed", file=sys.stderr)
        return 1
    wanted = Wanted(options.site, options.path, options.into, tuple(options.data_center))
    try:
        with Client(resolve(None, os.environ), read_only=True) as client:
            client.require(OLDEST_ENGINE)
            exported = export(client, wanted, write=not options.check)
    except DrError as error:
        print(f"estate-export: {error}", file=sys.stderr)
        return 1
    for sentence in (*exported.left_out, *client.warnings):
        print(f"estate-export: {sentence}", file=sys.stderr)
    print(_told(exported, check=options.check))
    return 0


def _told(exported: Exported, *, check: bool) -> str:
    """One line: what the file holds now."""
    counts = exported.after
    what = f"{counts['vms']} VMs, {counts['templates']} templates, {counts['disks']} disks"
    if not exported.changed:
        return f"{exported.path}: unchanged, {what}"
    return f"{exported.path}: {'would be ' if check else ''}written, {what}"


if __name__ == "__main__":
    raise SystemExit(main())
