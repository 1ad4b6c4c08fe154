# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``auth`` of all modules that speak to an engine."""

from __future__ import annotations


class ModuleDocFragment:
    """How to reach an engine and sign in; the same option in every module."""

    DOCUMENTATION = r"""
options:
  auth:
    description:
      - How to reach the engine and sign in.
      - Each value is looked for in this option, then in the environment, then in the file that E(OVIRT_INI_PATH) names
        (section C([ovirt]), keys C(ovirt_url), C(ovirt_username), C(ovirt_password) and C(ovirt_ca_file)). AWX and
        Automation Controller write that file for a credential of the type Red Hat Virtualization.
      - Either O(auth.token), or O(auth.username) and O(auth.password) are needed. With all of them the token is used,
        and the password renews it when it has expired.
    type: dict
    suboptions:
      url:
        description:
          - The address of the engine's API, for example C(https://engine.example/ovirt-engine/api).
          - A host name alone is taken as C(https://HOST/ovirt-engine/api).
          - Falls back to E(OVIRT_URL), then to O(auth.hostname).
        type: str
      hostname:
        description:
          - The engine's host name, in place of O(auth.url).
          - Falls back to E(OVIRT_HOSTNAME).
        type: str
      username:
        description:
          - The user with its profile, for example V(admin@internal) or V(admin@ovirt@internalsso). It is passed on
            as it is.
          - Falls back to E(OVIRT_USERNAME).
        type: str
      password:
        description:
          - The user's password.
          - Falls back to E(OVIRT_PASSWORD).
        type: str
      token:
        description:
          - An access token of the engine, so that a play signs in once. A token that was given is not signed out.
          - Falls back to E(OVIRT_TOKEN), unless this option names another engine or gives a password.
        type: str
      ca_file:
        description:
          - The file, where the module runs, with the certificates of the authorities that are trusted, in PEM form.
          - Falls back to E(OVIRT_CAFILE). Without any the system's authorities are trusted.
        type: path
      ca_content:
        description:
          - The same certificates as text, in place of O(auth.ca_file).
          - Falls back to E(OVIRT_CA_CONTENT).
        type: str
      insecure:
        description:
          - Whether the engine's certificate is accepted without being verified. Who sits between the module and the
            engine can then read the password.
          - Falls back to E(OVIRT_INSECURE). It is verified unless one of the two says otherwise.
        type: bool
      use_proxy:
        description:
          - Whether the proxy that the environment names (C(https_proxy), C(no_proxy)) is used. Not unless this is said.
        type: bool
      connect_timeout:
        description:
          - How many seconds to wait for a connection; 10 when not given.
        type: float
      read_timeout:
        description:
          - How many seconds to wait for an answer, or for its next part; 120 when not given. Requests known to take
            long, such as attaching a storage domain, wait longer by themselves.
        type: float
requirements:
  - requests
  - lxml
"""
