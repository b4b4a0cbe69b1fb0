// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: When the GPU fails
 *
 * From less to more:
 *
 * ====================  ==========================  =======================================
 * what does not answer  what is done                who notices
 * ====================  ==========================  =======================================
 * an execution          its channel is killed       the channel
 * a preemption          its engine is reset         the channel
 * that reset            the host is reset           all channels: ECANCELED, and user space
 *                       (mm/host_reset.c)           by an event, WEDGED=none
 * an invalidate         the VM is dead              the VM
 * the host, or the TLB  the device is wedged        everybody: all ends, nothing new is
 *                                                   taken; user space by an event
 * ====================  ==========================  =======================================
 *
 * The event (drm_dev_wedged_event()) says how a device that is wedged comes back: a software
 * GPU when the driver is bound again, as the model is reset then; a real one by a reset of
 * the bus.
 *
 * Locking: none. What is told in the fence signalling path is left to workers, and what
 * waits is ended before anything here asks for memory.
 */

#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include "drm/channel.h"
#include "drm/device.h"
#include "drm/recovery.h"
#include "drm/sync.h"
#include "drm/vm.h"

/* Nobody listens before the device is registered, and after it is gone. */
static void cnova_recovery_send(struct cnova_device *cnova, unsigned long method)
{
	int idx;

	if (!cnova->drm.registered || !drm_dev_enter(&cnova->drm, &idx))
		return;

	drm_dev_wedged_event(&cnova->drm, method, NULL);
	drm_dev_exit(idx);
}

/*
 * Nothing that waits can ever be done. No memory is asked for until all of it has ended:
 * those who wait may hold what there is.
 */
static void cnova_recovery_wedged_work(struct work_struct *work)
{
	struct cnova_device *cnova = container_of(work, struct cnova_device, wedged_work);
	struct cnova_vm *vm;

	/* One that is not on the list yet accepts nothing any more. */
	mutex_lock(&cnova->vms_lock);
	list_for_each_entry(vm, &cnova->vms, device_entry) {
		cnova_in_fences_cancel_all(&vm->in_fences);
		cnova_vm_kill_channels(vm);
	}
	mutex_unlock(&cnova->vms_lock);

	/* What was killed there ends here, and with it its fences. */
	flush_workqueue(cnova->exec_wq);
	cnova_recovery_send(cnova, cnova_io_is_model(&cnova->io) ? DRM_WEDGE_RECOVERY_REBIND :
								   DRM_WEDGE_RECOVERY_BUS_RESET);
}

static void cnova_recovery_reset_work(struct work_struct *work)
{
	struct cnova_device *cnova = container_of(work, struct cnova_device, reset_work);

	cnova_recovery_send(cnova, DRM_WEDGE_RECOVERY_NONE);
}

/* Fence signalling path. */
static void cnova_recovery_on_wedged(struct cnova_tlb *tlb)
{
	struct cnova_device *cnova = container_of(tlb, struct cnova_device, mm.tlb);

	queue_work(cnova->cleanup_wq, &cnova->wedged_work);
}

/* Fence signalling path. */
static void cnova_recovery_on_reset(struct cnova_host *host)
{
	struct cnova_device *cnova = container_of(host, struct cnova_device, host);

	queue_work(cnova->cleanup_wq, &cnova->reset_work);
}

/**
 * cnova_recovery_init() - Be ready for it.
 * @cnova: Device that does not know its GPU yet.
 *
 * Context: Probe.
 */
void cnova_recovery_init(struct cnova_device *cnova)
{
	INIT_WORK(&cnova->wedged_work, cnova_recovery_wedged_work);
	INIT_WORK(&cnova->reset_work, cnova_recovery_reset_work);
}

/**
 * cnova_recovery_watch_mm() - Be told when the device is wedged.
 * @cnova: Device whose &cnova_device.mm is initialised.
 *
 * Context: Probe.
 */
void cnova_recovery_watch_mm(struct cnova_device *cnova)
{
	cnova->mm.tlb.on_wedged = cnova_recovery_on_wedged;
}

/**
 * cnova_recovery_watch_host() - Be told when all channels were reset.
 * @cnova: Device whose &cnova_device.host is initialised.
 *
 * Context: Probe.
 */
void cnova_recovery_watch_host(struct cnova_device *cnova)
{
	cnova->host.on_reset = cnova_recovery_on_reset;
}
