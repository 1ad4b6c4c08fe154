# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module storage_domain_detach: storage domains are detached."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: storage_domain_detach
short_description: Storage domains are detached from a data center
version_added: 0.1.0
description:
  - Has the descriptions on storage domains brought up to date, brings the domains to maintenance and detaches them. VMs
    and templates that lie on them alone leave the engine with them and stay described in the domains' OVF stores.
  - Everything that stands in the way is found first, in the entities themselves, and named for all domains and rules at
    once. Nothing is written as long as there is anything; in check mode that list is the result.
  - What a detach loses or leaves behind without refusing is told too, as warnings and in RV(losses).
  - Domains that share a VM or template are all in maintenance before any of them is detached, and the master goes last.
    While the engine is busy with a domain, that is waited out. Run again, it goes on where it stopped.
  - Local domains are refused, because the engine formats them when they are detached; so is the domain that carries the
    hosted engine. Nothing is formatted unless it is said twice.
  - What each blocker and loss means is described in the guide on detaching.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
  - ovirt_dr.storage.attributes.actiongroup_engine
  - ovirt_dr.storage.auth
  - ovirt_dr.storage.common

options:
  data_center:
    description:
      - The data center, by name or id.
    type: str
    required: true
  domains:
    description:
      - The storage domains, by name, id or pattern.
    type: list
    elements: str
    required: true
  stop_vms:
    description:
      - What to do with VMs that hold the domains, because they have an active disk, their lease or the image in a CD
        drive there. Disks that are not active do not hold a domain, unless the VM would leave the engine while it runs.
      - V(refuse) names the VMs and changes nothing.
      - V(shutdown) asks the guests to shut down and waits for O(timeout) seconds. A VM that is not down by then is
        named in RV(still_up) and its domains stay; it is never powered off instead.
      - V(poweroff) powers the VMs off.
    type: str
    choices: [refuse, shutdown, poweroff]
    default: refuse
  ovf:
    description:
      - What must be known of the descriptions on the domains before they go to maintenance.
      - V(refresh) has every active domain's descriptions written and waits until the engine shows that they are. What
        cannot be proven is told in RV(leaving), and the domain leaves all the same. This is the default, because a
        detach, or a replication that is cut, right after a change loses whatever is not written yet; it costs some
        seconds per domain, for all domains at once.
      - V(require_fresh) does the same and leaves a domain where it is when that cannot be proven. Domains that are not
        active are refused before anything is written, as the engine writes nothing there; one that an earlier run with
        this O(journal) proved fresh within the last hour counts as fresh.
      - V(as_is) asks for nothing and tells how old the descriptions are, as far as it is known. The engine still
        updates them by itself on the way to maintenance.
    type: str
    choices: [refresh, require_fresh, as_is]
    default: refresh
  inventory:
    description:
      - An estate file that is written before anything else is, for its owner only (mode 0600), with what the engine
        holds of the data center. It tells what descriptions may not, such as shareable disks, direct LUNs and
        permissions, and which VMs were up.
      - Other sites in the file stay. A file that an earlier try of the same move wrote is kept, so that it still shows
        what has left or was stopped since.
    type: path
  inventory_site:
    description:
      - The name of the site in O(inventory); that of the data center when left out.
    type: str
  remove:
    description:
      - Whether the engine shall also forget the domains. Their data and their OVF stores stay on the storage, their
        connections go from the engine.
    type: bool
    default: false
  format:
    description:
      - Whether domains that are removed are formatted as well, which destroys everything on them. It needs
        O(remove=true) and O(format_confirmed).
      - A domain whose metadata says that it is attached to a data center is never formatted, nor is a local one.
    type: bool
    default: false
  format_confirmed:
    description:
      - The name or id of every domain that O(format) is about, once more and written out. Anything missing, and
        anything that is not among the domains, is refused before anything is written.
    type: list
    elements: str
  force:
    description:
      - Go to maintenance even though the engine cannot update the OVF store on the way, as when the storage is gone.
        It is all that the engine forces. It lifts no rule, for VMs, leases, images, transfers or tasks no more than for
        protected entities, and it does not stop anything.
      - With it no update is asked for before, as on a storage that is gone the engine would try for a long time;
        O(ovf=require_fresh) contradicts it.
    type: bool
    default: false
  elsewhere:
    description:
      - What a domain is that is attached to another data center. V(refuse) takes it for a mistake in O(data_center).
        V(accept) takes it for one that left already, as when a recovery runs again.
    type: str
    choices: [refuse, accept]
    default: refuse
  host:
    description:
      - The host, by name or id, that lets go of a removed domain; the first one that is up when left out.
    type: str
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)

