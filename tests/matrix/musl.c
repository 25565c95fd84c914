// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the unit tests of ring 1 need besides musl, so that they are static programs with Debian's own digest libraries:
 * the functions that glibc's headers put into those archives, and as much of cmocka, of which there is no archive, as
 * these tests use.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

/* ---- glibc's checked functions: the check is glibc's, and the libraries are not what is tried here -------------- */

char __libc_single_threaded;

void __explicit_bzero_chk(void *to, size_t size, size_t room)
{
	(void)room;
	explicit_bzero(to, size);
}

void *__memcpy_chk(void *to, const void *from, size_t size, size_t room)
{
	return size > room ? abort(), NULL : memcpy(to, from, size);
}

void *__memset_chk(void *to, int value, size_t size, size_t room)
{
	return size > room ? abort(), NULL : memset(to, value, size);
}

char *__strcat_chk(char *to, const char *from, size_t room)
{
	return strlen(to) + strlen(from) >= room ? abort(), NULL : strcat(to, from);
}

int __vfprintf_chk(FILE *to, int flag, const char *format, va_list list)
{
	(void)flag;
	return vfprintf(to, format, list);
}

#define WITH_LIST(call) \
	va_list list; \
	int result; \
	\
	va_start(list, format); \
	result = call; \
	va_end(list)

int __fprintf_chk(FILE *to, int flag, const char *format, ...)
{
	WITH_LIST(__vfprintf_chk(to, flag, format, list));
	return result;
}

int __printf_chk(int flag, const char *format, ...)
{
	WITH_LIST(__vfprintf_chk(stdout, flag, format, list));
	return result;
}

int __snprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, ...)
{
	(void)flag;
	WITH_LIST(vsnprintf(to, size < room ? size : room, format, list));
	return result;
}

int __sprintf_chk(char *to, int flag, size_t room, const char *format, ...)
{
	(void)flag;
	WITH_LIST(vsnprintf(to, room, format, list));
	return result;
}

void __syslog_chk(int priority, int flag, const char *format, ...)
{
	(void)priority, (void)flag, (void)format;
}

/* ---- cmocka ----------------------------------------------------------------------------------------- */

static jmp_buf out;

void print_error(const char *format, ...)
{
	WITH_LIST(vfprintf(stderr, format, list));
	(void)result;
}

void _fail(const char *file, int line)
{
	fprintf(stderr, "[  ERROR   ] --- %s:%d: error: Failure!\n", file, line);
	longjmp(out, 1);
}

static void want(int is_so, const char *what, const char *file, int line)
{
	if (is_so)
		return;
	fprintf(stderr, "[  ERROR   ] --- %s\n", what);
	_fail(file, line);
}

void _assert_true(LargestIntegralType result, const char *expression, const char *file, int line)
{
	want(result != 0, expression, file, line);
}

static void compare(LargestIntegralType a, LargestIntegralType b, int equal, const char *file, int line)
{
	char what[96];

	snprintf(what, sizeof(what), "%#llx %s %#llx", (unsigned long long)a, equal ? "!=" : "==",
		 (unsigned long long)b);
	want((a == b) == equal, what, file, line);
}

void _assert_int_equal(LargestIntegralType a, LargestIntegralType b, const char *file, int line)
{
	compare(a, b, 1, file, line);
}

void _assert_int_not_equal(LargestIntegralType a, LargestIntegralType b, const char *file, int line)
{
	compare(a, b, 0, file, line);
}

void _assert_in_range(LargestIntegralType value, LargestIntegralType least, LargestIntegralType most, const char *file,
		      int line)
{
	want(value >= least && value <= most, "out of range", file, line);
}

void _assert_string_equal(const char *a, const char *b, const char *file, int line)
{
	if (strcmp(a, b))
		fprintf(stderr, "\"%s\" != \"%s\"\n", a, b);
	want(!strcmp(a, b), "strings differ", file, line);
}

void _assert_string_not_equal(const char *a, const char *b, const char *file, int line)
{
	want(strcmp(a, b), a, file, line);
}

void _assert_memory_equal(const void *a, const void *b, size_t size, const char *file, int line)
{
	want(!memcmp(a, b, size), "memory differs", file, line);
}

void _assert_memory_not_equal(const void *a, const void *b, size_t size, const char *file, int line)
{
	want(memcmp(a, b, size), "memory is the same", file, line);
}

int _cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count, CMFixtureFunction before,
			    CMFixtureFunction after)
{
	volatile size_t failed = 0, i;

	if (before || after) {
		fprintf(stderr, "%s: fixtures are not made here\n", name);
		return 1;
	}
	for (i = 0; i < count; i++) {
		void *state = tests[i].initial_state;

		if (tests[i].setup_func || tests[i].teardown_func)
			failed++;
		else if (setjmp(out))
			failed++;
		else {
			tests[i].test_func(&state);
			continue;
		}
		fprintf(stderr, "[  FAILED  ] %s\n", tests[i].name);
	}
	fprintf(stderr, "[  PASSED  ] %zu test(s).\n", count - failed);
	return (int)failed;
}
