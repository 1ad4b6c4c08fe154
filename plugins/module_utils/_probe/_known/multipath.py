# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The multipath maps of a host, from C(multipathd show maps json)."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import Malformed


def maps(text: str) -> list[dict[str, t.Any]]:
    """Each map with its WWID, device, whether it is writable, and its paths. A path is up when the device mapper uses
    it and its checker finds it ready: the device itself says that it runs also when its storage is away. Malformed."""
    try:
        return [_map(entry) for entry in json.loads(text)["maps"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed("multipathd tells its maps in another way") from error


def _map(entry: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    paths = [_path(path) for group in entry["path_groups"] for path in group["paths"]]
    return {
        "wwid": entry["uuid"],
        "device": entry["sysfs"],
        "vendor": entry["vend"].strip(),
        "product": entry["prod"].strip(),
        "writable": entry["write_prot"] == "rw",
        "paths_up": sum(path["up"] for path in paths),
        "paths": paths,
    }


def _path(path: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        "device": path["dev"],
        "up": path["dm_st"] == "active" and path["chk_st"] == "ready",
        "target": None if path["target_wwnn"] == "[undef]" else path["target_wwnn"],
    }
