// SPDX-License-Identifier: Apache-2.0

/**
 * What begins like this is made by Zephyr's headers and by nothing else: system calls and their checks, devices of the
 * device tree, the logging and spin lock code behind macros, the kernel's own parts for each architecture.
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
] as const;

/**
 * Exported names, by what they have in common: the words are what comes after it. Broader prefixes would find what is
 * not Zephyr's: vendors have `bt_agc_gain_set` and `arch_memcpy4`, lwIP has `sys_mutex_lock`, zlib `z_inflate`.
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
    flash_get_page_info_by_offs flash_get_page_info_by_idx flash_page_foreach`,
  pm_: `device_action_run device_busy_set device_busy_clear device_driver_init device_runtime_get
    device_runtime_put device_runtime_put_async device_runtime_enable device_runtime_disable device_state_get
    device_state_lock policy_state_lock_get policy_state_lock_put policy_latency_request_add
    policy_latency_request_remove state_force`,
  net_: `buf_alloc_fixed buf_alloc_len buf_alloc_with_data buf_append_bytes buf_clone buf_frag_add buf_frag_del
    buf_frag_insert buf_frag_last buf_get buf_id buf_linearize buf_put buf_ref buf_reserve buf_slist_get
    buf_slist_put buf_unref buf_user_data_copy buf_pool_get
    if_get_by_index if_get_default if_get_first_by_type if_ipv4_addr_add if_ipv6_addr_add
    pkt_alloc pkt_alloc_buffer pkt_alloc_with_buffer pkt_clone pkt_cursor_init pkt_ref pkt_rx_alloc_with_buffer
    pkt_skip pkt_unref pkt_write mgmt_add_event_callback mgmt_event_notify_with_info`,
  bt_: `buf_get_evt buf_get_rx buf_get_tx conn_cb_register conn_lookup_addr_le conn_ref conn_unref gatt_attr_read
    gatt_notify_cb gatt_service_register hci_cmd_alloc hci_cmd_create hci_cmd_send hci_cmd_send_sync
    hci_driver_register hci_evt_create le_adv_start le_adv_stop le_ext_adv_create le_scan_start le_scan_stop
    recv_prio`,
};

const KNOWN: ReadonlySet<string> = new Set(
  Object.entries(NAMES).flatMap(([beginning, words]) => words.split(/\s+/).map((word) => beginning + word)),
);

/** Whether `name` is a symbol of Zephyr's kernel, drivers or subsystems, and of nobody else that is known. */
export function isZephyrSymbol(name: string): boolean {
  return KNOWN.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
