// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { isZephyrSymbol } from '../../../src/lint/zephyr-symbols.ts';

it.each([
  'k_malloc',
  'k_sem_give',
  'k_mutex_lock',
  'k_thread_create',
  'k_work_submit',
  'k_poll',
  'k_poll_signal_raise',
  'k_heap_alloc',
  'z_impl_k_sleep',
  'z_timer_expiration_handler',
  'z_log_msg_runtime_vcreate',
  '_k_neg_eagain',
  'device_get_binding',
  '__device_dts_ord_12',
  'printk',
  'vsnprintk',
  'arch_irq_enable',
  'sys_clock_tick_get',
  'sys_rand32_get',
  'net_buf_unref',
  'bt_conn_ref',
  'bt_enable',
  'bt_conn_disconnect',
  'bt_gatt_discover',
  'bt_le_ext_adv_start',
  'zsock_socket',
  'nvs_mount',
  'flash_area_open',
  'settings_save_one',
  'net_if_foreach',
  'net_pkt_read',
  'zbus_chan_pub',
])('%s is a symbol of Zephyr', (name) => {
  expect(isZephyrSymbol(name)).toBe(true);
});

// Of vendors, other systems, and libraries that blobs may well use.
it.each([
  '',
  'k_',
  'k_means_init',
  'malloc',
  'printf',
  'z_inflate',
  'arch_memcpy4',
  'bt_agc_gain_set',
  'bt_txpwr_freq',
  'coex_schm_lock',
  'sys_mutex_lock',
  'sys_timeout',
  'sys_now',
  'net_if_up',
  'nvs_open',
  'nvs_read',
  'settings_load',
  'bt_mesh_model_send',
  'bt_conn_my_own',
  'gpio_pin_set',
  'device_init',
  'log_write',
  'xQueueSemaphoreTake',
  'constructor',
  'undefined',
])('%s is none', (name) => {
  expect(isZephyrSymbol(name)).toBe(false);
});
