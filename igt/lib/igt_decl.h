/* SPDX-License-Identifier: MIT */
#ifndef CNOVA_IGT_DECL_H
#define CNOVA_IGT_DECL_H

/*
 * Debian ships libigt.so but no headers. This is what our tests use of it, declared by
 * hand for IGT 2.5. With IGT_SRC (see the Makefile) the real headers are used, nothing
 * here is, and the compiler checks that both agree.
 */
#ifdef CNOVA_IGT_SRC
#include "drmtest.h"
#include "igt_aux.h"
#include "igt_core.h"
#include "igt_debugfs.h"
#include "igt_syncobj.h"
#include "ioctl_wrappers.h"
#include "sw_sync.h"
#else

#include <getopt.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define __noreturn	__attribute__((noreturn))
#define __printf(a, b)	__attribute__((format(printf, a, b)))

/* Start and end of a test. */
int igt_subtest_init_parse_opts(int *argc, char **argv, const char *short_opts,
				const struct option *long_opts, const char *help,
				int (*handler)(int opt, int idx, void *data), void *data);
__noreturn
void igt_exit(void);
void igt_install_exit_handler(void (*fn)(int sig));

/* Structure. */
extern jmp_buf igt_subtest_jmpbuf;
extern jmp_buf igt_dynamic_jmpbuf;

bool __igt_fixture(void);
void __igt_fixture_complete(void);
__noreturn
void __igt_fixture_end(void);
bool __igt_run_subtest(const char *name, const char *file, const int line);
bool __igt_enter_dynamic_container(void);
bool __igt_run_dynamic_subtest(const char *name);
void __igt_subtest_group_save(int *save, int *desc);
void __igt_subtest_group_restore(int save, int desc);
__printf(1, 2)
void igt_describe_f(const char *fmt, ...);
const char *igt_subtest_name(void);
bool igt_only_list_subtests(void);
void igt_emit_ignore_dmesg_regex(const char *regex);

/* Outcome. */
void igt_success(void);
__printf(1, 2) __noreturn
void igt_skip(const char *fmt, ...);
__printf(5, 6) __noreturn
void __igt_skip_check(const char *file, const int line, const char *func, const char *check,
		      const char *fmt, ...);
__printf(6, 7) __noreturn
void __igt_fail_assert(const char *domain, const char *file, const int line,
		       const char *func, const char *assertion, const char *fmt, ...);
__printf(6, 7) __noreturn
void __igt_abort(const char *domain, const char *file, const int line,
		 const char *func, const char *expression, const char *fmt, ...);

/* Logging. */
enum igt_log_level {
	IGT_LOG_DEBUG,
	IGT_LOG_INFO,
	IGT_LOG_WARN,
	IGT_LOG_CRITICAL,
	IGT_LOG_NONE,
};

__printf(3, 4)
void igt_log(const char *domain, enum igt_log_level level, const char *fmt, ...);

/* Processes and timeouts. */
bool __igt_fork(void);
void igt_waitchildren(void);
int __igt_waitchildren(void);
void igt_set_timeout(unsigned int seconds, const char *op);
void igt_reset_timeout(void);

/* Devices. */
#define DRIVER_VGEM	0x4
#define DRIVER_ANY	0xfffff9fb

int __drm_open_driver(int chipset);
int drm_open_driver(int chipset);
int drm_open_driver_render(int chipset);
int drm_reopen_driver(int fd);
int drm_close_driver(int fd);
int igt_debugfs_dir(int device);

/* Objects and fences. */
void gem_close(int fd, uint32_t handle);
int prime_handle_to_fd(int fd, uint32_t handle);
uint32_t prime_fd_to_handle(int fd, int dma_buf_fd);

uint32_t syncobj_create(int fd, uint32_t flags);
void syncobj_destroy(int fd, uint32_t handle);
int syncobj_handle_to_fd(int fd, uint32_t handle, uint32_t flags);
uint32_t syncobj_fd_to_handle(int fd, int syncobj_fd, uint32_t flags);
void syncobj_reset(int fd, uint32_t *handles, uint32_t count);
void syncobj_signal(int fd, uint32_t *handles, uint32_t count);
void syncobj_import_sync_file(int fd, uint32_t handle, int sync_file);
int sync_fence_status(int fence);

/* One pass of a loop that the library leaves with siglongjmp(). */
#define igt_tokencat2(a, b)	a##b
#define igt_tokencat(a, b)	igt_tokencat2(a, b)
#define igt_unique(name)	igt_tokencat(name, __LINE__)

#define igt_main()							\
	main(int argc, char **argv);					\
	static void igt_unique(igt_body)(void);				\
	int main(int argc, char **argv)					\
	{								\
		igt_subtest_init_parse_opts(&argc, argv, "", NULL, NULL, NULL, NULL); \
		igt_unique(igt_body)();					\
		igt_exit();						\
	}								\
	static void igt_unique(igt_body)(void)