"""

EXAMPLES = r"""
---
- name: What stands in the way, what would be stopped and what would be lost is looked at first
  ovirt_dr.storage.storage_domain_detach:
    data_center: Production
    domains: [data-web, data-db]
    stop_vms: shutdown
  check_mode: true
  register: look

- name: Every blocker is shown
  ansible.builtin.debug:
    msg: "{{ item.domain }}: {{ item.text }}: {{ item.names | join(', ') }}"
  loop: "{{ look.blockers }}"

- name: Two domains leave with the VMs on them, which shut down before, and an inventory is kept
  ovirt_dr.storage.storage_domain_detach:
    data_center: Production
    domains: [data-web, data-db]
    stop_vms: shutdown
    ovf: require_fresh
    inventory: /var/lib/dr/before.json

- name: A domain whose storage is lost leaves the data center and the engine
  ovirt_dr.storage.storage_domain_detach:
    data_center: Production
    domains: [data-old]
    stop_vms: poweroff
    force: true
    remove: true

- name: A domain is given up with everything on it
  ovirt_dr.storage.storage_domain_detach:
    data_center: Production
    domains: [scratch]
    remove: true
    format: true
    format_confirmed: [scratch]
"""

RETURN = r"""
---
msg:
  description: What was done, in one sentence; for a failure every object that failed, in the engine's words.
  returned: always
  type: str
  sample: "2 done, 1 already so"
counts:
  description: How many objects ended in which state.
  returned: always
  type: dict
  contains:
    done:
      description: Carried out; in check mode, would be.
      type: int
    already:
      description: Were so before.
      type: int
    skipped:
      description: Left alone on purpose.
      type: int
    failed:
      description: Refused by the engine, or not seen in the wanted state in time.
      type: int
    not_run:
      description: Never tried, because of another failure or an interrupt.
      type: int
ok:
  description: Whether everything that is required is as it should be.
  returned: always
  type: bool
stopped:
  description: Why the rest was not carried out, empty when all was.
  returned: always
  type: str
done:
  description: The names of what was carried out, by action; in check mode, of what would be.
  returned: always
  type: dict
  sample: {detach: [data-web]}
already:
  description: The names of what was so before, by action.
  returned: always
  type: dict
  sample: {}
left_alone:
  description: What was left alone on purpose, and why.
  returned: always
  type: list
  elements: dict
not_run:
  description: What was never tried, and why.
  returned: always
  type: list
  elements: dict
failures:
  description: What failed, required objects first, each with the engine's words and what to do next.
  returned: always
  type: list
  elements: dict
left_out:
  description: How many names or entries of a state were left out because they are too many; the journal holds all.
  returned: when something was left out
  type: dict
changes:
  description: What changed, or would change, a sentence each.
  returned: always
  type: list
  elements: str
not_proven:
  description: What check mode could not find out without a write.
  returned: always
  type: list
  elements: str
run_id:
  description: What the correlation ids of this run begin with, in the engine's jobs and events.
  returned: always
  type: str
  sample: k3f9a2c1
journal:
  description: The journal that was written, if one was asked for.
  returned: always
  type: str
requests:
  description: How many requests were sent, sign-in and sign-out not counted.
  returned: always
  type: dict
  contains:
    reads:
      description: Requests that only read.
      type: int
    writes:
      description: Requests that ask for a change.
      type: int
seconds:
  description: How long it took.
  returned: always
  type: float
blockers:
  description: What keeps the domains from leaving, by domain and kind. In check mode they are the result, and RV(ok) is
    false; otherwise they are in RV(failure) of the failed task.
  returned: success
  type: list
  elements: dict
  contains:
    domain:
      description: The name of the domain.
      type: str
    domain_id:
      description: Its id.
      type: str
    kind:
      description: One of C(local_domain), C(hosted_engine), C(master), C(master_not_active), C(status), C(no_host),
        C(running_vms), C(running_vms_leaving), C(locked_vms), C(leases), C(iso), C(protected_vms),
        C(protected_templates), C(previews), C(pool_vms), C(image_transfers), C(locked_disks), C(ovf_not_fresh).
      type: str
    text:
      description: It in words, without the names.
      type: str
    names:
      description: The names of what it is about; of a disk of a VM, the VM with the disk in brackets.
      type: list
      elements: str
    ids:
      description: The ids of these, side by side with the names.
      type: list
      elements: str
    clear:
      description: What to do about it.
      type: str
