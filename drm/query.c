// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Properties
 *
 * What a client may ask for, one number at a time. Everything that it could run into
 * can be asked for here; nothing changes while the device lives but
 * DRM_CNOVA_PARAM_VRAM_FREE.
 */

#include <drm/drm_device.h>
#include <drm/drm_print.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/channel.h"
#include "drm/device.h"
#include "drm/exec_job.h"
#include "drm/query.h"
#include "drm/vm.h"
#include "mm/pt_fmt.h"

static u64 cnova_query_page_sizes(const struct cnova_pt_fmt *fmt)
{
	u64 sizes = 0;

	for (u32 kind = 0; kind < CNOVA_NR_PT_KINDS; kind++)
		if (fmt->level[kind].leaf)
			sizes |= BIT_ULL(fmt->level[kind].shift);

	return sizes;
}

/**
 * cnova_getparam_ioctl() - DRM_IOCTL_CNOVA_GETPARAM.
 * @drm: Device.
 * @data: &struct drm_cnova_getparam.
 * @file: Caller.
 *
 * Context: Process context.
 * Return: 0; -EINVAL: unknown parameter.
 */
int cnova_getparam_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct cnova_device *cnova = to_cnova_device(drm);
	const struct cnova_chip *chip = cnova->mm.chip;
	struct drm_cnova_getparam *args = data;

	switch (args->param) {
	case DRM_CNOVA_PARAM_VRAM_BAR_SIZE:
		args->value = cnova->bar1_size;
		break;
	case DRM_CNOVA_PARAM_CHIPSET:
		args->value = chip->chipset;
		break;
	case DRM_CNOVA_PARAM_VRAM_SIZE:
		args->value = cnova_vram_size(&cnova->mm.vram);
		break;
	case DRM_CNOVA_PARAM_VRAM_FREE:
		args->value = cnova_vram_free_bytes(&cnova->mm.vram);
		break;
	case DRM_CNOVA_PARAM_VA_START:
		args->value = CNOVA_VM_START;
		break;
	case DRM_CNOVA_PARAM_VA_END:
		args->value = BIT_ULL(chip->fmt->va_bits);
		break;
	case DRM_CNOVA_PARAM_PAGE_SIZES:
		args->value = cnova_query_page_sizes(chip->fmt);
		break;
	case DRM_CNOVA_PARAM_MAX_BIND_OPS:
		args->value = CNOVA_MAX_BIND_OPS;
		break;
	case DRM_CNOVA_PARAM_MAX_SYNCS:
		args->value = CNOVA_MAX_SYNCS;
		break;
	case DRM_CNOVA_PARAM_MAX_VMS:
		args->value = CNOVA_MAX_VMS;
		break;
	case DRM_CNOVA_PARAM_MAX_PENDING_BINDS:
		args->value = CNOVA_MAX_PENDING_BINDS;
		break;
	case DRM_CNOVA_PARAM_KINDS:
		args->value = chip->kinds;
		break;
	case DRM_CNOVA_PARAM_MODEL:
		args->value = cnova_io_is_model(&cnova->io);
		break;
	case DRM_CNOVA_PARAM_MAX_PENDING_MAPS:
		args->value = CNOVA_MAX_PENDING_MAPS;
		break;
	case DRM_CNOVA_PARAM_MAX_BIND_FRAMES:
		args->value = CNOVA_MAX_BIND_FRAMES;
		break;
	case DRM_CNOVA_PARAM_MAX_BIND_RANGES:
		args->value = CNOVA_MAX_BIND_RANGES;
		break;
	case DRM_CNOVA_PARAM_LAYOUT_GSP:
		args->value = cnova->mm.fb.gsp_release;
		break;
	case DRM_CNOVA_PARAM_VRAM_REGIONS:
		args->value = cnova->mm.fb.nr_regions;
		break;
	case DRM_CNOVA_PARAM_MAX_BIND_QUEUES:
		args->value = CNOVA_MAX_BIND_QUEUES;
		break;
	case DRM_CNOVA_PARAM_MAX_CHANNELS:
		args->value = CNOVA_MAX_CHANNELS;
		break;
	case DRM_CNOVA_PARAM_MAX_PUSHES:
		args->value = CNOVA_MAX_PUSHES;
		break;
	case DRM_CNOVA_PARAM_MAX_PENDING_EXECS:
		args->value = CNOVA_MAX_PENDING_EXECS;
		break;
	case DRM_CNOVA_PARAM_CHANNEL_CLASS:
		args->value = cnova_host_is_up(&cnova->host) ? chip->channel : 0;
		break;
	case DRM_CNOVA_PARAM_COPY_CLASS:
		args->value = cnova_host_is_up(&cnova->host) ? chip->copy : 0;
		break;
	case DRM_CNOVA_PARAM_EXEC_TIMEOUT_MS:
		args->value = cnova_channel_timeout_ms();
		break;
	default:
		drm_dbg_driver(drm, "param: unknown 0x%llx\n", args->param);
		return -EINVAL;
	}

	return 0;
}
