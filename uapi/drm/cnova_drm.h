/* SPDX-License-Identifier: MIT */
#ifndef _CNOVA_DRM_H_
#define _CNOVA_DRM_H_

#include "drm.h"

#if defined(__cplusplus)
extern "C" {
#endif

/**
 * DOC: cnova user interface
 *
 * A client opens the render node, creates objects (GEM_CREATE), creates one or
 * more GPU address spaces (VM_CREATE) and maps ranges of the objects at the GPU
 * virtual addresses it chooses (VM_BIND). The kernel never chooses an address.
 *
 * Conventions that hold for every ioctl:
 *
 * - Addresses, offsets and sizes are bytes and multiples of 4096 unless said
 *   otherwise. Ranges are ``[start, start + range)``.
 * - A flag this header does not define, and a pad or reserved field that is not
 *   zero, is refused with EINVAL. This is what lets them get a meaning later.
 * - A limit that a client may run into can be asked for with GETPARAM.
 * - An ioctl that fails has changed nothing, output fields that describe the
 *   failure excepted.
 * - ENODEV: the device is gone or wedged. ENOENT: the id or handle is not this
 *   file's, or the address space is dead (see VM_GET_STATE). EINTR: a signal
 *   came before the request was accepted; calling again is safe.
 *
 * Memory that a mapping reaches is kept alive by the mapping: a handle may be
 * closed while the object is still mapped. Memory is zero when an object is made.
 *
 * The numbers 0x00 to 0x02, and their layouts, are those of the nova driver.
 */

/* ---------------------------------------------------------------- GETPARAM */

/** DRM_CNOVA_PARAM_VRAM_BAR_SIZE - Bytes of VRAM that a CPU can map. */
#define DRM_CNOVA_PARAM_VRAM_BAR_SIZE	0x1

/**
 * DRM_CNOVA_PARAM_CHIPSET - Chip: architecture in bits 8:4 and up,
 * implementation in bits 3:0, for example 0x162 (TU102) or 0x172 (GA102).
 */
#define DRM_CNOVA_PARAM_CHIPSET		0x100

/** DRM_CNOVA_PARAM_VRAM_SIZE - Bytes of VRAM that objects and page tables share. */
#define DRM_CNOVA_PARAM_VRAM_SIZE	0x101

/** DRM_CNOVA_PARAM_VRAM_FREE - Bytes of it not in use now; a hint, old when read. */
#define DRM_CNOVA_PARAM_VRAM_FREE	0x102

/** DRM_CNOVA_PARAM_VA_START - First GPU virtual address that VM_BIND accepts. */
#define DRM_CNOVA_PARAM_VA_START	0x103

/** DRM_CNOVA_PARAM_VA_END - First address after the last that VM_BIND accepts. */
#define DRM_CNOVA_PARAM_VA_END		0x104

/**
 * DRM_CNOVA_PARAM_PAGE_SIZES - GPU page sizes the driver uses, as the OR of the
 * sizes in bytes. The lowest is the granularity of VM_BIND. A larger page is
 * used where address, object offset and memory are all aligned to it.
 */
#define DRM_CNOVA_PARAM_PAGE_SIZES	0x105

/** DRM_CNOVA_PARAM_MAX_BIND_OPS - Most operations in one VM_BIND. */
#define DRM_CNOVA_PARAM_MAX_BIND_OPS	0x106

/** DRM_CNOVA_PARAM_MAX_SYNCS - Most sync entries in one call. */
#define DRM_CNOVA_PARAM_MAX_SYNCS	0x107

/** DRM_CNOVA_PARAM_MAX_VMS - Most address spaces per file. */
#define DRM_CNOVA_PARAM_MAX_VMS		0x108

/** DRM_CNOVA_PARAM_MAX_PENDING_BINDS - Most jobs waiting or running in one VM. */
#define DRM_CNOVA_PARAM_MAX_PENDING_BINDS	0x109

/** DRM_CNOVA_PARAM_KINDS - Memory kinds a mapping may name, bit n for kind n. */
#define DRM_CNOVA_PARAM_KINDS		0x10a

/**
 * DRM_CNOVA_PARAM_MODEL - 1 if the GPU is the software model, 0 if it is not.
 */
#define DRM_CNOVA_PARAM_MODEL		0x10b

/**
 * DRM_CNOVA_PARAM_MAX_PENDING_MAPS - Most MAP and MAP_SPARSE operations of one VM in
 * jobs waiting or running. One more: EBUSY; nothing of its VM_BIND is accepted.
 */
#define DRM_CNOVA_PARAM_MAX_PENDING_MAPS	0x10c

/**
 * DRM_CNOVA_PARAM_MAX_BIND_FRAMES - Most pieces of 2 MiB that the MAP operations of one
 * VM_BIND cover, begun ones included, counted again for every operation. More: ENOBUFS,
 * unless the first operation alone is that large.
 */
#define DRM_CNOVA_PARAM_MAX_BIND_FRAMES	0x10d

/**
 * DRM_CNOVA_PARAM_MAX_BIND_RANGES - Most ranges of addresses that the UNMAP_ALL
 * operations of one VM_BIND find, counted again for every operation. Each finds the
 * mappings of its object that there are when it is submitted, and those that are
 * pending. More: ENOBUFS, unless the first operation alone finds that many.
 */
#define DRM_CNOVA_PARAM_MAX_BIND_RANGES	0x10e

/**
 * DRM_CNOVA_PARAM_LAYOUT_GSP - Release of the GSP firmware that told how VRAM is laid
 * out, its first number, for example 570; 0: the registers did.
 */
#define DRM_CNOVA_PARAM_LAYOUT_GSP	0x10f

/** DRM_CNOVA_PARAM_VRAM_REGIONS - Pieces that the VRAM in use is in. */
#define DRM_CNOVA_PARAM_VRAM_REGIONS	0x110

/**
 * DRM_CNOVA_PARAM_MAX_BIND_QUEUES - Most bind queues of one VM, its own not counted. One
 * that was destroyed counts until its binds have run.
 */
#define DRM_CNOVA_PARAM_MAX_BIND_QUEUES	0x111

/** DRM_CNOVA_PARAM_MAX_CHANNELS - Most channels per file. */
#define DRM_CNOVA_PARAM_MAX_CHANNELS	0x112

/** DRM_CNOVA_PARAM_MAX_PUSHES - Most pushes in one EXEC. */
#define DRM_CNOVA_PARAM_MAX_PUSHES	0x113

/**
 * DRM_CNOVA_PARAM_MAX_PENDING_EXECS - Most EXECs of one channel waiting or running. One
 * more: EBUSY.
 */
#define DRM_CNOVA_PARAM_MAX_PENDING_EXECS	0x114

/** DRM_CNOVA_PARAM_CHANNEL_CLASS - Class of channels, as in 0xc46f; 0: there are none. */
#define DRM_CNOVA_PARAM_CHANNEL_CLASS	0x115

/** DRM_CNOVA_PARAM_COPY_CLASS - Class of copy engines, as in 0xc5b5; 0: there are none. */
#define DRM_CNOVA_PARAM_COPY_CLASS	0x116

/**
 * DRM_CNOVA_PARAM_EXEC_TIMEOUT_MS - How long one EXEC may run, in milliseconds. Its
 * channel is killed then. Who is kept from the engine by another channel gets that time
 * anew, a few times.
 */
#define DRM_CNOVA_PARAM_EXEC_TIMEOUT_MS	0x117

/**
 * struct drm_cnova_getparam - Ask for a property of the device.
 *
 * Errors: EINVAL for an unknown @param.
 */
struct drm_cnova_getparam {
	/** @param: in: one of DRM_CNOVA_PARAM_*. */
	__u64 param;

	/** @value: out: its value. */
	__u64 value;
};

/* -------------------------------------------------------------- GEM objects */

/**
 * DRM_CNOVA_GEM_VRAM - The object lives in VRAM. Without it, in system memory
 * that the GPU reaches over the bus.
 */
#define DRM_CNOVA_GEM_VRAM		(1 << 0)

/**
 * DRM_CNOVA_GEM_VM_PRIVATE - The object will be mapped in one address space
 * only, whose id is passed in &drm_cnova_gem_create.handle. Binding is cheaper:
 * all private objects of a VM share one lock. It cannot be exported.
 *
 * Other objects can, with DRM_IOCTL_PRIME_HANDLE_TO_FD, and dma-bufs of others become
 * objects with DRM_IOCTL_PRIME_FD_TO_HANDLE. An import of a dma-buf whose file is not open
 * for writing, as that of an export without DRM_RDWR, is read only. A bind of an import
 * fails with EOPNOTSUPP or EBUSY if a software GPU cannot reach its pages.
 */
#define DRM_CNOVA_GEM_VM_PRIVATE	(1 << 1)

/**
 * struct drm_cnova_gem_create - Make an object.
 *
 * Errors: EINVAL: size 0, more than the memory there is, or unknown flags;
 * ENOENT: no such VM; ENOMEM, ENOSPC: no room.
 */
struct drm_cnova_gem_create {
	/**
	 * @handle: in: with DRM_CNOVA_GEM_VM_PRIVATE the id of the VM, ignored
	 * otherwise; out: handle of the object.
	 */
	__u32 handle;

	/** @flags: in: DRM_CNOVA_GEM_*. 0 is an object in system memory. */
	__u32 flags;

	/** @size: in: bytes, rounded up to 4096; out: the size the object got. */
	__u64 size;
};

/**
 * struct drm_cnova_gem_info - Ask for the size of an object.
 *
 * Errors: ENOENT: no such handle.
 */
struct drm_cnova_gem_info {
	/** @handle: in: the object. */
	__u32 handle;

	/** @pad: must be 0. */
	__u32 pad;

	/** @size: out: bytes. */
	__u64 size;
};

/**
 * struct drm_cnova_gem_mmap_offset - Ask where to mmap() an object.
 *
 * Pass @offset to mmap() on the same DRM file, with MAP_SHARED.
 *
 * Errors: ENOENT: no such handle.
 */
struct drm_cnova_gem_mmap_offset {
	/** @handle: in: the object. */
	__u32 handle;

	/** @flags: must be 0. */
	__u32 flags;

	/** @offset: out: offset for mmap(). */
	__u64 offset;
};

/* ------------------------------------------------------ GPU address spaces */

/**
 * struct drm_cnova_vm_create - Make an empty GPU address space.
 *
 * Errors: EINVAL: unknown flags; ENOSPC: DRM_CNOVA_PARAM_MAX_VMS reached;
 * ENOMEM: no memory for the root table.
 */
struct drm_cnova_vm_create {
	/** @flags: must be 0. */
	__u32 flags;

	/** @vm_id: out: id, never 0, valid for this file only. */
	__u32 vm_id;
};

/**
 * struct drm_cnova_vm_destroy - Drop an address space.
 *
 * Binds that are waiting are cancelled: their out-fences signal with ECANCELED.
 * The call waits for nobody's fence. A call on the id afterwards gets ENOENT.
 *
 * Errors: ENOENT: no such VM.
 */
struct drm_cnova_vm_destroy {
	/** @vm_id: in: the VM. */
	__u32 vm_id;

	/** @pad: must be 0. */
	__u32 pad;
};

/** DRM_CNOVA_VM_ACTIVE - The VM accepts binds. */
#define DRM_CNOVA_VM_ACTIVE		0

/**
 * DRM_CNOVA_VM_DEAD - The hardware failed while the VM's page tables changed.
 * Binds get ENOENT; what was in flight signalled with an error. Destroy it.
 */
#define DRM_CNOVA_VM_DEAD		1

/**
 * struct drm_cnova_vm_get_state - Ask whether a VM is usable, and how much it holds.
 *
 * Errors: ENOENT: no such VM. A dead VM is not an error here.
 */
struct drm_cnova_vm_get_state {
	/** @vm_id: in: the VM. */
	__u32 vm_id;

	/** @state: out: DRM_CNOVA_VM_ACTIVE or DRM_CNOVA_VM_DEAD. */
	__u32 state;

	/**
	 * @error: out: what killed it, as a positive errno; 0 while active.
	 * ETIMEDOUT: a TLB invalidate was not acknowledged in time; EIO: the unit
	 * is stuck, and with it the device; ENODEV: the device is gone.
	 */
	__u32 error;

	/** @pad: out: 0. */
	__u32 pad;

	/** @mapped: out: bytes of GPU virtual address space mapped now. */
	__u64 mapped;

	/** @table_bytes: out: bytes of VRAM held for its page tables, a reserve included. */
	__u64 table_bytes;

	/** @quarantined: out: bytes withheld because the hardware may still reach them. */
	__u64 quarantined;
};

/* ----------------------------------------------------------------- VM_BIND */

/**
 * struct drm_cnova_array - A user array.
 *
 * @stride may be larger than the structure this header defines, for clients
 * built against a newer header: what lies beyond must then be zero (E2BIG
 * otherwise). A smaller one is EINVAL.
 */
struct drm_cnova_array {
	/** @pointer: address of the first element. */
	__u64 pointer;

	/** @count: number of elements. */
	__u32 count;

	/** @stride: bytes from one element to the next; 0 if @count is 0. */
	__u32 stride;
};

/** DRM_CNOVA_SYNC_TIMELINE - @point names a point of a timeline syncobj. */
#define DRM_CNOVA_SYNC_TIMELINE		(1 << 0)

/** DRM_CNOVA_SYNC_SIGNAL - Signal when done. Without it: wait for it first. */
#define DRM_CNOVA_SYNC_SIGNAL		(1 << 1)

/**
 * DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT - (waits only) If nothing was submitted to the
 * syncobj or point yet, sleep until it is, 5 seconds at most (ETIME). Without
 * it that case is EINVAL.
 */
#define DRM_CNOVA_SYNC_WAIT_FOR_SUBMIT	(1 << 2)

/**
 * struct drm_cnova_sync - Something to wait for, or to signal.
 *
 * An error that a waited-for fence carries does not cancel the work.
 */
struct drm_cnova_sync {
	/** @handle: syncobj. */
	__u32 handle;

	/** @flags: DRM_CNOVA_SYNC_*. */
	__u32 flags;

	/** @point: timeline point, not 0; 0 for a binary syncobj. */
	__u64 point;
};

/** DRM_CNOVA_VM_BIND_OP_MAP - Map a range of an object, replacing what is there. */
#define DRM_CNOVA_VM_BIND_OP_MAP	1

/** DRM_CNOVA_VM_BIND_OP_UNMAP - Unmap a range, whatever is in it; a hole is fine. */
#define DRM_CNOVA_VM_BIND_OP_UNMAP	2

/**
 * DRM_CNOVA_VM_BIND_OP_UNMAP_ALL - Unmap every mapping of the object @handle in
 * this VM, those included that binds submitted earlier will make.
 */
#define DRM_CNOVA_VM_BIND_OP_UNMAP_ALL	3

/**
 * DRM_CNOVA_VM_BIND_OP_MAP_SPARSE - Make a range readable without memory: reads
 * do not fault, writes are dropped. What a read returns is undefined.
 */
#define DRM_CNOVA_VM_BIND_OP_MAP_SPARSE	4

/** DRM_CNOVA_VM_BIND_READ_ONLY - (MAP) GPU writes fault. */
#define DRM_CNOVA_VM_BIND_READ_ONLY	(1 << 0)

/** DRM_CNOVA_VM_BIND_UNCACHED - (MAP) The GPU's L2 does not cache the pages. */
#define DRM_CNOVA_VM_BIND_UNCACHED	(1 << 1)

/**
 * DRM_CNOVA_VM_BIND_CAP_64K - (MAP) Use no page larger than 64 KiB, so that
 * parts of 64 KiB can be replaced later without changing a page's size, which
 * has to wait until the GPU is idle in this VM. For sparse residency.
 */
#define DRM_CNOVA_VM_BIND_CAP_64K	(1 << 2)

/**
 * struct drm_cnova_vm_bind_op - One change of an address space.
 *
 * ===========  ======  ====  ======  =====  =====  =====
 * op           handle  kind  offset  va     range  flags
 * ===========  ======  ====  ======  =====  =====  =====
 * MAP          object  kind  yes     yes    yes    yes
 * UNMAP        0       0     0       yes    yes    0
 * UNMAP_ALL    object  0     0       0      0      0
 * MAP_SPARSE   0       0     0       yes    yes    0
 * ===========  ======  ====  ======  =====  =====  =====
 */
struct drm_cnova_vm_bind_op {
	/** @op: DRM_CNOVA_VM_BIND_OP_*. */
	__u32 op;

	/** @flags: DRM_CNOVA_VM_BIND_READ_ONLY and the like. */
	__u32 flags;

	/** @handle: GEM handle. */
	__u32 handle;

	/** @kind: memory kind, one of DRM_CNOVA_PARAM_KINDS; 0 is pitch-linear. */
	__u32 kind;

	/** @offset: first byte of the object to map. */
	__u64 offset;

	/** @va: first GPU virtual address. */
	__u64 va;

	/** @range: bytes, not 0. */
	__u64 range;

	/** @reserved: must be 0. */
	__u64 reserved;
};

/**
 * DRM_CNOVA_VM_BIND_ASYNC - Return when the request is queued; signal the
 * out-syncs when the page tables have changed and the TLB has forgotten the old
 * ones. Without it the call returns after that, and takes no syncs.
 */
#define DRM_CNOVA_VM_BIND_ASYNC		(1 << 0)

/**
 * enum drm_cnova_vm_bind_reason - Why a VM_BIND was refused.
 */
enum drm_cnova_vm_bind_reason {
	/** @DRM_CNOVA_REASON_NONE: it was not, or for no reason of an operation. */
	DRM_CNOVA_REASON_NONE = 0,
	/** @DRM_CNOVA_REASON_OP: unknown op. */
	DRM_CNOVA_REASON_OP = 1,
	/** @DRM_CNOVA_REASON_FLAGS: unknown flags, or flags the op does not take. */
	DRM_CNOVA_REASON_FLAGS = 2,
	/** @DRM_CNOVA_REASON_RESERVED: a field that must be 0 is not. */
	DRM_CNOVA_REASON_RESERVED = 3,
	/** @DRM_CNOVA_REASON_ALIGN: va, range or offset is not a multiple of 4096. */
	DRM_CNOVA_REASON_ALIGN = 4,
	/** @DRM_CNOVA_REASON_RANGE: range is 0, wraps, or leaves the address space. */
	DRM_CNOVA_REASON_RANGE = 5,
	/** @DRM_CNOVA_REASON_OFFSET: the object ends before offset + range. */
	DRM_CNOVA_REASON_OFFSET = 6,
	/** @DRM_CNOVA_REASON_HANDLE: no such object. */
	DRM_CNOVA_REASON_HANDLE = 7,
	/** @DRM_CNOVA_REASON_PRIVATE: the object is private to another VM. */
	DRM_CNOVA_REASON_PRIVATE = 8,
	/** @DRM_CNOVA_REASON_KIND: the kind is not one this device maps. */
	DRM_CNOVA_REASON_KIND = 9,
	/** @DRM_CNOVA_REASON_MEMORY: no memory for the object or its page tables. */
	DRM_CNOVA_REASON_MEMORY = 10,
	/** @DRM_CNOVA_REASON_SYNC: @failed_op is the index of a bad sync entry. */
	DRM_CNOVA_REASON_SYNC = 11,
	/**
	 * @DRM_CNOVA_REASON_READ_ONLY: the object was imported from a dma-buf whose file is
	 * not open for writing; DRM_CNOVA_VM_BIND_READ_ONLY is missing.
	 */
	DRM_CNOVA_REASON_READ_ONLY = 12,
};

/**
 * struct drm_cnova_vm_bind - Change an address space.
 *
 * The operations take effect in the order of the array, all or none of them,
 * and the GPU sees the result of all of them at once: an address that is mapped
 * before and after is mapped all the time, unless the size of its page changes.
 *
 * Binds of one queue run in the order they were submitted, and so do binds of one VM that
 * overlap, whatever their queues.
 *
 * To unmap does not fail for want of memory: a bind of UNMAP and UNMAP_ALL only that finds
 * none is done from a reserve, before the call returns, asynchronous or not. It waits then
 * for what it would have been queued behind, until the task is killed or the VM destroyed;
 * its out-syncs signal at once; the operations take effect one after the other. The reserve
 * is enough for an array of up to 4 operations and up to 4 syncs, of which one may signal a
 * point of a timeline, if at most two edges of its ranges cut a mapping in two, as any one
 * UNMAP. What is longer may get ENOBUFS, more syncs ENOMEM.
 *
 * An asynchronous bind with no operations and at least one sync waits and
 * signals in order with the others.
 *
 * An EXEC must not wait, on the GPU, for work that is submitted later.
 *
 * Errors: EINVAL, EPERM (object private to another VM), EACCES (object imported to be
 * read only), EOPNOTSUPP (imported memory that the GPU cannot reach), E2BIG (stride), ENOENT
 * (VM, queue, handle or syncobj, or the VM is dead), EFAULT, ENOMEM, ENOSPC, ENOBUFS
 * (no memory for an array this long, or a limit on what it covers; a shorter one
 * may do), EBUSY (too many binds or maps pending), EINTR (nothing happened),
 * ETIME (WAIT_FOR_SUBMIT), ENODEV.
 * From a synchronous bind also what the fence of an asynchronous one carries:
 * ECANCELED: the VM was destroyed, or died, before this bind ran; EIO: the hardware
 * failed at this one, the VM is dead.
 */
struct drm_cnova_vm_bind {
	/** @vm_id: in: the VM. */
	__u32 vm_id;

	/** @queue_id: in: bind queue; 0 is the VM's own. */
	__u32 queue_id;

	/** @flags: in: DRM_CNOVA_VM_BIND_ASYNC. */
	__u32 flags;

	/** @pad: must be 0. */
	__u32 pad;

	/** @ops: in: array of &struct drm_cnova_vm_bind_op. */
	struct drm_cnova_array ops;

	/** @syncs: in: array of &struct drm_cnova_sync, waits and signals mixed. */
	struct drm_cnova_array syncs;

	/** @failed_op: out: on error, index of the operation at fault; else ~0. */
	__u32 failed_op;

	/** @reason: out: on error, an &enum drm_cnova_vm_bind_reason. */
	__u32 reason;
};

/* ------------------------------------------------------------- bind queues */

/**
 * struct drm_cnova_bind_queue_create - Make a queue for binds.
 *
 * A VM has a queue of its own, 0, from the start. Binds of one queue run in the order
 * they were submitted. Binds of different queues wait for each other only where their
 * ranges overlap: then too the earlier one runs first. (And where both may change the size
 * of a page, which the VM does one after the other; see DRM_CNOVA_VM_BIND_CAP_64K.)
 *
 * Errors: EINVAL: unknown flags; ENOENT: no such VM, or it is dead; ENOSPC:
 * DRM_CNOVA_PARAM_MAX_BIND_QUEUES reached; ENOMEM.
 */
struct drm_cnova_bind_queue_create {
	/** @vm_id: in: the VM. */
	__u32 vm_id;

	/** @flags: must be 0. */
	__u32 flags;

	/** @queue_id: out: id, never 0, valid for this VM only. */
	__u32 queue_id;

	/** @pad: must be 0. */
	__u32 pad;
};

/**
 * struct drm_cnova_bind_queue_destroy - Drop a queue.
 *
 * Its binds that are waiting still run, in their order. The call waits for nothing. A bind
 * that another thread submits at the same time is accepted, or gets ENOENT.
 *
 * Errors: ENOENT: no such VM or queue; EINVAL: queue 0, which goes with its VM.
 */
struct drm_cnova_bind_queue_destroy {
	/** @vm_id: in: the VM. */
	__u32 vm_id;

	/** @queue_id: in: the queue. */
	__u32 queue_id;
};

/* ---------------------------------------------------------------- channels */

/** DRM_CNOVA_ENGINE_COPY - A copy engine. */
#define DRM_CNOVA_ENGINE_COPY		1

/**
 * struct drm_cnova_channel_create - Make a channel: a way to have an engine work in a VM.
 *
 * Errors: EINVAL: unknown flags or engine; ENOENT: no such VM, or it is dead; ENOSPC:
 * DRM_CNOVA_PARAM_MAX_CHANNELS reached, or the GPU has no channel left; ENOMEM;
 * EOPNOTSUPP: this device runs no channels.
 */
struct drm_cnova_channel_create {
	/** @vm_id: in: the VM it works in, for good. */
	__u32 vm_id;

	/** @engine: in: DRM_CNOVA_ENGINE_*. */
	__u32 engine;

	/** @flags: must be 0. */
	__u32 flags;

	/** @channel_id: out: id, never 0, valid for this file only. */
	__u32 channel_id;

	/** @channel_class: out: class of the channel, as in 0xc46f. */
	__u32 channel_class;

	/** @engine_class: out: class of its engine, for SET_OBJECT, as in 0xc5b5. */
	__u32 engine_class;
};

/**
 * struct drm_cnova_channel_destroy - Drop a channel.
 *
 * What it runs is stopped; what waits is cancelled: out-fences signal with ECANCELED. The
 * call waits for nobody's fence.
 *
 * Errors: ENOENT: no such channel.
 */
struct drm_cnova_channel_destroy {
	/** @channel_id: in: the channel. */
	__u32 channel_id;

	/** @pad: must be 0. */
	__u32 pad;
};

/** DRM_CNOVA_CHANNEL_ACTIVE - The channel accepts work. */
#define DRM_CNOVA_CHANNEL_ACTIVE	0

/**
 * DRM_CNOVA_CHANNEL_DEAD - It faulted, hung, or sent what the hardware refuses. Its EXECs
 * got an error, new ones get ENOENT. Its VM is as it was. Destroy it.
 */
#define DRM_CNOVA_CHANNEL_DEAD		1

/**
 * struct drm_cnova_channel_get_state - Ask whether a channel is usable, and why not.
 *
 * Errors: ENOENT: no such channel. A dead one is not an error here.
 */
struct drm_cnova_channel_get_state {
	/** @channel_id: in: the channel. */
	__u32 channel_id;

	/** @state: out: DRM_CNOVA_CHANNEL_ACTIVE or DRM_CNOVA_CHANNEL_DEAD. */
	__u32 state;

	/**
	 * @error: out: what killed it, as a positive errno; 0 while active. EFAULT: an
	 * address that is not mapped, or not for this; EINVAL: a method, header or entry
	 * that the hardware refuses; ETIMEDOUT: it ran, or kept others from running,
	 * for too long; ECANCELED: its VM or the engine went, through no fault of its
	 * own; ENODEV: the device is gone.
	 */
	__u32 error;

	/** @fault_type: out: with EFAULT, what the MMU said: 0 PDE, 2 PTE, 6 read-only... */
	__u32 fault_type;

	/** @fault_access: out: with EFAULT: 0 read, 1 write, 2 and 4 atomic, 3 prefetch. */
	__u32 fault_access;

	/** @pad: out: 0. */
	__u32 pad;

	/** @fault_va: out: with EFAULT, the GPU virtual address, rounded down to 4096. */
	__u64 fault_va;
};

/* -------------------------------------------------------------------- EXEC */

/** DRM_CNOVA_PUSH_SYNC - Fetch this push only when the one before it has been consumed. */
#define DRM_CNOVA_PUSH_SYNC		(1 << 0)

/** struct drm_cnova_push - Methods for a channel, in memory that its VM maps. */
struct drm_cnova_push {
	/**
	 * @va: GPU virtual address of the first word, a multiple of 4. With channels of a
	 * class before 0xc86f (Hopper) the push ends below 1 << 40: their host has no more
	 * address bits. The copy engine reaches all of the VM.
	 */
	__u64 va;

	/** @length: bytes, a multiple of 4, not 0, less than 8 MiB. */
	__u32 length;

	/** @flags: DRM_CNOVA_PUSH_*. */
	__u32 flags;
};

/**
 * enum drm_cnova_exec_reason - Why an EXEC was refused.
 */
enum drm_cnova_exec_reason {
	/** @DRM_CNOVA_EXEC_REASON_NONE: it was not, or for no reason of an element. */
	DRM_CNOVA_EXEC_REASON_NONE = 0,
	/** @DRM_CNOVA_EXEC_REASON_FLAGS: unknown flags of a push. */
	DRM_CNOVA_EXEC_REASON_FLAGS = 1,
	/** @DRM_CNOVA_EXEC_REASON_ALIGN: va or length is not a multiple of 4. */
	DRM_CNOVA_EXEC_REASON_ALIGN = 2,
	/**
	 * @DRM_CNOVA_EXEC_REASON_RANGE: length is 0 or too large, or the push leaves the VM, or
	 * what a channel can fetch.
	 */
	DRM_CNOVA_EXEC_REASON_RANGE = 3,
	/** @DRM_CNOVA_EXEC_REASON_SYNC: @failed is the index of a bad sync entry. */
	DRM_CNOVA_EXEC_REASON_SYNC = 4,
	/** @DRM_CNOVA_EXEC_REASON_MEMORY: no memory, also to bring back what was evicted. */
	DRM_CNOVA_EXEC_REASON_MEMORY = 5,
};

/**
 * struct drm_cnova_exec - Have a channel execute.
 *
 * Always asynchronous. The pushes are executed in the order of the array, after the
 * EXECs of this channel that were submitted before; EXECs of different channels wait for
 * each other only by syncs. What the VM maps when the pushes run is what they reach: wait
 * for the out-sync of a bind that they need, and let a bind that takes memory away wait
 * for theirs. Without that the GPU faults, and the channel is dead.
 *
 * Objects that were moved out of the GPU's reach are brought back first.
 *
 * When an engine is reset because another channel hung on it, what this one had set in it
 * is lost, the object too: each EXEC should send SET_OBJECT, and what it needs.
 *
 * An EXEC must not wait, on the GPU, for work that is submitted later: it may be held
 * back by a bind that waits for this EXEC. A channel that does is killed after
 * DRM_CNOVA_PARAM_EXEC_TIMEOUT_MS.
 *
 * Without pushes, and with at least one sync, it waits and signals in order with the
 * others.
 *
 * The fences of an EXEC carry: ECANCELED: it was not executed, because the channel or VM
 * went or died before; or what killed the channel, see &drm_cnova_channel_get_state.error,
 * if that was this EXEC.
 *
 * Errors: EINVAL, E2BIG (stride), ENOENT (channel or syncobj; or the channel or its VM is
 * dead), EFAULT, ENOMEM, ENOSPC, ENOBUFS (no memory for arrays this long), EBUSY (too many
 * EXECs pending), EINTR (nothing happened), ETIME (WAIT_FOR_SUBMIT), ENODEV.
 */
struct drm_cnova_exec {
	/** @channel_id: in: the channel. */
	__u32 channel_id;

	/** @flags: must be 0. */
	__u32 flags;

	/** @pushes: in: array of &struct drm_cnova_push. */
	struct drm_cnova_array pushes;

	/** @syncs: in: array of &struct drm_cnova_sync, waits and signals mixed. */
	struct drm_cnova_array syncs;

	/** @failed: out: on error, index of the push or sync at fault; else ~0. */
	__u32 failed;

	/** @reason: out: on error, an &enum drm_cnova_exec_reason. */
	__u32 reason;
};

#define DRM_CNOVA_GETPARAM		0x00
#define DRM_CNOVA_GEM_CREATE		0x01
#define DRM_CNOVA_GEM_INFO		0x02
#define DRM_CNOVA_GEM_MMAP_OFFSET	0x10
#define DRM_CNOVA_VM_CREATE		0x11
#define DRM_CNOVA_VM_DESTROY		0x12
#define DRM_CNOVA_VM_GET_STATE		0x13
#define DRM_CNOVA_VM_BIND		0x14
#define DRM_CNOVA_BIND_QUEUE_CREATE	0x15
#define DRM_CNOVA_BIND_QUEUE_DESTROY	0x16
#define DRM_CNOVA_CHANNEL_CREATE	0x17
#define DRM_CNOVA_CHANNEL_DESTROY	0x18
#define DRM_CNOVA_CHANNEL_GET_STATE	0x19
#define DRM_CNOVA_EXEC			0x1a

#define DRM_IOCTL_CNOVA_GETPARAM \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_CNOVA_GETPARAM, struct drm_cnova_getparam)
#define DRM_IOCTL_CNOVA_GEM_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_CNOVA_GEM_CREATE, struct drm_cnova_gem_create)
#define DRM_IOCTL_CNOVA_GEM_INFO \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_CNOVA_GEM_INFO, struct drm_cnova_gem_info)
#define DRM_IOCTL_CNOVA_GEM_MMAP_OFFSET \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_CNOVA_GEM_MMAP_OFFSET, struct drm_cnova_gem_mmap_offset)
#define DRM_IOCTL_CNOVA_VM_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_CNOVA_VM_CREATE, struct drm_cnova_vm_create)
#define DRM_IOCTL_CNOVA_VM_DESTROY \
	DRM_IOW(DRM_COMMAND_BASE + DRM_CNOVA_VM_DESTROY, struct drm_cnova_vm_destroy)
#define DRM_IOCTL_CNOVA_VM_GET_STATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_CNOVA_VM_GET_STATE, struct drm_cnova_vm_get_state)
#define DRM_IOCTL_CNOVA_VM_BIND \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_CNOVA_VM_BIND, struct drm_cnova_vm_bind)
#define DRM_IOCTL_CNOVA_BIND_QUEUE_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_CNOVA_BIND_QUEUE_CREATE, \
		 struct drm_cnova_bind_queue_create)
#define DRM_IOCTL_CNOVA_BIND_QUEUE_DESTROY \
	DRM_IOW(DRM_COMMAND_BASE + DRM_CNOVA_BIND_QUEUE_DESTROY, \
		struct drm_cnova_bind_queue_destroy)
#define DRM_IOCTL_CNOVA_CHANNEL_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_CNOVA_CHANNEL_CREATE, struct drm_cnova_channel_create)
#define DRM_IOCTL_CNOVA_CHANNEL_DESTROY \
	DRM_IOW(DRM_COMMAND_BASE + DRM_CNOVA_CHANNEL_DESTROY, struct drm_cnova_channel_destroy)
#define DRM_IOCTL_CNOVA_CHANNEL_GET_STATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_CNOVA_CHANNEL_GET_STATE, \
		 struct drm_cnova_channel_get_state)
#define DRM_IOCTL_CNOVA_EXEC \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_CNOVA_EXEC, struct drm_cnova_exec)

#if defined(__cplusplus)
}
#endif

#endif /* _CNOVA_DRM_H_ */
