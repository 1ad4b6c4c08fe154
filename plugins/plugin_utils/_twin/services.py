# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine answers beside its API: sign-in, sign-out, health, its certificate (recordings 01 1-19, 130-138)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin import refusals
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.auth import Accounts
from ansible_collections.ovirt_dr.storage.plugins.plugin_utils._twin.request import Answer

TOKEN = "/ovirt-engine/sso/oauth/token"  # noqa: S105 - an address
REVOKE = "/ovirt-engine/sso/oauth/revoke"
LOGOUT = "/ovirt-engine/services/sso-logout"
HEALTH = "/ovirt-engine/services/health"
PKI = "/ovirt-engine/services/pki-resource"

_PLAIN = """-----BEGIN CERTIFICATE-----
MIIBrDCCAVGgAwIBAgIUTtbleVYsyPZR4CVWyAg6cKbZsx0wCgYIKoZIzj0EAwIw
KjEZMBcGA1UECgwQb3ZpcnRfZHIuc3RvcmFnZTENMAsGA1UEAwwEdHdpbjAgFw0y
NjExMjExNjE4MjNaGA8yMTI2MTAyODE2MTgyM1owKjEZMBcGA1UECgwQb3ZpcnRf
ZHIuc3RvcmFnZTENMAsGA1UEAwwEdHdpbjBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABCJS8wplhAQxlsAopPpJ+sxZntlALtQT8Urzdx78tGVzDhRPNZCH/NeV5j/M
xkYroNlX5TYgX5CA7P8OgVMzvuKjUzBRMB0GA1UdDgQWBBTd/78whw0Vul+2DHlS
EyBfJ9gCxjAfBgNVHSMEGDAWgBTd/78whw0Vul+2DHlSEyBfJ9gCxjAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQCNexG4tZLdq7ZJB7UaRTGEfLd7
Xf7ymJuS58LJFO8o2wIhANlAre+o6vnY7gpcJn6HYlLC/nSkTrqxsMFKM1R7Et/O
-----END CERTIFICATE-----
"""
"""What a twin without TLS shows for its certificate authority: nobody has the key of it."""


def service(
    accounts: Accounts, path: str, form: Mapping[str, str], headers: Mapping[str, str], certificate: str
) -> Answer:
    """The answer of an address outside of the API. ``certificate`` is the file of the twin's own, or empty.

    Raises Refusal."""
    if path == TOKEN:
        return accounts.token(form, headers.get("accept", ""))
    if path == REVOKE:
        if not form.get("client_id"):
            raise refusals.sso("invalid_request", "Missing parameter: 'client_id'", "ovirt-app-api")
        # Not recorded: a client that is known ends a token.
        return accounts.sign_out(form.get("token", ""))
    if path == LOGOUT:
        return accounts.sign_out(form.get("token", ""))
    if path == HEALTH:
        return Answer(200, b"DB Up!Welcome to Health Status!", "text/html;charset=ISO-8859-1")
    if path == PKI and form.get("resource") == "ca-certificate":
        text = Path(certificate).read_text(encoding="ascii") if certificate else _PLAIN
        return Answer(200, text.encode(), "application/x-x509-ca-cert; charset=ISO-8859-1")
    raise refusals.html_error(404, "Not Found")
