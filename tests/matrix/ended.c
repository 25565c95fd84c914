// SPDX-License-Identifier: GPL-2.0-or-later
/* A child that ends by _exit() has counted, too: linked with --wrap=_exit. */
void __gcov_dump(void);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}
