/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands in the memory that driver and firmware share: HARDWARE.md 8.4.
 */
#ifndef _CNOVA_SIM_GSP_WIRE_H_
#define _CNOVA_SIM_GSP_WIRE_H_

#include <linux/sizes.h>

#define PAGE		SZ_4K
#define NR_SLOTS	63
#define MAX_SLOTS	16

/* The shared block. */
#define CMD_PAGE	0x01000
#define CMD_QUEUE	0x02000
#define STATUS_PAGE	0x41000
#define STATUS_QUEUE	0x42000
#define CMD_WRITE	(CMD_PAGE + 0x10)
#define STATUS_READ	(CMD_PAGE + 0x20)
#define STATUS_WRITE	(STATUS_PAGE + 0x10)
#define CMD_READ	(STATUS_PAGE + 0x20)

/* Fields of an element. */
#define CHECKSUM	0x20
#define SEQ_NUM		0x24
#define ELEM_COUNT	0x28
#define ELEM_HEADER	0x30
#define VERSION		0x30
#define SIGNATURE	0x34
#define LENGTH		0x38
#define FUNCTION	0x3c
#define RESULT		0x40
#define RESULT_PRIVATE	0x44
#define SEQUENCE	0x48
#define SPARE		0x4c
#define PAYLOAD		0x50

#define VERSION_3	0x03000000
#define SIGNATURE_VRPC	0x43505256
#define PENDING		0xffffffff

/* Functions and events. */
#define UNLOADING	47
#define STATIC_INFO	65
#define CONTINUATION	71
#define INIT_DONE	0x1001
#define POST_EVENT	0x1003
#define OS_ERROR_LOG	0x1006
#define LIBOS_PRINT	0x100c
#define LOCKDOWN_535	0x101d
#define LOCKDOWN_570	0x101c

#define RESULT_NO_MEMORY	0x51
#define RESULT_UNKNOWN		0xff100001
#define RESULT_BAD_MESSAGE	0xff100002

/* "RMARGS", the first letter highest. */
#define RMARGS		0x0000524d41524753ULL
#define LIBOS_ENTRY	32
#define LIBOS_MAX	128

#endif /* _CNOVA_SIM_GSP_WIRE_H_ */
