// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What the shims need for those files of mm/ and hw/ that lock, wait and keep caches.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dev_printk.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/xarray.h>

unsigned long host_nr_locks;

/* Whether the calling thread holds @lock. */
bool host_mutex_is_mine(struct mutex *lock)
{
	return __atomic_load_n(&lock->held, __ATOMIC_SEQ_CST) &&
	       pthread_equal(lock->owner, pthread_self());
}

void mutex_lock(struct mutex *lock)
{
	unsigned int turn;

	if (host_mutex_is_mine(lock)) {
		printf("# mutex taken twice\n");
		abort();
	}

	pthread_mutex_lock(&lock->inner);
	turn = lock->next++;
	while (lock->serving != turn)
		pthread_cond_wait(&lock->turn, &lock->inner);
	host_nr_locks++;
	lock->owner = pthread_self();
	__atomic_store_n(&lock->held, true, __ATOMIC_SEQ_CST);
	pthread_mutex_unlock(&lock->inner);
}

void mutex_unlock(struct mutex *lock)
{
	WARN_ON(!host_mutex_is_mine(lock));

	pthread_mutex_lock(&lock->inner);
	__atomic_store_n(&lock->held, false, __ATOMIC_SEQ_CST);
	lock->serving++;
	pthread_cond_broadcast(&lock->turn);
	pthread_mutex_unlock(&lock->inner);
}

void mutex_destroy(struct mutex *lock)
{
	WARN_ON(lock->held);
}

bool mutex_is_locked(struct mutex *lock)
{
	return __atomic_load_n(&lock->held, __ATOMIC_SEQ_CST);
}

void complete(struct completion *c)
{
	pthread_mutex_lock(&c->lock);
	c->done++;
	pthread_cond_signal(&c->cond);
	pthread_mutex_unlock(&c->lock);
}

void wait_for_completion(struct completion *c)
{
	pthread_mutex_lock(&c->lock);
	while (!c->done)
		pthread_cond_wait(&c->cond, &c->lock);
	c->done--;
	pthread_mutex_unlock(&c->lock);
}

struct host_thread {
	int (*fn)(void *data);
	void *data;
};

static void *host_thread(void *arg)
{
	struct host_thread thread = *(struct host_thread *)arg;

	free(arg);
	thread.fn(thread.data);
	return NULL;
}

struct task_struct *host_kthread_run(int (*fn)(void *data), void *data)
{
	struct host_thread *thread = malloc(sizeof(*thread));
	pthread_t id;

	*thread = (struct host_thread){ fn, data };
	if (pthread_create(&id, NULL, host_thread, thread)) {
		free(thread);
		return ERR_PTR(-ENOMEM);
	}
	pthread_detach(id);
	return (struct task_struct *)thread;
}

/* The clock, in nanoseconds; a look at it takes one. */
static s64 host_now;

ktime_t ktime_get(void)
{
	return __atomic_add_fetch(&host_now, 1, __ATOMIC_SEQ_CST);
}

void (*host_while_waiting)(void);

void host_wait_us(u64 us)
{
	__atomic_add_fetch(&host_now, us * 1000, __ATOMIC_SEQ_CST);
	if (host_while_waiting)
		host_while_waiting();
}

void host_dev_printk(const struct device *dev, const char *fmt, ...)
{
	va_list args;

	if (!getenv("VERBOSE"))
		return;

	printf("# ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
}

char host_last_error[256];

void host_dev_err(const struct device *dev, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(host_last_error, sizeof(host_last_error), fmt, args);
	va_end(args);
	host_dev_printk(dev, "%s", host_last_error);
}

unsigned long host_kmem_bytes;

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned long flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);

	if (cache) {
		cache->name = name;
		cache->size = size;
	}
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (cache)
		WARN_ON(cache->nr_out);
	kfree(cache);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *object = kmalloc(cache->size, gfp);

	if (object) {
		cache->nr_out++;
		host_kmem_bytes += cache->size;
	}
	return object;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	cache->nr_out--;
	host_kmem_bytes -= cache->size;
	kfree(object);
}

struct host_xa_entry {
	struct host_xa_entry *next;
	unsigned long index;
	void *entry;
};

/* Where the entry of @index is linked, or would be. */
static struct host_xa_entry **host_xa_at(struct xarray *xa, unsigned long index)
{
	struct host_xa_entry **at = &xa->first;

	while (*at && (*at)->index < index)
		at = &(*at)->next;
	return at;
}

int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	struct host_xa_entry **at = host_xa_at(xa, index), *fresh;

	if (*at && (*at)->index == index)
		return -EBUSY;

	fresh = kmalloc_obj(*fresh);
	if (!fresh)
		return -ENOMEM;

	*fresh = (struct host_xa_entry){ *at, index, entry };
	*at = fresh;
	return 0;
}

/* Return: what was there, or an error as a pointer. */
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	struct host_xa_entry *at = *host_xa_at(xa, index);
	void *old = NULL;
	int err;

	if (at && at->index == index) {
		old = at->entry;
		at->entry = entry;
		return old;
	}
	err = xa_insert(xa, index, entry, gfp);
	return err ? ERR_PTR(err) : NULL;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	struct host_xa_entry *at = *host_xa_at(xa, index);

	return at && at->index == index ? at->entry : NULL;
}

void *xa_erase(struct xarray *xa, unsigned long index)
{
	struct host_xa_entry **at = host_xa_at(xa, index), *gone = *at;
	void *entry;

	if (!gone || gone->index != index)
		return NULL;

	*at = gone->next;
	entry = gone->entry;
	kfree(gone);
	return entry;
}

/* The first entry from *@index on, which is set to where it is; or after it. */
void *host_xa_after(struct xarray *xa, unsigned long *index, bool from)
{
	struct host_xa_entry *at = *host_xa_at(xa, from ? *index : *index + 1);

	if (!at)
		return NULL;
	*index = at->index;
	return at->entry;
}

void xa_destroy(struct xarray *xa)
{
	while (xa->first)
		xa_erase(xa, xa->first->index);
}

unsigned long __get_free_page(gfp_t gfp)
{
	void *page = aligned_alloc(4096, 4096);

	if (page)
		host_nr_held++;
	return (unsigned long)page;
}

void free_page(unsigned long address)
{
	if (address)
		host_nr_held--;
	free((void *)address);
}
