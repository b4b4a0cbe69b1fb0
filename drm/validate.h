/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locking and validating, and once more alone if there is no room.
 */
#ifndef _CNOVA_DRM_VALIDATE_H_
#define _CNOVA_DRM_VALIDATE_H_

#include <linux/errno.h>
#include <linux/types.h>

#include <drm/drm_exec.h>

struct cnova_device;

/** struct cnova_validation - Everything locked and in its place. */
struct cnova_validation {
	/** @exec: The reservations. */
	struct drm_exec exec;
	/** @cnova: Whose &cnova_device.validate_lock is held. */
	struct cnova_device *cnova;
	/** @exclusive: It is held for write. */
	bool exclusive;
};

/* Could it work if others held less? */
static inline bool cnova_is_out_of_memory(int err)
{
	return err == -ENOMEM || err == -ENOSPC;
}

int cnova_validation_begin(struct cnova_validation *validation, struct cnova_device *cnova,
			   int (*lock)(struct drm_exec *exec, void *arg), void *arg);
void cnova_validation_end(struct cnova_validation *validation);
int cnova_validate(struct cnova_device *cnova, int (*get)(void *arg), void *arg);

#endif /* _CNOVA_DRM_VALIDATE_H_ */
