// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: What GSP firmware can do wrong
 *
 * By name, for the module parameter and debugfs. Pure; builds in user space. Locking:
 * none.
 */
#include <linux/string.h>

#include "gsp.h"

static const char * const cnova_sim_gsp_faults[CNOVA_SIM_GSP_NR_FAULTS] = {
	[CNOVA_SIM_GSP_GOOD] = "none",
	[CNOVA_SIM_GSP_WRAP] = "wrap",
	[CNOVA_SIM_GSP_BIG] = "big",
	[CNOVA_SIM_GSP_STALE_SEQ] = "stale_seq",
	[CNOVA_SIM_GSP_STALE_REPLY] = "stale_reply",
	[CNOVA_SIM_GSP_PENDING_FIRST] = "pending_first",
	[CNOVA_SIM_GSP_LONGER] = "longer",
	[CNOVA_SIM_GSP_UNALIGNED] = "unaligned",
	[CNOVA_SIM_GSP_BAD_CHECKSUM] = "bad_checksum",
	[CNOVA_SIM_GSP_BAD_SIGNATURE] = "bad_signature",
	[CNOVA_SIM_GSP_MISSING_SEQ] = "missing_seq",
	[CNOVA_SIM_GSP_NO_SLOTS] = "no_slots",
	[CNOVA_SIM_GSP_MANY_SLOTS] = "many_slots",
	[CNOVA_SIM_GSP_MORE_SLOTS] = "more_slots",
	[CNOVA_SIM_GSP_WRITE_PTR] = "write_ptr",
	[CNOVA_SIM_GSP_READ_PTR] = "read_ptr",
	[CNOVA_SIM_GSP_READ_ASTRAY] = "read_astray",
	[CNOVA_SIM_GSP_SHORT_LENGTH] = "short_length",
	[CNOVA_SIM_GSP_LONG_LENGTH] = "long_length",
	[CNOVA_SIM_GSP_TRUNCATED] = "truncated",
	[CNOVA_SIM_GSP_RESULT] = "result",
	[CNOVA_SIM_GSP_WRONG_FUNCTION] = "wrong_function",
	[CNOVA_SIM_GSP_CONTINUATION] = "continuation",
	[CNOVA_SIM_GSP_FLOOD] = "flood",
	[CNOVA_SIM_GSP_NO_ANSWER] = "no_answer",
	[CNOVA_SIM_GSP_NO_INIT_DONE] = "no_init_done",
	[CNOVA_SIM_GSP_INIT_ERROR] = "init_error",
	[CNOVA_SIM_GSP_NO_LINK] = "no_link",
	[CNOVA_SIM_GSP_BAD_LINK] = "bad_link",
	[CNOVA_SIM_GSP_STOPS] = "stops",
	[CNOVA_SIM_GSP_NO_UNLOAD] = "no_unload",
	[CNOVA_SIM_GSP_COUNT_0] = "count_0",
	[CNOVA_SIM_GSP_COUNT_17] = "count_17",
	[CNOVA_SIM_GSP_INVERTED] = "inverted",
	[CNOVA_SIM_GSP_OVERLAP] = "overlap",
	[CNOVA_SIM_GSP_NO_END] = "no_end",
	[CNOVA_SIM_GSP_BEYOND] = "beyond",
	[CNOVA_SIM_GSP_NONE_USABLE] = "none_usable",
	[CNOVA_SIM_GSP_USABLE_WPR] = "usable_wpr",
	[CNOVA_SIM_GSP_BAR1_UNALIGNED] = "bar1_unaligned",
	[CNOVA_SIM_GSP_BAR1_BEYOND] = "bar1_beyond",
	[CNOVA_SIM_GSP_BAR1_USABLE] = "bar1_usable",
	[CNOVA_SIM_GSP_BAR2_USABLE] = "bar2_usable",
};

/**
 * cnova_sim_gsp_fault_name() - Name of a fault.
 * @fault: Which.
 *
 * Context: Any.
 * Return: The name.
 */
const char *cnova_sim_gsp_fault_name(enum cnova_sim_gsp_fault fault)
{
	return cnova_sim_gsp_faults[fault];
}

/**
 * cnova_sim_gsp_fault_find() - Find a fault by name.
 * @name: The name.
 * @fault: Set to it.
 *
 * Context: Any.
 * Return: Whether there is one of that name.
 */
bool cnova_sim_gsp_fault_find(const char *name, enum cnova_sim_gsp_fault *fault)
{
	unsigned int i;

	for (i = 0; i < CNOVA_SIM_GSP_NR_FAULTS; i++) {
		if (!strcmp(cnova_sim_gsp_faults[i], name)) {
			*fault = i;
			return true;
		}
	}
	return false;
}
