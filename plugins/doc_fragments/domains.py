# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``domains`` of the modules that bring file domains into a data center."""

from __future__ import annotations


class ModuleDocFragment:
    """File storage domains with the place of their storage."""

    DOCUMENTATION = r"""
options:
  domains:
    description:
      - The storage domains.
    type: list
    elements: dict
    required: true
    suboptions:
      id:
        description:
          - The id that the domain's own metadata must hold.
        type: str
        required: true
      name:
        description:
          - What the domain shall be called; the name in its metadata when left out.
        type: str
      type:
        description:
          - The kind of file storage.
        type: str
        choices: [nfs, posixfs, glusterfs]
        default: nfs
      address:
        description:
          - The server. Needed for V(nfs).
        type: str
      path:
        description:
          - The export or device on the server.
        type: str
        required: true
      vfs_type:
        description:
          - The file system type. Needed for V(posixfs) and V(glusterfs).
        type: str
      mount_options:
        description:
          - Additional mount options.
        type: str
      nfs_version:
        description:
          - The NFS version; the engine's choice when left out.
        type: str
        choices: [auto, v3, v4, v4_0, v4_1, v4_2]
      nfs_timeo:
        description:
          - Tenths of a second before an NFS request is sent again, from 1 to 6000.
        type: int
      nfs_retrans:
        description:
          - How often an NFS request is sent again, from 0 to 32767.
        type: int
      required:
        description:
          - Whether the task fails when this domain fails.
        type: bool
        default: true
"""
