// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the KUnit module calls. The only file with exports, and part of cnova only
 * where the kernel has KUnit.
 */

#include <kunit/visibility.h>

#include "drm/bind_job.h"
#include "drm/bind_queue.h"
#include "drm/coredump.h"
#include "drm/device.h"
#include "drm/evict.h"
#include "drm/gem.h"
#include "drm/order.h"
#include "drm/prime.h"
#include "drm/quarantine.h"
#include "drm/rebind.h"
#include "drm/resize.h"
#include "drm/shrinker.h"
#include "drm/sync.h"
#include "drm/tt.h"
#include "drm/validate.h"
#include "drm/vm.h"
#include "hw/flush.h"
#include "mm/bar1.h"
#include "mm/channel.h"
#include "mm/host.h"
#include "mm/mm.h"
#include "mm/push.h"
#include "mm/selftest.h"
#include "mm/vmm_reserve.h"

/* tests/vm_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_bind_job_create);
EXPORT_SYMBOL_IF_KUNIT(cnova_bind_job_destroy);
EXPORT_SYMBOL_IF_KUNIT(cnova_bind_job_submit);
EXPORT_SYMBOL_IF_KUNIT(cnova_bind_queue_create);
EXPORT_SYMBOL_IF_KUNIT(cnova_bind_queue_get);
EXPORT_SYMBOL_IF_KUNIT(cnova_bind_queue_put);
EXPORT_SYMBOL_IF_KUNIT(cnova_bo_create);
EXPORT_SYMBOL_IF_KUNIT(cnova_fence_wait_killable);
EXPORT_SYMBOL_IF_KUNIT(cnova_pending_add);
EXPORT_SYMBOL_IF_KUNIT(cnova_pending_collect);
EXPORT_SYMBOL_IF_KUNIT(cnova_pending_describe);
EXPORT_SYMBOL_IF_KUNIT(cnova_pending_remove);
EXPORT_SYMBOL_IF_KUNIT(cnova_vm_close);
EXPORT_SYMBOL_IF_KUNIT(cnova_vm_create);
EXPORT_SYMBOL_IF_KUNIT(cnova_vram_free_bytes);

/* tests/coredump_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_coredump_begin);
EXPORT_SYMBOL_IF_KUNIT(cnova_coredump_end);

/* tests/vm_fixture.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_exec_slot_add);
EXPORT_SYMBOL_IF_KUNIT(cnova_exec_slot_remove);
EXPORT_SYMBOL_IF_KUNIT(cnova_exec_slot_set);

/* tests/order_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_exec_resize_fence);
EXPORT_SYMBOL_IF_KUNIT(cnova_order_last_overlap_locked);
EXPORT_SYMBOL_IF_KUNIT(cnova_resize_may_wait);

/* tests/prime_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_device_is_wedged);
EXPORT_SYMBOL_IF_KUNIT(cnova_prime_import);
EXPORT_SYMBOL_IF_KUNIT(cnova_quarantine_release);
EXPORT_SYMBOL_IF_KUNIT(cnova_validation_end);
EXPORT_SYMBOL_IF_KUNIT(cnova_vm_lock_bound);

/* tests/rebind_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_bo_zap);
EXPORT_SYMBOL_IF_KUNIT(cnova_rebind_prepared);

/* tests/tt_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_flush);
EXPORT_SYMBOL_IF_KUNIT(cnova_shrinker_run);
EXPORT_SYMBOL_IF_KUNIT(cnova_tt_runs);
EXPORT_SYMBOL_IF_KUNIT(cnova_tts_release_locked);
EXPORT_SYMBOL_IF_KUNIT(cnova_tts_release_lost);

/* tests/validate_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_validate);
EXPORT_SYMBOL_IF_KUNIT(cnova_validation_begin);

/* tests/bar1_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_bar1_fini);
EXPORT_SYMBOL_IF_KUNIT(cnova_bar1_init);
EXPORT_SYMBOL_IF_KUNIT(cnova_bar1_map_pieces);
EXPORT_SYMBOL_IF_KUNIT(cnova_bar1_map);
EXPORT_SYMBOL_IF_KUNIT(cnova_bar1_stop);
EXPORT_SYMBOL_IF_KUNIT(cnova_bar1_unmap);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_arena_add);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_arena_remove);

/* tests/channel_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_channel_blame);
EXPORT_SYMBOL_IF_KUNIT(cnova_channel_fini);
EXPORT_SYMBOL_IF_KUNIT(cnova_channel_get);
EXPORT_SYMBOL_IF_KUNIT(cnova_channel_init);
EXPORT_SYMBOL_IF_KUNIT(cnova_channel_is_stuck);
EXPORT_SYMBOL_IF_KUNIT(cnova_channel_kill);
EXPORT_SYMBOL_IF_KUNIT(cnova_channel_look);
EXPORT_SYMBOL_IF_KUNIT(cnova_channel_push);
EXPORT_SYMBOL_IF_KUNIT(cnova_channel_recoveries);
EXPORT_SYMBOL_IF_KUNIT(cnova_channel_restart);
EXPORT_SYMBOL_IF_KUNIT(cnova_channel_space);
EXPORT_SYMBOL_IF_KUNIT(cnova_channel_va_end);
EXPORT_SYMBOL_IF_KUNIT(cnova_host_fini);
EXPORT_SYMBOL_IF_KUNIT(cnova_host_free_irq);
EXPORT_SYMBOL_IF_KUNIT(cnova_host_hard_irq);
EXPORT_SYMBOL_IF_KUNIT(cnova_host_init);
EXPORT_SYMBOL_IF_KUNIT(cnova_host_irq_thread);
EXPORT_SYMBOL_IF_KUNIT(cnova_host_request_irq);
EXPORT_SYMBOL_IF_KUNIT(cnova_host_reset_engine);
EXPORT_SYMBOL_IF_KUNIT(cnova_host_stop);

/* tests/push_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_push_begin);
EXPORT_SYMBOL_IF_KUNIT(cnova_push_clear);
EXPORT_SYMBOL_IF_KUNIT(cnova_push_copy);
EXPORT_SYMBOL_IF_KUNIT(cnova_push_fence);
EXPORT_SYMBOL_IF_KUNIT(cnova_push_object);
EXPORT_SYMBOL_IF_KUNIT(cnova_push_reaches);
EXPORT_SYMBOL_IF_KUNIT(cnova_push_segment);

/* tests/flush_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_io_gpu_stale);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_gpu_write);
EXPORT_SYMBOL_IF_KUNIT(cnova_tlb_invalidate);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_cleanup);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_clear_locked);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_execute_locked);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_fini);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_init);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_pdb);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_prepare);
EXPORT_SYMBOL_IF_KUNIT(cnova_vram_alloc);
EXPORT_SYMBOL_IF_KUNIT(cnova_vram_free);

/* tests/access_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_io_bar1_fill);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_bar1_page);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_bar1_read);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_bar1_write);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_dma_grant);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_dma_revoke);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_gone);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_gpu_read);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_gpu_walk);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_init_pci);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_lost);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_populate);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_release);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_reset);
/* tests/chip_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_chip_find);
EXPORT_SYMBOL_IF_KUNIT(cnova_chip_identify);
EXPORT_SYMBOL_IF_KUNIT(cnova_fb_read);

/* tests/fake_io.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_chip_at);
EXPORT_SYMBOL_IF_KUNIT(cnova_io_init_platform);

/* tests/pramin_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_begin);
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_end);
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_fill);
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_fini);
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_init);
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_is_stuck);
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_load);
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_order);
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_read);
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_reset);
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_restore);
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_store);
EXPORT_SYMBOL_IF_KUNIT(cnova_pramin_write);

/* tests/pt_fixture.c, tests/pt_kunit.c, tests/prepare_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_mm_fini);
EXPORT_SYMBOL_IF_KUNIT(cnova_mm_identify);
EXPORT_SYMBOL_IF_KUNIT(cnova_mm_init);
EXPORT_SYMBOL_IF_KUNIT(cnova_mm_stop);
EXPORT_SYMBOL_IF_KUNIT(cnova_pt_validate);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_caches_get);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_caches_put);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_flush_locked);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_zap_locked);

/* tests/reserve_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_nodes_destroy);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_reserve_cleanup);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_reserve_fill);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_reserve_fini);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_reserve_is_full);
EXPORT_SYMBOL_IF_KUNIT(cnova_vmm_reserve_prepare);

/* tests/size_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_pt_may_resize);

/* tests/tlb_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_tlb_fini);
EXPORT_SYMBOL_IF_KUNIT(cnova_tlb_init);

/* tests/selftest_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_selftest_fini);
EXPORT_SYMBOL_IF_KUNIT(cnova_selftest_init);
EXPORT_SYMBOL_IF_KUNIT(cnova_selftest_name);
EXPORT_SYMBOL_IF_KUNIT(cnova_selftest_run);
EXPORT_SYMBOL_IF_KUNIT(cnova_selftest_run_bar1);

/* tests/vram_kunit.c */
EXPORT_SYMBOL_IF_KUNIT(cnova_vram_fini);
EXPORT_SYMBOL_IF_KUNIT(cnova_vram_init);
