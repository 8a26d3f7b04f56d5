// SPDX-License-Identifier: Apache-2.0

/**
 * What begins like this is made by Zephyr's headers and by nothing else: system calls and their checks, devices of the
 * device tree, the logging and spin lock code behind macros, the kernel's own parts for each architecture, sockets.
 */
const PREFIXES = [
  'z_impl_',
  'z_vrfy_',
  'z_mrsh_',
  '__device_dts_ord_',
  'z_log_msg_',
  'z_log_minimal_',
  'z_spin_lock_',
  'z_spin_unlock_',
  'z_arm_',
  'z_arc_',
  'z_riscv_',
  'z_sparc_',
  'z_x86_',
  'z_xtensa_',
  'zsock_',
] as const;

/**
 * Exported names, by what they have in common: the words are what comes after it. Broader prefixes would find what is
 * not Zephyr's: vendors have `bt_agc_gain_set` and `arch_memcpy4`, lwIP has `sys_mutex_lock`, zlib `z_inflate`,
 * ESP-IDF `nvs_open` and `bt_mesh_model_send`. What a vendor may call its own functions (`settings_load`, `nvs_read`) is
 * left out, and what Zephyr's headers make inline (`gpio_pin_set`) no library can want. So it is a selection.
 */
const NAMES: Readonly<Record<string, string>> = {
  k_: `aligned_alloc busy_wait calloc can_yield cpu_idle cpu_atomic_idle current_get cycle_get_32 cycle_get_64 free
    is_in_isr is_preempt_thread is_user_context malloc msleep panic oops realloc sleep usleep wakeup yield
    uptime_ticks reschedule fatal_halt heap_init str_out float_disable float_enable ipi_work_add
    mem_map_phys_guard mem_free_get mem_region_align
    mem_domain_init mem_domain_add_partition mem_domain_remove_partition mem_domain_add_thread`,
  k_thread_: `abort absolute_deadline_set access_grant cpu_mask_clear cpu_mask_enable cpu_mask_enable_all
    cpu_mask_disable cpu_pin create custom_data_get custom_data_set deadline_set foreach foreach_unlocked
    heap_assign join name_copy name_get name_set priority_get priority_set resume runtime_stats_get
    runtime_stats_all_get stack_alloc stack_free stack_space_get start state_str suspend timeout_expires_ticks
    timeout_remaining_ticks user_mode_enter system_pool_assign`,
  k_sched_: 'current_thread_query lock time_slice_set unlock',
  k_sem_: 'count_get give init reset take',
  k_mutex_: 'init lock unlock',
  k_condvar_: 'broadcast init signal wait',
  k_event_: 'clear init post set set_masked wait wait_all wait_safe wait_all_safe test',
  k_futex_: 'wait wake',
  k_work_: `busy_get cancel cancel_delayable cancel_delayable_sync cancel_sync delayable_busy_get
    delayable_from_work delayable_is_pending flush flush_delayable init init_delayable is_pending poll_cancel
    poll_init poll_submit poll_submit_to_queue queue_drain queue_init queue_run queue_start queue_stop
    queue_thread_get queue_unplug reschedule reschedule_for_queue schedule schedule_for_queue submit
    submit_to_queue user_queue_start`,
  k_delayed_: 'work_init work_submit work_submit_to_queue work_cancel',
  k_timer_: `expires_ticks init remaining_ticks start status_get status_sync stop user_data_get user_data_set`,
  k_queue_: `alloc_append alloc_prepend append append_list cancel_wait get init insert is_empty merge_slist
    peek_head peek_tail prepend remove unique_append`,
  k_fifo_: 'get put init cancel_wait alloc_put is_empty put_list put_slist peek_head peek_tail',
  k_lifo_: 'get put init alloc_put',
  k_stack_: 'alloc_init cleanup init pop push',
  k_msgq_: 'alloc_init cleanup get get_attrs init num_free_get num_used_get peek peek_at purge put put_front',
  k_mbox_: 'async_put data_get get init put',
  k_pipe_: 'alloc_init buffer_flush cleanup close flush get init put read read_avail reset write write_avail',
  k_poll_: 'event_init signal_check signal_init signal_raise signal_reset',
  k_heap_: 'alloc aligned_alloc calloc free init realloc array_get',
  k_mem_: `slab_alloc slab_free slab_init slab_max_used_get slab_num_free_get slab_num_used_get
    slab_runtime_stats_get slab_runtime_stats_reset_max paging_stats_get paging_thread_stats_get`,
  k_object_: 'access_all_grant access_grant access_revoke alloc alloc_size free is_valid recycle release',
  k_sys_: 'fatal_error_handler runtime_stats_enable runtime_stats_disable',
  z_: `cbvprintf_impl cbprintf_cpy fatal_error idle_threads irq_spurious isr_install main_stack interrupt_stacks
    ready_thread reschedule sched_init sys_post_kernel sys_init_run_level thread_abort thread_entry thread_timeout
    tick_get time_slice timer_expiration_handler pend_curr unpend_first_thread unpend_all user_string_alloc_copy
    user_string_copy user_from_copy user_to_copy setup_new_thread shared_isr get_next_switch_handle`,
  arch_: `irq_connect_dynamic irq_enable irq_disable irq_is_enabled cpu_atomic_idle new_thread syscall_invoke0
    syscall_invoke1 syscall_invoke6`,
  device_: `get_binding get_by_dt_nodelabel is_ready required_foreach required_handles_get supported_foreach
    supported_handles_get injected_handles_get`,
  sys_clock_: `announce cycle_get_32 cycle_get_64 disable driver_init elapsed hw_cycles_per_sec_runtime_get
    idle_exit idle_enter set_timeout timeout_end_calc tick_get tick_get_32 gettime settime nanosleep`,
  sys_: `csrand_get rand_get rand32_get rand8_get heap_alloc heap_aligned_alloc heap_free heap_init heap_realloc
    heap_aligned_realloc heap_usable_size heap_stress mem_blocks_alloc mem_blocks_alloc_contiguous mem_blocks_free
    mem_blocks_free_contiguous multi_mem_blocks_alloc multi_mem_blocks_free multi_heap_alloc
    multi_heap_add_heap multi_heap_init bitarray_alloc bitarray_free bitarray_set_bit bitarray_clear_bit
    bitarray_test_bit notify_validate notify_finalize reboot poweroff timepoint_calc timepoint_timeout`,
  '': `printk vprintk snprintk vsnprintk __printk_hook_install cbvprintf cbvprintf_package cbpprintf_external
    cbprintf_package_copy cbprintf_package_convert assert_post_action irq_connect_dynamic irq_disconnect_dynamic
    k_poll _k_neg_eagain _kernel _sw_isr_table onoff_manager_init onoff_request onoff_cancel onoff_release
    onoff_reset onoff_monitor_register settings_subsys_init settings_load_subtree shell_fprintf_impl
    shell_fprintf_info shell_fprintf_normal shell_fprintf_warn shell_fprintf_error flash_img_buffered_write
    flash_get_page_info_by_offs flash_get_page_info_by_idx flash_page_foreach flash_img_init
    flash_img_bytes_written stream_flash_buffered_write stream_flash_bytes_written
    boot_write_img_confirmed boot_is_img_confirmed boot_request_upgrade
    pinctrl_configure_pins pinctrl_lookup_state shell_execute_cmd shell_backend_uart_get_ptr
    ipc_service_open_instance ipc_service_register_endpoint ipc_service_deregister_endpoint
    zbus_chan_pub zbus_chan_read zbus_chan_claim zbus_chan_finish zbus_chan_notify zbus_sub_wait
    task_wdt_init task_wdt_add task_wdt_feed task_wdt_delete`,
  settings_: `load_subtree_direct load_one save_one save_subtree get_val_len runtime_set runtime_get runtime_commit
    name_next name_steq commit_subtree src_register dst_register storage_get`,
  nvs_: 'mount calc_free_space read_hist sector_max_data_size sector_use_next',
  flash_area_: `open close read write erase flatten copy align get_sectors get_device foreach has_driver erased_val
    check_int_sha256`,
  pm_: `device_action_run device_busy_set device_busy_clear device_driver_init device_runtime_get
    device_runtime_put device_runtime_put_async device_runtime_enable device_runtime_disable device_state_get
    device_state_lock policy_state_lock_get policy_state_lock_put policy_latency_request_add
    policy_latency_request_remove state_force`,
  net_: `buf_alloc_fixed buf_alloc_len buf_alloc_with_data buf_append_bytes buf_clone buf_frag_add buf_frag_del
    buf_frag_insert buf_frag_last buf_get buf_id buf_linearize buf_put buf_ref buf_reserve buf_slist_get
    buf_slist_put buf_unref buf_user_data_copy buf_pool_get
    if_get_by_index if_get_default if_get_first_by_type if_ipv4_addr_add if_ipv6_addr_add
    pkt_alloc pkt_alloc_buffer pkt_alloc_with_buffer pkt_clone pkt_cursor_init pkt_ref pkt_rx_alloc_with_buffer
    pkt_skip pkt_unref pkt_write mgmt_add_event_callback mgmt_del_event_callback mgmt_event_notify_with_info
    addr_ntop addr_pton context_get context_put context_bind context_connect context_listen context_accept
    context_send context_sendto context_recv dhcpv4_start dhcpv4_stop dhcpv4_restart`,
  net_if_: `carrier_on carrier_off dormant_on dormant_off config_ipv4_get config_ipv6_get foreach get_by_iface
    get_by_link_addr get_first_wifi get_wifi_sta get_wifi_sap ipv4_addr_lookup ipv4_addr_rm ipv4_get_global_addr
    ipv4_get_ll ipv4_maddr_add ipv4_router_add ipv4_select_src_addr ipv4_set_gw ipv4_set_netmask ipv6_addr_lookup
    ipv6_addr_rm ipv6_get_global_addr ipv6_get_ll ipv6_maddr_add ipv6_prefix_add ipv6_router_add
    ipv6_select_src_addr lookup_by_dev queue_tx send_data set_default set_promisc unset_promisc is_promisc`,
  net_pkt_: `acknowledge_data alloc_from_slab alloc_on_iface available_buffer available_payload_buffer compact copy
    cursor_operate frag_add frag_del frag_insert frag_ref frag_unref get_contiguous_len get_current_offset get_data
    get_frag is_contiguous memset pull read read_be16 read_be32 read_le16 remaining_data remove_tail rx_alloc
    rx_alloc_on_iface rx_clone set_data shallow_clone trim_buffer tx_alloc update_length write_be16 write_be32`,
  bt_: `enable is_ready set_name get_name set_appearance get_appearance id_create id_get id_delete id_reset unpair
    foreach_bond data_parse data_serialize encrypt_le encrypt_be addr_from_str addr_le_from_str
    addr_le_create_nrpa addr_le_create_static addr_le_is_bonded uuid_cmp uuid_create uuid_to_str
    hci_get_conn_handle hci_get_adv_handle buf_get_evt buf_get_rx buf_get_tx conn_cb_register conn_lookup_addr_le conn_ref conn_unref gatt_attr_read
    gatt_notify_cb gatt_service_register hci_cmd_alloc hci_cmd_create hci_cmd_send hci_cmd_send_sync
    hci_driver_register hci_evt_create le_adv_start le_adv_stop le_ext_adv_create le_scan_start le_scan_stop
    recv_prio`,
  bt_conn_: `auth_cancel auth_cb_register auth_cb_overlay auth_info_cb_register auth_info_cb_unregister
    auth_pairing_confirm auth_passkey_confirm auth_passkey_entry cb_unregister create_auto_stop disconnect
    enc_key_size foreach get_dst get_info get_remote_info get_security index le_create le_create_auto
    le_create_synced le_data_len_update le_get_tx_power_level le_enhanced_get_tx_power_level le_param_update
    le_phy_update le_subrate_request le_subrate_set_defaults set_bondable set_security`,
  bt_gatt_: `attr_get_handle attr_next attr_read_ccc attr_read_cep attr_read_chrc attr_read_cpf attr_read_cud
    attr_read_included attr_read_service attr_value_handle attr_write_ccc authorization_cb_register cb_register
    discover exchange_mtu find_by_uuid foreach_attr_type get_mtu indicate is_subscribed notify_multiple read
    resubscribe service_is_registered service_unregister subscribe unsubscribe write write_without_response_cb`,
  bt_le_: `adv_update_data ext_adv_delete ext_adv_get_index ext_adv_get_info ext_adv_oob_get_local
    ext_adv_set_data ext_adv_start ext_adv_stop ext_adv_update_param filter_accept_list_add
    filter_accept_list_clear filter_accept_list_remove oob_get_local oob_get_sc_data oob_set_legacy_tk
    oob_set_sc_data per_adv_list_add per_adv_list_clear per_adv_list_remove per_adv_set_data
    per_adv_set_info_transfer per_adv_set_param per_adv_start per_adv_stop per_adv_sync_cb_register
    per_adv_sync_create per_adv_sync_delete per_adv_sync_subscribe per_adv_sync_transfer scan_cb_register
    scan_cb_unregister set_chan_map set_rpa_timeout`,
  bt_l2cap_: 'server_register br_server_register chan_connect chan_disconnect chan_send ecred_chan_connect',
  bt_iso_: `big_create big_sync big_terminate chan_connect chan_disconnect chan_send cig_create cig_terminate
    server_register setup_data_path`,
};

const KNOWN: ReadonlySet<string> = new Set(
  Object.entries(NAMES).flatMap(([beginning, words]) => words.split(/\s+/).map((word) => beginning + word)),
);

/** Whether `name` is a symbol of Zephyr's kernel, drivers or subsystems, and of nobody else that is known. */
export function isZephyrSymbol(name: string): boolean {
  return KNOWN.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