#define igt_fixture()							\
	for (volatile int igt_unique(done) = 0;				\
	     !igt_unique(done) && __igt_fixture() &&			\
	     sigsetjmp(igt_subtest_jmpbuf, 1) == 0;			\
	     igt_unique(done) = 1, __igt_fixture_complete())

#define igt_subtest(name)						\
	for (; __igt_run_subtest((name), __FILE__, __LINE__) &&		\
	       sigsetjmp(igt_subtest_jmpbuf, 1) == 0;			\
	     igt_success())

#define igt_named(name, fmt...)						\
	(snprintf(name, sizeof(name), fmt), (const char *)(name))

#define igt_subtest_f(fmt...)						\
	for (char igt_unique(name)[256];				\
	     __igt_run_subtest(igt_named(igt_unique(name), fmt), __FILE__, __LINE__) && \
	     sigsetjmp(igt_subtest_jmpbuf, 1) == 0;			\
	     igt_success())

#define igt_subtest_with_dynamic(name)					\
	for (; __igt_run_subtest((name), __FILE__, __LINE__) &&		\
	       __igt_enter_dynamic_container() &&			\
	       sigsetjmp(igt_subtest_jmpbuf, 1) == 0;			\
	     igt_success())

#define igt_dynamic(name)						\
	for (; __igt_run_dynamic_subtest(name) &&			\
	       sigsetjmp(igt_dynamic_jmpbuf, 1) == 0;			\
	     igt_success())

#define igt_subtest_group()						\
	for (int igt_unique(once) = 0, igt_unique(save) = 0, igt_unique(desc) = 0; \
	     !igt_unique(once) &&					\
	     (__igt_subtest_group_save(&igt_unique(save), &igt_unique(desc)), true); \
	     igt_unique(once) = 1,					\
	     __igt_subtest_group_restore(igt_unique(save), igt_unique(desc)))

#define igt_fork(child, nr)						\
	for (int child = 0; child < (int)(nr); child++)		\
		for (; __igt_fork(); exit(0))

#define igt_describe(text)	igt_describe_f("%s", text)

/* Assertions and requirements. */
#define igt_assert(cond)						\
	do {								\
		if (!(cond))						\
			__igt_fail_assert(NULL, __FILE__, __LINE__, __func__, \
					  #cond, NULL);			\
	} while (0)

#define igt_assert_f(cond, fmt...)					\
	do {								\
		if (!(cond))						\
			__igt_fail_assert(NULL, __FILE__, __LINE__, __func__, \
					  #cond, fmt);			\
	} while (0)

#define igt_assert_cmp(type, format, a, op, b)				\
	do {								\
		type igt_a = (a), igt_b = (b);				\
									\
		if (!(igt_a op igt_b))					\
			__igt_fail_assert(NULL, __FILE__, __LINE__, __func__, \
					  #a " " #op " " #b,		\
					  "error: " format " " #op " " format "\n", \
					  igt_a, igt_b);		\
	} while (0)

#define igt_assert_eq(a, b)	igt_assert_cmp(int, "%d", a, ==, b)
#define igt_assert_neq(a, b)	igt_assert_cmp(int, "%d", a, !=, b)
#define igt_assert_lt(a, b)	igt_assert_cmp(int, "%d", a, <, b)
#define igt_assert_lte(a, b)	igt_assert_cmp(int, "%d", a, <=, b)
#define igt_assert_eq_u32(a, b)	igt_assert_cmp(uint32_t, "%#x", a, ==, b)
#define igt_assert_neq_u32(a, b) igt_assert_cmp(uint32_t, "%#x", a, !=, b)
#define igt_assert_eq_u64(a, b)	\
	igt_assert_cmp(unsigned long long, "%#llx", a, ==, b)
#define igt_assert_neq_u64(a, b) \
	igt_assert_cmp(unsigned long long, "%#llx", a, !=, b)
#define igt_assert_lte_u64(a, b) \
	igt_assert_cmp(unsigned long long, "%#llx", a, <=, b)

#define igt_require(cond)						\
	do {								\
		if (!(cond))						\
			__igt_skip_check(__FILE__, __LINE__, __func__, #cond, NULL); \
	} while (0)

#define igt_require_f(cond, fmt...)					\
	do {								\
		if (!(cond))						\
			__igt_skip_check(__FILE__, __LINE__, __func__, #cond, fmt); \
	} while (0)

#define igt_abort_on_f(cond, fmt...)					\
	do {								\
		if (cond)						\
			__igt_abort(NULL, __FILE__, __LINE__, __func__, #cond, fmt); \
	} while (0)

#define igt_info(fmt...)	igt_log(NULL, IGT_LOG_INFO, fmt)
#define igt_debug(fmt...)	igt_log(NULL, IGT_LOG_DEBUG, fmt)

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

#endif /* CNOVA_IGT_SRC */

#endif /* CNOVA_IGT_DECL_H */
