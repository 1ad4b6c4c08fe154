# Copyright (c) 2026 the ovirt_dr.storage contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The elements of the API's model, by the object they belong to (version 4.5 of the API). What a request body holds
beside them the engine refuses; an object may be sent back as it came, so links and actions are known everywhere."""

from __future__ import annotations

_RESOURCE = "actions comment description id link name"

_MODEL = {
    "vm": (
        "affinity_labels applications auto_pinning_policy bios cdroms cluster console cpu cpu_pinning_policy "
        "cpu_profile cpu_shares creation_status creation_time custom_compatibility_version custom_cpu_model "
        "custom_emulated_machine custom_properties delete_protected disk_attachments display domain "
        "dynamic_cpu external_host_provider floppies fqdn graphics_consoles guest_operating_system "
        "guest_time_zone has_illegal_images high_availability host host_devices initialization instance_type "
        "io katello_errata large_icon lease mediated_devices memory memory_policy migration "
        "migration_downtime multi_queues_enabled next_run_configuration_exists nics numa_nodes numa_tune_mode "
        "origin original_template os payloads permissions placement_policy quota reported_devices rng_device "
        "run_once serial_number sessions small_icon snapshots soundcard_enabled sso start_paused start_time "
        "stateless statistics status status_detail stop_reason stop_time storage_domain "
        "storage_error_resume_behaviour tags template time_zone tpm_enabled tunnel_migration type usb "
        "use_latest_template_version virtio_scsi virtio_scsi_multi_queues virtio_scsi_multi_queues_enabled "
        "vm_pool watchdogs"
    ),
    "template": (
        "auto_pinning_policy bios cdroms cluster console cpu cpu_pinning_policy cpu_profile cpu_shares "
        "creation_time custom_compatibility_version custom_cpu_model custom_emulated_machine "
        "custom_properties delete_protected disk_attachments display domain graphics_consoles "
        "high_availability initialization io large_icon lease mediated_devices memory memory_policy migration "
        "migration_downtime multi_queues_enabled nics origin os permissions placement_policy quota rng_device "
        "serial_number small_icon soundcard_enabled sso start_paused stateless status storage_domain "
        "storage_error_resume_behaviour tags time_zone tpm_enabled tunnel_migration type usb version "
        "virtio_scsi virtio_scsi_multi_queues virtio_scsi_multi_queues_enabled vm watchdogs"
    ),
    "disk": (
        "active actual_size alias backup backup_mode bootable content_type disk_profile disk_snapshots "
        "external_disk format image_id initial_size instance_type interface logical_name lun_storage "
        "openstack_volume_type permissions propagate_errors provisioned_size qcow_version quota read_only "
        "sgio shareable snapshot sparse statistics status storage_domain storage_domains storage_type "
        "template total_size uses_scsi_reservation vm vms wipe_after_delete"
    ),
    "disk_attachment": (
        "active bootable disk interface logical_name pass_discard read_only template uses_scsi_reservation vm"
    ),
    "nic": (
        "boot_protocol instance_type interface linked mac network network_attachments "
        "network_filter_parameters network_labels on_boot plugged reported_devices statistics synced template "
        "virtual_function_allowed_labels virtual_function_allowed_networks vm vms vnic_profile"
    ),
    "snapshot": (
        "affinity_labels applications auto_pinning_policy bios cdroms cluster console cpu cpu_pinning_policy "
        "cpu_profile cpu_shares creation_time custom_compatibility_version custom_cpu_model "
        "custom_emulated_machine custom_properties date delete_protected disk_attachments disks display "
        "domain dynamic_cpu external_host_provider floppies fqdn graphics_consoles guest_operating_system "
        "guest_time_zone has_illegal_images high_availability host host_devices initialization instance_type "
        "io katello_errata large_icon lease mediated_devices memory memory_policy migration "
        "migration_downtime multi_queues_enabled next_run_configuration_exists nics numa_nodes numa_tune_mode "
        "origin original_template os payloads permissions persist_memorystate placement_policy quota "
        "reported_devices rng_device run_once serial_number sessions small_icon snapshot_status snapshot_type "
        "snapshots soundcard_enabled sso start_paused start_time stateless statistics status status_detail "
        "stop_reason stop_time storage_domain storage_error_resume_behaviour tags template time_zone "
        "tpm_enabled tunnel_migration type usb use_latest_template_version virtio_scsi "
        "virtio_scsi_multi_queues virtio_scsi_multi_queues_enabled vm vm_pool watchdogs"
    ),
    "data_center": (
        "clusters iscsi_bonds local mac_pool networks permissions qoss quota_mode quotas status "
        "storage_domains storage_format supported_versions version"
    ),
    "cluster": (
        "affinity_groups ballooning_enabled bios_type cpu cpu_profiles custom_scheduling_policy_properties "
        "data_center display enabled_features error_handling external_network_providers fencing_policy "
        "fips_mode firewall_type gluster_hooks gluster_service gluster_tuned_profile gluster_volumes "
        "ha_reservation ksm log_max_memory_used_threshold log_max_memory_used_threshold_type mac_pool "
        "maintenance_reason_required management_network memory_policy migration network_filters networks "
        "optional_reason permissions required_rng_sources scheduling_policy serial_number supported_versions "
        "switch_type threads_as_cores trusted_service tunnel_migration upgrade_correlation_id "
        "upgrade_in_progress upgrade_percent_complete version virt_service vnc_encryption"
    ),
    "host": (
        "address affinity_labels agents auto_numa_status certificate cluster cpu cpu_units device_passthrough "
        "devices display external_host_provider external_network_provider_configurations external_status "
        "hardware_information hooks hosted_engine iscsi katello_errata kdump_status ksm libvirt_version "
        "max_scheduling_memory memory network_attachments network_operation_in_progress nics numa_nodes "
        "numa_supported os override_iptables ovn_configured permissions port power_management protocol "
        "reinstallation_required root_password se_linux spm ssh statistics status status_detail "
        "storage_connection_extensions storages summary tags transparent_huge_pages transparent_hugepages "
        "type unmanaged_networks update_available version vgpu_placement"
    ),
    "network": (
        "cluster data_center display dns_resolver_configuration external_provider "
        "external_provider_physical_network ip mtu network_labels permissions port_isolation profile_required "
        "qos required status stp usages vdsm_name vlan vnic_profiles"
    ),
    "vnic_profile": (
        "custom_properties failover migratable network network_filter pass_through permissions port_mirroring qos"
    ),
    "permission": ("cluster data_center disk group host role storage_domain template user vm vm_pool"),
    "affinity_group": (
        "broken cluster enforcing host_labels hosts hosts_rule positive priority vm_labels vms vms_rule"
    ),
    "affinity_label": ("has_implicit_affinity_group hosts read_only vms"),
    "vm_pool": (
        "auto_storage_select cluster display instance_type max_user_vms permissions prestarted_vms rng_device "
        "size soundcard_enabled stateful template tpm_enabled type use_latest_template_version vm"
    ),
}

ELEMENTS = {tag: frozenset(f"{_RESOURCE} {words}".split()) for tag, words in _MODEL.items()}
"""Object -> what may lie directly inside it."""
