# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin engine_twin."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: engine_twin
short_description: Start or stop an engine stand-in that holds an export of your estate
version_added: 0.1.0
description:
  - Starts a program on the controller that answers the REST API as the engines of an estate file would, so that a plan
    can be run without touching anything. One port for each site of the file; all sites share the storage.
  - The program outlives the play, and ends by itself after O(max_lifetime). What a run changes stays until then, so
    that a further run goes on from there.
  - It takes the place of engines, hosts and storage, and knows nothing of how your hosts and your storage behave. It
    cannot tell whether a replica is there, or how long a recovery takes.
extends_documentation_fragment:
  - ovirt_dr.storage.attributes
attributes:
  check_mode:
    support: full
    details:
      - Nothing is started or ended. It is told whether it would be, and the files are read and checked.
  diff_mode:
    support: full
    details:
      - Shows the settings of the program that runs and of the one that should.
  idempotent:
    support: partial
    details:
      - A program that runs with the same settings and the same estate is left as it is, whatever it holds by now.
        O(state=restarted) always starts a new one.
options:
  state:
    description:
      - V(started) is a program that runs with these settings. One that runs with others, or whose O(estate) or O(plan)
        was changed, is ended, and what it held is lost.
      - V(restarted) is a new one, with the estate as it is in the file.
      - V(stopped) is none.
    type: str
    choices: [started, restarted, stopped]
    default: started
  state_file:
    description:
      - A file that says where the program is, and by which it is found again. Its directory must exist. Beside it lie
        the program's messages, with C(.log) added, and the estate with the replicas of O(plan), with C(.estate) added.
      - All of them can be read by their owner only. Relative to the playbook.
    type: path
    required: true
  estate:
    description:
      - The estate file to load, see M(ovirt_dr.storage.estate_export). The shipped example when left out.
    type: path
  plan:
    description:
      - A plan whose storage is taken as replicated. No engine knows where its storage is replicated to; the plan does,
        as it names the place of every domain and direct LUN at every site.
      - Every site of the plan must be in O(estate). It may be encrypted with ansible-vault.
    type: path
  profile:
    description:
      - How long things take. V(none) answers at once. V(engine-4.5) costs what an engine 4.5 with two cores was
        measured to cost, with hosts that answer at once; V(engine-4.5-slow-storage) has hosts that wait for storage.
    type: str
    choices: [none, engine-4.5, engine-4.5-slow-storage]
    default: none
  latency:
    description:
      - Seconds added to every request, or a distribution, such as V(lognormal:0.05:1).
    type: str
    default: "0"
  speed:
    description:
      - How many seconds of the program's clock pass in a real one, 0.01 to 10000.
    type: float
    default: 1.0
  faults:
    description:
      - Failures to show, by name or as rules in JSON, such as V(register:web02) or V(storage:data-web).
    type: list
    elements: str
    default: []
  bind:
    description:
      - The address to listen on. Whoever reaches another address than loopback can use it, and end it.
    type: str
    default: 127.0.0.1
  port:
    description:
      - The port of the first site; further sites take the next ones. Ports that are free when it is 0.
    type: int
    default: 0
  tls_cert:
    description:
      - A certificate file in PEM format, to serve over TLS.
    type: path
  tls_key:
    description:
      - The key of O(tls_cert), when it is in a file of its own.
    type: path
  max_lifetime:
    description:
      - Seconds after which it ends by itself, at most 604800. Those of a program that runs already stay.
    type: float
    default: 3600.0
requirements:
  - lxml, in the Python that runs Ansible
author:
  - The ovirt_dr.storage contributors (@ovirt-dr)
seealso:
  - module: ovirt_dr.storage.estate_export
"""

EXAMPLES = r"""
---
- name: A twin of both engines
  ovirt_dr.storage.engine_twin:
    state_file: ~/.ovirt_dr/twin.json
    estate: /srv/dr/estate.json
    plan: /srv/dr/dr_plan.yml
  register: twin

- name: Run the plan on it
  ansible.builtin.include_role:
    name: ovirt_dr.storage.dr_failover
  vars:
    dr_failover_plan: /srv/dr/dr_plan.yml
    dr_failover_auth: "{{ twin.sites.recovery }}"
    dr_failover_takeover:
      confirmed_by: nobody
      reason: rehearsal on a twin

- name: End it
  ovirt_dr.storage.engine_twin:
    state: stopped
    state_file: ~/.ovirt_dr/twin.json
"""

RETURN = r"""
---
sites:
  description: For each site of the estate and of the plan, the value that the option C(auth) of the modules takes.
  returned: when it runs
  type: dict
  contains:
    url:
      description: The address of the API.
      type: str
    username:
      description: The user who may sign in.
      type: str
    password:
      description: The user's password. It is no secret, it is the same everywhere.
      type: str
  sample: {recovery: {url: "http://127.0.0.1:40001/ovirt-engine/api", username: "admin@internal", password: twin}}
pid:
  description: The id of the process.
  returned: when it runs
  type: int
ends:
  description: When it ends by itself, in UTC.
  returned: when it runs
  type: str
  sample: "2026-01-01T12:00:00Z"
state_file:
  description: The state file.
  returned: success
  type: str
"""
