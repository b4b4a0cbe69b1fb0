/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host tests need of the kernel's header of this name. */
#ifndef _HOST_LINUX_WORKQUEUE_H_
#define _HOST_LINUX_WORKQUEUE_H_

#include <linux/container_of.h>
#include <linux/types.h>

/* Work is done at once, by who asks for it. */
struct work_struct {
	void (*func)(struct work_struct *work);
};

#define INIT_WORK(work, fn)	((work)->func = (fn))
#define schedule_work(work)	((work)->func(work))
#define cancel_work_sync(work)	((void)(work))

/* What is to be done later is not done: GSP's firmware is stepped by its own test. */
struct delayed_work {
	struct work_struct work;
	bool pending;
};

#define INIT_DELAYED_WORK(dwork, fn)		((dwork)->work.func = (fn))
#define to_delayed_work(w)			container_of(w, struct delayed_work, work)
#define system_dfl_wq			NULL
#define queue_delayed_work(wq, dwork, delay)	((dwork)->pending = true)
#define mod_delayed_work(wq, dwork, delay)	((dwork)->pending = true)
#define cancel_delayed_work_sync(dwork)		((dwork)->pending = false)
#define msecs_to_jiffies(ms)			(ms)

#endif
