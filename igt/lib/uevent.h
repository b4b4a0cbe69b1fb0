/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_UEVENT_H
#define CNOVA_IGT_UEVENT_H

int cnova_uevent_open(void);
void cnova_uevent_expect(int listener, const char *text, int timeout_ms);

#endif
