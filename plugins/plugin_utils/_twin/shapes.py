# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine writes around a record: collection names, links, actions and which references carry an address.

A record holds only what the engine *knows* (see estate.py); this table is what it *adds* when it answers. A shape is
found by the path of the collection with the ids left out, such as ``vms`` or ``storagedomains/vms``."""

from __future__ import annotations

from dataclasses import dataclass

API = "/ovirt-engine/api"


@dataclass(frozen=True)
class Shape:
    """One collection: element names, and the relative links and actions of its members; ``bare`` members hold no
    addresses."""

    tag: str
    plural: str
    actions: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    search: bool = False
    bare: bool = False


def _shape(
    tag: str, plural: str, actions: str = "", links: str = "", search: bool = False, *, bare: bool = False
) -> Shape:
    return Shape(tag, plural, tuple(actions.split()), tuple(links.split()), search, bare)


_VM_ACTIONS = (
    "commitsnapshot clone freezefilesystems logon maintenance previewsnapshot autopincpuandnumanodes "
    "reordermacaddresses thawfilesystems undosnapshot screenshot cancelmigration ticket migrate reboot shutdown "
    "start stop suspend reset export detach"
)
_VM_LINKS = (
    "watchdogs graphicsconsoles katelloerrata permissions tags affinitylabels snapshots applications hostdevices "
    "reporteddevices sessions backups checkpoints nics numanodes diskattachments cdroms mediateddevices statistics"
)
_HOST_ACTIONS = (
    "syncallnetworks install activate approve commitnetconfig enrollcertificate fence forceselectspm iscsidiscover "
    "discoveriscsi iscsilogin unregisteredstoragedomainsdiscover upgradecheck copyhostnetworks deactivate upgrade "
    "setupnetworks refresh"
)
_HOST_LINKS = (
    "katelloerrata permissions tags affinitylabels fenceagents devices hooks nics numanodes storage "
    "networkattachments storageconnectionextensions unmanagednetworks externalnetworkproviderconfigurations cpuunits "
    "statistics"
)
_CLUSTER_LINKS = (
    "cpuprofiles glusterhooks glustervolumes enabledfeatures externalnetworkproviders networkfilters networks "
    "permissions affinitygroups"
)
_TEMPLATE_LINKS = "watchdogs graphicsconsoles permissions tags nics diskattachments cdroms mediateddevices"
_USER_LINKS = "groups roles permissions tags options sshpublickeys eventsubscriptions"
_SD_LINKS = "diskprofiles disks disksnapshots storageconnections permissions templates vms"

SHAPES: dict[str, Shape] = {
    "datacenters": _shape(
        "data_center",
        "data_centers",
        "setmaster cleanfinishedtasks",
        "clusters quotas qoss iscsibonds networks storagedomains permissions",
        True,
    ),
    "clusters": _shape(
        "cluster",
        "clusters",
        "resetemulatedmachine syncallnetworks refreshglusterhealstatus upgrade",
        _CLUSTER_LINKS,
        True,
    ),
    "hosts": _shape("host", "hosts", _HOST_ACTIONS, _HOST_LINKS, True),
    "networks": _shape("network", "networks", "", "networklabels permissions vnicprofiles", True),
    "vnicprofiles": _shape("vnic_profile", "vnic_profiles", "", "permissions"),
    "macpools": _shape("mac_pool", "mac_pools", "", "permissions"),
    "storagedomains": _shape(
        "storage_domain", "storage_domains", "isattached updateovfstore refreshluns reduceluns", _SD_LINKS, True
    ),
    "storageconnections": _shape("storage_connection", "storage_connections"),
    "disks": _shape(
        "disk",
        "disks",
        "copy export move refreshlun convert sparsify reduce",
        "disksnapshots permissions statistics",
        True,
    ),
    "disks/statistics": _shape("statistic", "statistics"),
    "diskprofiles": _shape("disk_profile", "disk_profiles", "", "permissions"),
    "cpuprofiles": _shape("cpu_profile", "cpu_profiles", "", "permissions"),
    "vms": _shape("vm", "vms", _VM_ACTIONS, _VM_LINKS, True),
    "templates": _shape("template", "templates", "export", _TEMPLATE_LINKS, True),
    "affinitylabels": _shape("affinity_label", "affinity_labels", "", "hosts vms"),
    "roles": _shape("role", "roles", "", "permits"),
    "users": _shape("user", "users", "", _USER_LINKS, True),
    "groups": _shape("group", "groups", "", "roles permissions tags", True),
    "domains": _shape("domain", "domains", "", "groups users"),
    "tags": _shape("tag", "tags"),
    "jobs": _shape("job", "jobs", "clear end", "steps", True),
    "events": _shape("event", "events", search=True),
    "bookmarks": _shape("bookmark", "bookmarks"),
    "imagetransfers": _shape("image_transfer", "image_transfers", "pause extend finalize resume cancel"),
    "vmpools": _shape("vm_pool", "vm_pools", "allocatevm", "permissions", True),
    "datacenters/storagedomains": _shape("storage_domain", "storage_domains", "activate deactivate", "disks"),
    "datacenters/clusters": _shape("cluster", "clusters", "", _CLUSTER_LINKS),
    "datacenters/networks": _shape("network", "networks"),
    "datacenters/quotas": _shape("quota", "quotas", "", "quotastoragelimits quotaclusterlimits permissions"),
    "datacenters/storagedomains/disks": _shape("disk", "disks", "", "permissions statistics"),
    "clusters/networks": _shape("network", "networks"),
    "clusters/affinitygroups": _shape("affinity_group", "affinity_groups", "", "vmlabels hostlabels hosts vms"),
    "clusters/affinitygroups/vms": _shape("vm", "vms"),
    "clusters/affinitygroups/hosts": _shape("host", "hosts"),
    "clusters/cpuprofiles": _shape("cpu_profile", "cpu_profiles"),
    "networks/vnicprofiles": _shape("vnic_profile", "vnic_profiles", "", "permissions"),
    "storagedomains/vms": _shape("vm", "vms", "import register", "disks diskattachments"),
    "storagedomains/vms/diskattachments": _shape("disk_attachment", "disk_attachments"),
    "storagedomains/vms/disks": _shape("disk", "disks", "copy export move refreshlun convert sparsify reduce"),
    "storagedomains/templates": _shape("template", "templates", "import register", "disks"),
    "storagedomains/disks/known": _shape("disk", "disks", "copy export move sparsify reduce", "permissions statistics"),
    "storagedomains/disks": _shape("disk", "disks", "", "permissions statistics"),
    "storagedomains/storageconnections": _shape("storage_connection", "storage_connections"),
    "storagedomains/diskprofiles": _shape("disk_profile", "disk_profiles"),
    "storagedomains/files": _shape("file", "files"),
    "storagedomains/disksnapshots": _shape("disk_snapshot", "disk_snapshots"),
    "hosts/storage": _shape("host_storage", "host_storages"),
    "hosts/nics": _shape(
        "host_nic", "host_nics", "", "linklayerdiscoveryprotocolelements networklabels networkattachments statistics"
    ),
    "hosts/networkattachments": _shape("network_attachment", "network_attachments"),
    "hosts/storageconnectionextensions": _shape("storage_connection_extension", "storage_connection_extensions"),
    "vms/diskattachments": _shape("disk_attachment", "disk_attachments"),
    "vms/nics": _shape("nic", "nics", "deactivate activate", "reporteddevices networkfilterparameters statistics"),
    "vms/snapshots": _shape("snapshot", "snapshots", "restore", "disks nics cdroms"),
    "vms/snapshots/active": _shape("snapshot", "snapshots", "restore"),
    "vms/snapshots/disks": _shape("disk", "disks", bare=True),
    "vms/snapshots/nics": _shape("nic", "nics", bare=True),
    "vms/tags": _shape("tag", "tags"),
    "vms/permissions": _shape("permission", "permissions"),
    "vms/affinitylabels": _shape("affinity_label", "affinity_labels"),
    "vms/cdroms": _shape("cdrom", "cdroms"),
    "templates/diskattachments": _shape("disk_attachment", "disk_attachments"),
    "templates/nics": _shape("nic", "nics"),
    "templates/permissions": _shape("permission", "permissions"),
    "templates/tags": _shape("tag", "tags"),
    "affinitylabels/vms": _shape("vm", "vms"),
    "affinitylabels/hosts": _shape("host", "hosts"),
    "domains/users": _shape("user", "users"),
    "jobs/steps": _shape("step", "steps", "end", "statistics"),
}

PLURALS = {
    "vms/numanodes": "vm_numa_nodes",
    "graphicsconsoles": "graphics_consoles",
    "katelloerrata": "katello_errata",
    "hostdevices": "host_devices",
    "reporteddevices": "reported_devices",
    "numanodes": "host_numa_nodes",
    "mediateddevices": "vm_mediated_devices",
    "networkfilterparameters": "network_filter_parameters",
    "qoss": "qoss",
    "iscsibonds": "iscsi_bonds",
    "glusterhooks": "gluster_hooks",
    "glustervolumes": "gluster_volumes",
    "enabledfeatures": "cluster_features",
    "networklabels": "network_labels",
    "networkattachments": "network_attachments",
    "fenceagents": "agents",
    "disksnapshots": "disk_snapshots",
    "vmlabels": "affinity_labels",
    "hostlabels": "affinity_labels",
    "affinitylabels": "affinity_labels",
    "eventsubscriptions": "event_subscriptions",
    "sshpublickeys": "ssh_public_keys",
    "options": "user_options",
}
"""Root names of empty sub-collections that the twin knows only as links: by path, or by its last part."""


def plural_of(path: str) -> str:
    """The root name of a collection."""
    leaf = path.rpartition("/")[2]
    return SHAPES[path].plural if path in SHAPES else PLURALS.get(path, PLURALS.get(leaf, leaf))


VARIANTS: dict[str, tuple[str, Shape]] = {
    "storagedomains#iso": (
        "storagedomains",
        _shape(
            "storage_domain",
            "storage_domains",
            "isattached updateovfstore refreshluns reduceluns",
            "diskprofiles disksnapshots storageconnections permissions files",
        ),
    ),
    "storagedomains#edited": (
        "storagedomains",
        _shape(
            "storage_domain",
            "storage_domains",
            "isattached updateovfstore refreshluns reduceluns",
            "images diskprofiles disks disksnapshots storageconnections permissions files",
        ),
    ),
    "datacenters/storagedomains#iso": (
        "datacenters/storagedomains",
        _shape("storage_domain", "storage_domains", "activate deactivate"),
    ),
}
"""Members that show other links than their collection's usual ones -> that collection, and their shape. ISO domains
have files, and the answer to an edit believes every domain to be able to have any of them (03 14, 155, 167)."""

COLLECTION_OF = {shape.tag: path for path, shape in SHAPES.items() if "/" not in path}
"""Record kind -> top level collection."""

REFERENCES: dict[str, str] = {
    **COLLECTION_OF,
    "base_template": "templates",
    "original_template": "templates",
    "blank_template": "templates",
    "large_icon": "icons",
    "small_icon": "icons",
    "network_filter": "networkfilters",
    "scheduling_policy": "schedulingpolicies",
    "owner": "users",
    "authenticated_user": "users",
    "effective_user": "users",
    "parent": "tags",
    "root_tag": "tags",
}
"""Element name of a reference -> collection its address points into."""

BARE = {("vm", "quota"), ("template", "quota"), ("disk_snapshot", "snapshot")}
"""References that the engine writes without an address: (holder, reference)."""

SUBS: dict[str, tuple[str, ...]] = {
    "vm": ("disk_attachments", "nics", "snapshots", "tags", "permissions", "affinity_labels", "cdroms"),
    "template": ("disk_attachments", "nics", "tags", "permissions"),
    "data_center": ("permissions",),
    "cluster": ("permissions", "networks"),
    "storage_domain": ("permissions", "disk_snapshots"),
    "affinity_group": ("vms", "hosts", "vm_labels", "host_labels"),
    "affinity_label": ("vms", "hosts"),
    "host": ("nics", "network_attachments", "storages"),
    "domain": ("users",),
}
"""Sub-collections that a record carries inside, as lists of records under these keys."""
