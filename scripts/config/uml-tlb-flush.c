/*
 * For the test kernel only: scripts/config/uml-changes puts this into arch/um/kernel/tlb.c.
 *
 * With more than one processor, user-mode Linux 7.2 flushes the TLB of a process that runs on another one by
 * making a note, which is read when that process enters the kernel the next time. Until then it loads from and
 * stores into pages that have been given to somebody else: stores by way of a mapping that an eviction has just
 * zapped are lost, or end in the object that comes next. So whoever flushes makes the process enter the kernel,
 * and waits for that.
 */

/* Its process is about to run: with all that was noted until now. Called with sync_tlb_lock held. */
static void um_tlb_begin_turn(struct mm_struct *mm)
{
	if (mm != &init_mm)
		mm->context.user_turn++;
}

/* It has entered the kernel. */
void um_tlb_end_turn(struct mm_context *context)
{
	if (context->user_turn & 1)
		smp_store_release(&context->user_turn, context->user_turn + 1);
}

/* The C library's. */
extern int usleep(unsigned int usec);

/*
 * It needs no lock to come in, so that this may be called with any; but a processor of the machine, which
 * this one may have.
 */
static void um_tlb_wait(struct mm_struct *mm)
{
	unsigned long turn;

	scoped_guard(spinlock_irqsave, &mm->context.sync_tlb_lock)
		turn = mm->context.user_turn;

	while (turn & 1 && smp_load_acquire(&mm->context.user_turn) == turn) {
		os_alarm_process(mm->context.id.pid);
		for (int i = 0; i < 100 && READ_ONCE(mm->context.user_turn) == turn; i++)
			cpu_relax();
		if (READ_ONCE(mm->context.user_turn) == turn)
			usleep(20);
	}
}

void um_tlb_flush(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	um_tlb_mark_sync(mm, start, end);
	um_tlb_wait(mm);
}

