/*
 * For the test kernel only: scripts/kernel puts this into arch/um/kernel/stacktrace.c, in place of the
 * function of the same name.
 *
 * That one tests every word of the stack for a kernel text address, which walks the module tree for
 * each that is none, and keeps only what the frame pointers lead to. KASAN saves a trace for every
 * allocation and free: with lockdep that made kzalloc() + kfree() cost half a millisecond, and the start
 * of a program five seconds. Following the frame pointers gives the same at a tenth of the cost.
 */
static void __save_stack_trace(struct task_struct *tsk, struct stack_trace *trace)
{
	unsigned long bp = (unsigned long)get_frame_pointer(tsk, tsk->thread.segv_regs);
	unsigned long sp = (unsigned long)get_stack_pointer(tsk, tsk->thread.segv_regs);
	unsigned long end = (sp | (THREAD_SIZE - 1)) + 1;

	while (bp >= sp && bp < end - sizeof(long) && !(bp & (sizeof(long) - 1)) &&
	       trace->nr_entries < trace->max_entries) {
		unsigned long addr = READ_ONCE_NOCHECK(((unsigned long *)bp)[1]);

		if (!__kernel_text_address(addr))
			break;
		trace->entries[trace->nr_entries++] = addr;
		sp = bp + 1;
		bp = READ_ONCE_NOCHECK(*(unsigned long *)bp);
	}
}

