# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy that the environment names for an engine; only looked for when ``use_proxy`` is said."""

from __future__ import annotations

import base64
import dataclasses
import urllib.parse
import urllib.request

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput


@dataclasses.dataclass(frozen=True)
class Proxy:
    """An HTTP proxy. ``headers`` hold its credentials, if it has any."""

    host: str
    port: int
    headers: dict[str, str] = dataclasses.field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def from_environment(scheme: str, host: str, port: int) -> Proxy | None:
    """The proxy of ``https_proxy``, ``http_proxy`` or ``all_proxy``; None without, or if ``no_proxy`` has the engine.

    Raises BadInput for one that is not spoken with by plain HTTP.
    """
    if urllib.request.proxy_bypass_environment(f"{host}:{port}"):  # type: ignore[attr-defined]
        return None
    found = urllib.request.getproxies_environment()
    address = found.get(scheme) or found.get("all")
    if not address:
        return None
    advice = f"Set {scheme}_proxy to http://HOST:PORT, or leave out use_proxy."
    try:
        parts = urllib.parse.urlsplit(address if "://" in address else f"http://{address}")
        name, number = parts.hostname, parts.port
    except ValueError:
        raise BadInput(f"The proxy that the environment names is not a URL. {advice}") from None
    if parts.scheme != "http" or not name:
        raise BadInput(f"The environment names a proxy of a kind that is not supported ('{parts.scheme}'). {advice}")
    headers = {}
    if parts.username:
        pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        headers["Proxy-Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return Proxy(name, number or 3128, headers)
