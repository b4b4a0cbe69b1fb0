// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Driver
 *
 * The module, and what DRM has to know of it. cnova renders and has no outputs.
 * It registers as a mode-setting driver all the same, with nothing to set, because
 * drm_info and others refuse a device that is none; there is never an fbdev client.
 * The parameter headless_kms=0 turns that off, and udev/72-cnova.rules keeps
 * compositors away from it.
 */

#include <linux/module.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>

#include <uapi/drm/cnova_drm.h>

#include "drm/bind_queue.h"
#include "drm/channel.h"
#include "drm/debugfs.h"
#include "drm/driver.h"
#include "drm/exec.h"
#include "drm/file.h"
#include "drm/gem.h"
#include "drm/prime.h"
#include "drm/query.h"
#include "drm/vm.h"

static bool cnova_headless_kms = true;
module_param_named(headless_kms, cnova_headless_kms, bool, 0444);
MODULE_PARM_DESC(headless_kms,
		 "Register as a mode-setting device without outputs, for drm_info (default: yes)");

/**
 * cnova_driver_wants_kms() - Ask for the module parameter headless_kms.
 *
 * Return: its value.
 */
bool cnova_driver_wants_kms(void)
{
	return cnova_headless_kms;
}

static unsigned int cnova_selftest;
module_param_named(selftest, cnova_selftest, uint, 0444);
MODULE_PARM_DESC(selftest,
		 "Test each GPU when it is probed: 0 no (default), 1 report in debugfs and log, 2 refuse a GPU that fails");

/**
 * cnova_driver_wants_selftest() - Ask for the module parameter selftest.
 *
 * Return: its value; what is beyond those that there are is the strictest.
 */
enum cnova_driver_selftest cnova_driver_wants_selftest(void)
{
	return min_t(u32, cnova_selftest, CNOVA_DRIVER_SELFTEST_REQUIRE);
}

static const struct drm_ioctl_desc cnova_ioctls[] = {
	DRM_IOCTL_DEF_DRV(CNOVA_GETPARAM, cnova_getparam_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_GEM_CREATE, cnova_gem_create_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_GEM_INFO, cnova_gem_info_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_GEM_MMAP_OFFSET, cnova_gem_mmap_offset_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_VM_CREATE, cnova_vm_create_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_VM_DESTROY, cnova_vm_destroy_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_VM_GET_STATE, cnova_vm_get_state_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_VM_BIND, cnova_vm_bind_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_BIND_QUEUE_CREATE, cnova_bind_queue_create_ioctl,
			  DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_BIND_QUEUE_DESTROY, cnova_bind_queue_destroy_ioctl,
			  DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_CHANNEL_CREATE, cnova_channel_create_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_CHANNEL_DESTROY, cnova_channel_destroy_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_CHANNEL_GET_STATE, cnova_channel_get_state_ioctl,
			  DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(CNOVA_EXEC, cnova_exec_ioctl, DRM_RENDER_ALLOW),
};

static const struct file_operations cnova_fops = {
	.owner = THIS_MODULE,
	.open = drm_open,
	.release = drm_release,
	.unlocked_ioctl = drm_ioctl,
	.compat_ioctl = drm_compat_ioctl,
	.poll = drm_poll,
	.read = drm_read,
	.llseek = noop_llseek,
	.mmap = drm_gem_mmap,
	.show_fdinfo = drm_show_fdinfo,
	.fop_flags = FOP_UNSIGNED_OFFSET,
};

const struct drm_driver cnova_driver = {
	.driver_features = DRIVER_GEM | DRIVER_RENDER | DRIVER_MODESET | DRIVER_SYNCOBJ |
			   DRIVER_SYNCOBJ_TIMELINE | DRIVER_GEM_GPUVA,
	.open = cnova_file_open,
	.postclose = cnova_file_postclose,
	.show_fdinfo = cnova_file_show_fdinfo,
	.gem_prime_import = cnova_prime_import,
	.ioctls = cnova_ioctls,
	.num_ioctls = ARRAY_SIZE(cnova_ioctls),
	.fops = &cnova_fops,
	.name = "cnova",
	.desc = "NVIDIA GPU memory management",
	.major = 0,
	.minor = 1,
};

static int __init cnova_init(void)
{
	int err;

	err = cnova_vm_module_init();
	if (err)
		return err;

	err = cnova_platform_register();
	if (err)
		goto err_exit_vm;

	err = cnova_pci_register();
	if (err)
		goto err_unregister_platform;

	return 0;

err_unregister_platform:
	cnova_platform_unregister();
err_exit_vm:
	cnova_vm_module_exit();
	return err;
}

static void __exit cnova_exit(void)
{
	cnova_pci_unregister();
	cnova_platform_unregister();
	cnova_vm_module_exit();
}

module_init(cnova_init);
module_exit(cnova_exit);

MODULE_DESCRIPTION("NVIDIA GPU memory management with an immediate-mode VM_BIND");
MODULE_LICENSE("GPL");
