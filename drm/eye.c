// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: The eye
 *
 * A file of debugfs that shows the memory of an address space as the GPU sees it, through
 * its walker and its TLB: the offset in the file is the virtual address. There with a
 * software GPU only.
 *
 * What was evicted is bound again when it is looked at, as for an execution.
 *
 * Locking: &struct cnova_eye.lock, outside of everything. Removing the file waits for
 * whoever is in it, so that it needs no reference on the VM.
 */

#include <linux/capability.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <drm/drm_drv.h>

#include "drm/device.h"
#include "drm/eye.h"
#include "drm/rebind.h"
#include "drm/validate.h"
#include "drm/vm.h"

/* An open eye. */
struct cnova_eye {
	struct cnova_vm *vm;
	/* Threads may share the file: protects @page. */
	struct mutex lock;
	/* Between the GPU's memory, inside drm_dev_enter(), and the user's, outside. */
	u8 page[SZ_4K];
};

static int cnova_eye_open(struct inode *inode, struct file *file)
{
	struct cnova_eye *eye;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;

	eye = kzalloc_obj(*eye);
	if (!eye)
		return -ENOMEM;

	eye->vm = inode->i_private;
	mutex_init(&eye->lock);
	file->private_data = eye;
	return 0;
}

/* The VM may be gone: the file is closed later than it is removed. */
static int cnova_eye_release(struct inode *inode, struct file *file)
{
	struct cnova_eye *eye = file->private_data;

	mutex_destroy(&eye->lock);
	kfree(eye);
	return 0;
}

static int cnova_eye_look(struct cnova_vm *vm, u64 va, void *page, size_t size, bool write)
{
	struct cnova_io *io = &vm->cnova->io;
	u64 pdb = cnova_vmm_pdb(&vm->vmm).raw, fault_va;

	return write ? cnova_io_gpu_write(io, pdb, va, page, size, &fault_va) :
		       cnova_io_gpu_read(io, pdb, va, page, size, &fault_va);
}

/* As an execution does: bound again, and nothing moves until it is over. */
static int cnova_eye_look_bound(struct cnova_vm *vm, u64 va, void *page, size_t size, bool write)
{
	struct cnova_validation validation;
	int err;

	err = cnova_vm_lock_bound(vm, &validation);
	if (err)
		return err;

	err = cnova_eye_look(vm, va, page, size, write);
	cnova_validation_end(&validation);
	return err;
}

/* One page at most, so that all of it faults or nothing. */
static int cnova_eye_access(struct cnova_vm *vm, u64 va, void *page, size_t size, bool write)
{
	int err, idx;

	if (READ_ONCE(vm->closed) || !drm_dev_enter(&vm->cnova->drm, &idx))
		return -ENODEV;

	err = cnova_eye_look(vm, va, page, size, write);
	if (err == -EFAULT && cnova_vm_is_evicted(vm, va))
		err = cnova_eye_look_bound(vm, va, page, size, write);

	drm_dev_exit(idx);
	return err;
}

/* Reads if @to, writes if @from. What was done before an error counts. */
static ssize_t cnova_eye_copy(struct cnova_eye *eye, char __user *to, const char __user *from,
			      size_t count, loff_t *ppos)
{
	size_t done = 0;
	int err;

	err = mutex_lock_interruptible(&eye->lock);
	if (err)
		return err;

	while (done < count && !fatal_signal_pending(current)) {
		u64 va = *ppos + done;
		size_t n = min_t(size_t, count - done, SZ_4K - (va & (SZ_4K - 1)));

		if (from && copy_from_user(eye->page, from + done, n))
			err = -EFAULT;
		if (!err)
			err = cnova_eye_access(eye->vm, va, eye->page, n, from);
		if (!err && to && copy_to_user(to + done, eye->page, n))
			err = -EFAULT;
		if (err)
			break;
		done += n;
	}

	mutex_unlock(&eye->lock);
	*ppos += done;
	return done ?: err;
}

static ssize_t cnova_eye_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	return cnova_eye_copy(file->private_data, buf, NULL, count, ppos);
}

static ssize_t cnova_eye_write(struct file *file, const char __user *buf, size_t count,
			       loff_t *ppos)
{
	return cnova_eye_copy(file->private_data, NULL, buf, count, ppos);
}

const struct file_operations cnova_eye_fops = {
	.owner = THIS_MODULE,
	.open = cnova_eye_open,
	.read = cnova_eye_read,
	.write = cnova_eye_write,
	.release = cnova_eye_release,
	/* The file is as long as an address can say. */
	.llseek = no_seek_end_llseek,
};
