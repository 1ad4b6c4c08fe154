# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module host_storage_disconnect: a hypervisor host lets go of storage that nothing uses any more."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_storage_disconnect
short_description: Let a hypervisor host unmount exports and sign out of targets that nothing uses any more
version_added: 0.1.0
description:
  - An engine that forgets a storage connection leaves what its hosts have mounted, or lets one of them disconnect. This
    module does it on every host. It runs on the hosts themselves, over SSH, and needs nothing there but Python 3.7 or
    newer and the tools of a hypervisor.
  - What is used is left alone and named. An export is used when the hypervisor has linked a storage domain in it, or
    when anything on it is open, which the kernel knows best; nothing is unmounted by force. A session is used when it
    is the only path to a LUN on which anything stands. A multipath map that would lose its last path is flushed first.
  - A host that has nothing of a place is as wanted.
notes:
  - Run it as root (C(become)).
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
attributes:
  check_mode:
    support: full
    details:
      - Whether files on an export are open only shows when it is unmounted.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  nfs:
    description:
      - NFS exports.
    type: list
    elements: dict
    default: []
    suboptions:
      address:
        description: The server, as the engine has it.
        type: str
        required: true
      path:
        description: The export.
        type: str
        required: true
  iscsi:
    description:
      - iSCSI targets.
    type: list
    elements: dict
    default: []
    suboptions:
      portal:
        description: The portal, as C(ADDRESS) or C(ADDRESS:PORT), an IPv6 address with a port in brackets.
        type: str
        required: true
      target:
        description: The name of the target.
        type: str
        required: true
  timeout:
    description:
      - Seconds that one command may take. A server that is away lets an unmount hang.
    type: float
    default: 60
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)
"""

EXAMPLES = r"""
---
- name: The hosts let go of an export
  hosts: hypervisors
  gather_facts: false
  become: true
  tasks:
    - name: Unmount it
      ovirt_dr.storage.host_storage_disconnect:
        nfs:
          - {address: nfs-old.example, path: /exports/data}
      register: disconnected

- name: And the engine forgets it
  hosts: localhost
  gather_facts: false
  tasks:
    - name: The connection is gone, on all hosts
      ovirt_dr.storage.storage_connection:
        state: absent
        type: nfs
        address: nfs-old.example
        path: /exports/data
        disconnect: all
        disconnect_hosts: "{{ groups.hypervisors }}"
        disconnect_variable: disconnected
"""

RETURN = r"""
---
released:
  description: The places that the host let go of, or would.
  returned: always
  type: list
  elements: str
absent:
  description: The places of which the host had nothing.
  returned: always
  type: list
  elements: str
used:
  description: The places that are used and were left alone, each with the reason (C(place), C(message)).
  returned: always
  type: list
  elements: dict
commands:
  description: What was run, or would be.
  returned: always
  type: list
  elements: str
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe._known import holders, host
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.errors import BadOption
from ansible_collections.ovirt_dr.storage.plugins.module_utils._probe.release import (
    Devices,
    Release,
    of_export,
    of_targets,
    targets,
)

PLACE = {"type": "str", "required": True}
OPTIONS: dict[str, t.Any] = {
    "nfs": {"type": "list", "elements": "dict", "default": [], "options": {"address": PLACE, "path": PLACE}},
    "iscsi": {"type": "list", "elements": "dict", "default": [], "options": {"portal": PLACE, "target": PLACE}},
    "timeout": {"type": "float", "default": 60},
}
DEVICES = Devices(holders.above, holders.below, holders.linked)


def plan(params: t.Mapping[str, t.Any], known: t.Mapping[str, t.Any], devices: Devices = DEVICES) -> list[Release]:
    """What to do about each place. BadOption; host.Unknown when what the host has could not be read."""
    wanted = targets(params["iscsi"])
    needed = [*(["mounts"] if params["nfs"] else []), *(["sessions"] if wanted else [])]
    if wanted and known["sessions"]:
        needed.append("maps")
    for name in needed:
        if known[name] is None:
            raise host.Unknown(f"what the host has cannot be told: {known['unknown'][name]}")
    exports = [of_export(one["address"], one["path"], known["mounts"], devices) for one in params["nfs"]]
    maps = known["maps"] or []
    return exports + of_targets(wanted, known["sessions"] or [], maps, devices)


def carry_out(releases: t.Sequence[Release], seconds: float, run: host.Run = host.run) -> list[dict[str, str]]:
    """Runs the commands; returns the places that could not be let go of, each with what was said."""
    failed = []
    for release in releases:
        for command in release.commands:
            try:
                code, _text = run(command, seconds)
                message = f"{' '.join(command)} failed with exit code {code}" if code else ""
            except host.Unknown as error:
                message = str(error)
            if message:
                failed.append({"place": release.place, "message": message})
                break
    return failed


def main() -> None:
    module = AnsibleModule(OPTIONS, supports_check_mode=True, required_one_of=[("nfs", "iscsi")])
    seconds = module.params["timeout"]
    try:
        if seconds <= 0:
            raise BadOption(f"timeout must be more than 0 seconds, not {seconds:g}")
        releases = plan(module.params, host.known(seconds))
    except (BadOption, host.Unknown) as error:
        module.fail_json(msg=str(error))
    used = [{"place": one.place, "message": one.used_by} for one in releases if one.used_by]
    going = [one for one in releases if one.commands]
    failed = [] if module.check_mode else carry_out(going, seconds)
    lost = {one["place"] for one in failed}
    result: dict[str, t.Any] = {
        "changed": any(one.place not in lost for one in going),
        "released": [one.place for one in going if one.place not in lost],
        "absent": [one.place for one in releases if not one.commands and not one.used_by],
        "used": used + failed,
        "commands": [" ".join(command) for one in going for command in one.commands],
    }
    if module._diff:  # AnsibleModule has no public way to tell whether a diff was asked for
        before = "".join(f"{place}\n" for place in result["released"])
        result["diff"] = {"before": before, "after": ""}
    if result["used"]:
        told = "; ".join(f"{one['place']}: {one['message']}" for one in result["used"])
        module.fail_json(msg=f"Not let go of: {told}. End what uses it, then run again.", **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
