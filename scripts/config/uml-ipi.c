/*
 * For the test kernel only: scripts/config/uml-changes puts this into arch/um/os-Linux/signal.c.
 *
 * An interrupt from another processor is a signal. With more than one of them, user-mode Linux 7.2 blocks it with
 * a system call whenever interrupts are turned off, and with another one lets it in when they are turned on: more
 * than half of what the debug kernel does. The other signals are let in always; if interrupts are off, the
 * handler makes a note, which is read when they are turned on. Here so does this one. A bit for each vector is
 * enough: what is to be done is in a queue elsewhere, and one look finds all of it.
 */
static __thread unsigned int ipis_pending;

/* Of the handler. Return: whether it has to leave it at that. */
int um_ipi_defer(int vector)
{
	if (signals_enabled)
		return 0;
	__atomic_fetch_or(&ipis_pending, 1U << vector, __ATOMIC_RELAXED);
	return 1;
}

/* For who is about to sleep, with the signal blocked. */
int um_ipi_pending(void)
{
	return !!__atomic_load_n(&ipis_pending, __ATOMIC_RELAXED);
}

/* Interrupts have just been turned on: from now on the handler does its work itself. */
static void um_ipi_deliver(void)
{
	while (um_ipi_pending()) {
		unsigned int pending = __atomic_exchange_n(&ipis_pending, 0, __ATOMIC_RELAXED);

		__block_signals();
		um_trace_signals_off();
		for (int vector = 0; pending >> vector; vector++)
			if (pending >> vector & 1)
				uml_ipi_handler(vector);
		um_trace_signals_on();
		__unblock_signals();
	}
}

