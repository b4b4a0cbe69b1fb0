/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_NTH_H
#define CNOVA_IGT_NTH_H

#include "cnova.h"

/**
 * struct cnova_nth_tally - What became of the calls whose n-th allocation failed.
 */
struct cnova_nth_tally {
	/** @injected: in how many of them one was there to fail. */
	unsigned int injected;

	/** @refused: of these, how many ended with an error. */
	unsigned int refused;

	/** @unreadable: or could not copy from user space. */
	unsigned int unreadable;
};

void cnova_nth_begin(void);
void cnova_nth_end(void);
int cnova_nth_ioctl(int fd, unsigned long request, void *arg, unsigned int n, bool *injected);
bool cnova_nth_count(struct cnova_nth_tally *tally, int err, bool injected, unsigned int n);
void cnova_nth_report(const struct cnova_nth_tally *tally);

#endif
