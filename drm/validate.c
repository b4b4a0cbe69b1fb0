// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: Room for objects
 *
 * Whoever needs objects in their place locks them with drm_exec and has TTM move them,
 * inside the same loop; whoever makes one, or page tables, has TTM find a place for it.
 * Several that do so at a time hold what the others could evict, and take what the others
 * have made free, so that all of them may find no room although there is some. Then one
 * drops everything and tries again with &cnova_device.validate_lock held for write: nobody
 * else holds anything.
 */

#include <linux/rwsem.h>

#include "drm/device.h"
#include "drm/validate.h"

static int cnova_validate_lock(struct cnova_device *cnova, bool exclusive)
{
	int err;

	if (exclusive)
		err = down_write_killable(&cnova->validate_lock);
	else
		err = down_read_interruptible(&cnova->validate_lock);
	return err ? -ERESTARTSYS : 0;
}

static void cnova_validate_unlock(struct cnova_device *cnova, bool exclusive)
{
	if (exclusive)
		up_write(&cnova->validate_lock);
	else
		up_read(&cnova->validate_lock);
}

static int cnova_validation_try(struct cnova_validation *validation,
				int (*lock)(struct drm_exec *exec, void *arg), void *arg)
{
	int err;

	err = cnova_validate_lock(validation->cnova, validation->exclusive);
	if (err)
		return err;

	err = lock(&validation->exec, arg);
	if (err)
		cnova_validate_unlock(validation->cnova, validation->exclusive);
	return err;
}

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
 * Return: 0; -ERESTARTSYS: a signal came; or what @lock returned. On error nothing is locked.
 */
int cnova_validation_begin(struct cnova_validation *validation, struct cnova_device *cnova,
			   int (*lock)(struct drm_exec *exec, void *arg), void *arg)
{
	int err;

	validation->cnova = cnova;
	validation->exclusive = false;
	err = cnova_validation_try(validation, lock, arg);
	if (!cnova_is_out_of_memory(err))
		return err;

	validation->exclusive = true;
	return cnova_validation_try(validation, lock, arg);
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
	cnova_validate_unlock(validation->cnova, validation->exclusive);
}

/**
 * cnova_validate() - Get memory that others may have to give up.
 * @cnova: Device.
 * @get: Gets it, and holds no lock when it returns; on error it has nothing. Called twice, if
 *       it finds no room the first time.
 * @arg: Passed on to @get.
 *
 * For one object, or for page tables, where nothing else is locked.
 *
 * Context: Process context, no locks of the driver held but &cnova_vm.submit_lock.
 * Return: 0; -ERESTARTSYS: a signal came; or what @get returned.
 */
int cnova_validate(struct cnova_device *cnova, int (*get)(void *arg), void *arg)
{
	bool exclusive = false;
	int err;

	for (;;) {
		err = cnova_validate_lock(cnova, exclusive);
		if (err)
			return err;
		err = get(arg);
		cnova_validate_unlock(cnova, exclusive);
		if (exclusive || !cnova_is_out_of_memory(err))
			return err;
		exclusive = true;
	}
}
