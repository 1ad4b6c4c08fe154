# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is trusted in TLS, made once per client. Nothing is written to disk for it.

One context for every case, not the ``verify`` of requests: that has no place for a certificate given as text, takes
the authorities that requests brings along for those of the system, and from Python 3.13 on refuses engines' own CAs.
"""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
import typing as t
import urllib.parse

from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.auth import Credentials


def context(credentials: Credentials) -> ssl.SSLContext:
    """The rules for connections to this engine: verified against its CA, or the system's, unless ``insecure`` is said.

    Raises BadInput when the CA file or content cannot be used.
    """
    if credentials.insecure:
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        return trusting
    try:
        made = ssl.create_default_context(cafile=credentials.ca_file, cadata=credentials.ca_content)
    except FileNotFoundError:
        raise BadInput(
            f"The CA file '{credentials.ca_file}' does not exist where this task runs (with AWX: in the execution "
            "environment). Give a path that exists there, or the certificate itself as ca_content."
        ) from None
    except (OSError, ValueError, TypeError) as error:
        given = f"The CA file '{credentials.ca_file}'" if credentials.ca_file else "ca_content"
        why = getattr(error, "reason", None) or getattr(error, "strerror", None) or "not PEM"
        raise BadInput(
            f"{given} cannot be used: {why}. Give the engine's CA certificate in PEM form "
            "(https://HOST/ovirt-engine/services/pki-resource?resource=ca-certificate&format=X509-PEM-CA)."
        ) from None
    # Python 3.13 began to demand extensions that a CA made by an engine's own set-up need not have. Chain, name and
    # dates are checked all the same.
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    with contextlib.suppress(ValueError):
        # urllib3 before 2.0 does not hand addresses to ssl. Left to itself, any of its versions compares them with the
        # certificate after the handshake, before anything is sent.
        ipaddress.ip_address(urllib.parse.urlsplit(credentials.url).hostname or "")
        made.check_hostname = False
    return made