failure:
  description: What the task failed for, as data; with kind C(blocked) the same list as RV(blockers) is in it.
  returned: failure before anything was done
  type: dict
  contains:
    kind:
      description: The kind of failure.
      type: str
    message:
      description: The whole text.
      type: str
    problems:
      description: What is wrong, a sentence each.
      type: list
      elements: str
    blockers:
      description: See RV(blockers).
      type: list
      elements: dict
losses:
  description: What is lost or stays behind although nothing refuses it, by domain and kind; each is a warning as well.
  returned: success, or failure of something that was begun
  type: list
  elements: dict
  contains:
    domain:
      description: The name of the domain.
      type: str
    domain_id:
      description: Its id.
      type: str
    kind:
      description: One of C(direct_luns), C(shareable_disks), C(vms_losing_disks), C(templates_losing_disks),
        C(vms_leaving_with_template), C(permissions), C(leases_going), C(leases_lost), C(running_vms_staying),
        C(floating_disks), C(paused_transfers), C(shared_with_master), C(jobs), C(destroyed_disks).
      type: str
    text:
      description: It in words, without the names.
      type: str
    names:
      description: The names of what it is about; of a disk of a VM, the VM with the disk in brackets.
      type: list
      elements: str
    ids:
      description: The ids of these, side by side with the names.
      type: list
      elements: str
    clear:
      description: What to do about it.
      type: str
leaving:
  description: What leaves with each domain.
  returned: success, or failure of something that was begun
  type: list
  elements: dict
  contains:
    domain:
      description: The name of the domain.
      type: str
    id:
      description: Its id.
      type: str
    status:
      description: Its status before.
      type: str
    vms:
      description: The names of the VMs with a disk on it.
      type: list
      elements: str
    templates:
      description: The names of the templates with a disk on it.
      type: list
      elements: str
    staying:
      description: The names of those among them that stay in the engine, because they have disks elsewhere.
      type: list
      elements: str
    stopping:
      description: The names of the VMs that must be stopped for it; empty with O(stop_vms=refuse).
      type: list
      elements: str
    ovf:
      description: How fresh the descriptions on it are.
      type: dict
      contains:
        state:
          description: V(fresh), proven so by this run; V(planned) in check mode; V(not_proven); V(failed); V(as_is),
            not asked for; V(none) for a domain without descriptions.
          type: str
        age:
          description: Seconds since the last update that was seen, by this run or in O(journal); V(null) when unknown.
          type: int
        says:
          description: It in words.
          type: str
stopped_vms:
  description: The names of the VMs that were stopped; in check mode, that would be.
  returned: success, or failure of something that was begun
  type: list
  elements: str
still_up:
  description: The names of the VMs that did not go down in time.
  returned: success, or failure of something that was begun
  type: list
  elements: str
inventory:
  description: What became of O(inventory); V(null) when none was asked for, or nothing leaves.
  returned: success, or failure of something that was begun
  type: dict
  contains:
    path:
      description: The file.
      type: str
    site:
      description: The name of the site in it.
      type: str
    state:
      description: V(written), V(would be written) in check mode, V(same) when it held just this, V(kept) when an
        earlier try of this move wrote it.
      type: str
"""

from ansible_collections.ovirt_dr.storage.plugins.module_utils._flows.detach import detach
from ansible_collections.ovirt_dr.storage.plugins.module_utils._module import run_module

OPTIONS = {
    "data_center": {"type": "str", "required": True},
    "domains": {"type": "list", "elements": "str", "required": True},
    "stop_vms": {"type": "str", "choices": ["refuse", "shutdown", "poweroff"], "default": "refuse"},
    "ovf": {"type": "str", "choices": ["refresh", "require_fresh", "as_is"], "default": "refresh"},
    "inventory": {"type": "path"},
    "inventory_site": {"type": "str"},
    "remove": {"type": "bool", "default": False},
    "format": {"type": "bool", "default": False},
    "format_confirmed": {"type": "list", "elements": "str"},
    "force": {"type": "bool", "default": False},
    "elsewhere": {"type": "str", "choices": ["refuse", "accept"], "default": "refuse"},
    "host": {"type": "str"},
}


def main() -> None:
    run_module(detach, OPTIONS)


if __name__ == "__main__":
    main()
