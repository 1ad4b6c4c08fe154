# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What storage_domain_detach may format: only what is named twice, and never what belongs to a data center."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.ovirt_dr.storage.plugins.module_utils._actions.detach import is_attached
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.errors import BadInput
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.names import is_pattern
from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.records import Domain, Host

if t.TYPE_CHECKING:
    from ansible_collections.ovirt_dr.storage.plugins.module_utils._engine.client import Client


def check_options(params: Mapping[str, t.Any]) -> None:
    """BadInput for options that contradict each other, before anything is asked."""
    problems = []
    if params["format"] and not params["remove"]:
        problems.append("'format' is about domains that are removed: say 'remove: true' too, or leave it out")
    if params["format"] and not params["format_confirmed"]:
        problems.append(
            "'format' destroys everything on the domains: name each of them once more in 'format_confirmed'"
        )
    if params["format_confirmed"] and not params["format"]:
        problems.append("'format_confirmed' is given without 'format: true'; say both to format, or neither")
    if any(is_pattern(name) for name in params["format_confirmed"] or ()):
        problems.append("'format_confirmed' takes no patterns: write each domain out")
    if params["ovf"] == "require_fresh" and params["force"]:
        problems.append(
            "'force' goes on without the descriptions that 'ovf: require_fresh' insists on; say one of them"
        )
    if params["inventory_site"] and not params["inventory"]:
        problems.append("'inventory_site' names a site in 'inventory', which is not given")
    if problems:
        raise BadInput("; ".join(problems), problems)


def check_confirmed(
    client: Client,
    params: Mapping[str, t.Any],
    leaving: Sequence[Domain],
    unattached: Sequence[Domain],
    host: Host,
    timeout: float,
    *,
    some_gone: bool,
) -> None:
    """BadInput unless just the domains that will be removed are confirmed, and none of them belongs to a data center.

    unattached: those that left before; their metadata is read now, that of the others right before the format;
    some_gone: some of the asked ones are not known to the engine any more.
    """
    confirmed = set(params["format_confirmed"])
    removed = (*leaving, *unattached)
    problems = [
        f"domain {domain.name} would be formatted too; name it in 'format_confirmed', or leave it out of 'domains'"
        for domain in removed
        if not {domain.name, domain.id} & confirmed
    ]
    meant = {key for domain in removed for key in (domain.name, domain.id)} | set(params["domains"])
    # What the engine has forgotten already may be confirmed by whatever it was called.
    others = () if some_gone else sorted(confirmed - meant)
    problems += [f"'format_confirmed' names {name}, which is not among 'domains'" for name in others]
    problems += [
        f"the metadata of domain {domain.name} says that it is attached to a data center, so it is not formatted; find "
        "out which one, or remove it without 'format'"
        for domain in unattached
        if not problems and is_attached(client, domain.id, domain.name, host.id, timeout)
    ]
    if problems:
        raise BadInput("Nothing was changed. " + "; ".join(problems), problems)
