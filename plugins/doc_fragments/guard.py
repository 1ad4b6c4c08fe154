# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown before a domain is taken: the options that the attach and its preflight share."""

from __future__ import annotations


class ModuleDocFragment:
    """Evidence that no other side uses a storage domain."""

    DOCUMENTATION = r"""
options:
  takeover:
    description:
      - A signed statement that no other side writes to these domains any more.
      - It is written into the journal and told in RV(ignore:guards), for every domain that was taken with it.
    type: dict
    suboptions:
      confirmed_by:
        description: Who says so.
        type: str
        required: true
      reason:
        description: How it was made sure.
        type: str
        required: true
      overrule:
        description:
          - Whether the statement counts although O(other_engine) or O(evidence) says that the other side is alive.
        type: bool
        default: false
  evidence:
    description:
      - What earlier tasks found out, such as the hook of a storage array, a fencing agent, or a look at the other
        engine. Each entry is one thing that was said by somebody at some time.
      - For a domain whose metadata names another data center one entry that shows that the other side is out of use is
        enough. One that says the opposite forbids the domain, whatever else is given, but for O(takeover.overrule).
      - What is given must hold. A domain about which it shows nothing is refused before the first write, even where its
        metadata could not be read yet.
    type: list
    elements: dict
    suboptions:
      kind:
        description: Where it comes from. The engine of the other side, the storage array, or the fencing of hosts.
        type: str
        choices: [engine, array, fencing]
        required: true
      says:
        description:
          - What was said. An engine says V(unattached), V(maintenance) or V(hosts_down), or V(active) when its hosts
            use the domain.
          - An array says V(promoted) when the replica is the copy that may be written to, and the other one is read
            only or out of reach of its hosts. It says V(replicating) while the replica still follows the other copy,
            and V(writable_on_both) when both may be written to.
          - Fencing says V(fenced) when all hosts of O(evidence[].hosts) are off, and V(not_fenced) otherwise.
        type: str
        choices:
          - unattached
          - maintenance
          - hosts_down
          - active
          - promoted
          - replicating
          - writable_on_both
          - fenced
          - not_fenced
        required: true
      said_by:
        description: Who or what said so, for the record.
        type: str
        required: true
      at:
        description: When, as date and time with a time zone (ISO 8601).
        type: str
        required: true
      domains:
        description: The ids or names of the domains that it is about; all of O(domains) when left out.
        type: list
        elements: str
      hosts:
        description:
          - The hosts that were fenced, by name or id. Needed for V(fencing).
          - Name all of them that could reach the storage. Where O(other_engine) is asked, hosts that it still shows in
            use count as down when they are named here, and a list that leaves one of them out shows nothing.
        type: list
        elements: str
      details:
        description: More words for the record.
        type: str
  evidence_max_age:
    description:
      - How many seconds O(evidence) may be old. What is older shows nothing, nor does what is of the future.
    type: float
    default: 1800
  other_engine:
    description:
      - How to sign in at the engine of the other side, which is asked now, with reads only. The suboptions are those of
        O(auth). Nothing of it falls back to the environment, which names the engine that takes over.
      - It shows that a domain is out of use when the domain is unattached or in maintenance there, or when all hosts of
        its data center are in maintenance, down, or fenced after O(evidence). It forbids the domain while a host of
        that data center is up and the domain in use.
      - An engine that cannot be reached, that does not know the domain, or whose hosts do not respond shows nothing.
    type: dict
    suboptions:
      url:
        description: The address of the engine's API.
        type: str
      hostname:
        description: The engine's host name, in place of O(other_engine.url).
        type: str
      username:
        description: The user with its profile. One that may only read is enough.
        type: str
      password:
        description: The user's password.
        type: str
      token:
        description: An access token of that engine.
        type: str
      ca_file:
        description: The file with the certificates of the authorities that are trusted.
        type: path
      ca_content:
        description: The same certificates as text.
        type: str
      insecure:
        description: Whether the engine's certificate is accepted without being verified.
        type: bool
      use_proxy:
        description: Whether the proxy that the environment names is used.
        type: bool
      connect_timeout:
        description: How many seconds to wait for a connection; 10 when not given.
        type: float
      read_timeout:
        description: How many seconds to wait for an answer; 120 when not given.
        type: float
  initialize:
    description:
      - Whether one of O(domains) may become the master of a data center that has none. Without this a data center that
        is uninitialized is refused, but for domains that O(domains[].create) makes.
      - The domain that comes first is one whose metadata names no data center. A replica that was cut while its
        original was attached is never made the first, whatever is shown about the other side. Engines are said to
        refuse it, and some that were tried do not; the data center would then stand and fall with a replica.
    type: bool
    default: false
"""
