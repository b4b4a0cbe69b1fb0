// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Room for objects
 *
 * Whoever needs objects in their place locks them with drm_exec and has TTM move them,
 * inside the same loop. Several that do so at a time hold what the others could evict, so
 * that all of them may find no room although there is some. Then one drops everything and
 * tries again with &cnova_device.validate_lock held for write: nobody else holds anything.
 */

#include <linux/rwsem.h>

#include "drm/device.h"
#include "drm/validate.h"

/**
 * cnova_validation_begin() - Lock objects, and give them their place.
 * @validation: For cnova_validation_end().
 * @cnova: Device.
 * @lock: Initialises and locks what it is given; on error it has ended it. Called twice, if
 *        it finds no room the first time.
 * @arg: Passed on to @lock.
 *
 * Context: Process context, no locks of the driver held but &cnova_vm.submit_lock, inside
 * drm_dev_enter().
 * Return: 0; -EINTR: a signal came; or what @lock returned. On error nothing is locked.
 */
int cnova_validation_begin(struct cnova_validation *validation, struct cnova_device *cnova,
			   int (*lock)(struct drm_exec *exec, void *arg), void *arg)
{
	int err;

	validation->cnova = cnova;
	validation->exclusive = false;
	err = down_read_interruptible(&cnova->validate_lock);
	if (err)
		return err;
	err = lock(&validation->exec, arg);
	if (!err)
		return 0;
	up_read(&cnova->validate_lock);

	if (!cnova_is_out_of_memory(err))
		return err;

	validation->exclusive = true;
	err = down_write_killable(&cnova->validate_lock);
	if (err)
		return err;
	err = lock(&validation->exec, arg);
	if (err)
		up_write(&cnova->validate_lock);
	return err;
}

/**
 * cnova_validation_end() - Let others have it.
 * @validation: From cnova_validation_begin(), which succeeded.
 *
 * Context: Process context.
 */
void cnova_validation_end(struct cnova_validation *validation)
{
	drm_exec_fini(&validation->exec);
	if (validation->exclusive)
		up_write(&validation->cnova->validate_lock);
	else
		up_read(&validation->cnova->validate_lock);
}
