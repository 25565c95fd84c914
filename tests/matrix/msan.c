// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory sanitizer does not see what the digest libraries, which are not built with it, write.  Linked with --wrap
 * for these three, so that all else in ring 1 is seen.  What they read is looked at here.
 */
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <sanitizer/msan_interface.h>

#define WRAP(hash) \
	void __real_nettle_##hash##_update(struct hash##_ctx *, size_t, const uint8_t *); \
	void __real_nettle_##hash##_digest(struct hash##_ctx *, size_t, uint8_t *); \
	void __wrap_nettle_##hash##_update(struct hash##_ctx *context, size_t size, const uint8_t *data); \
	void __wrap_nettle_##hash##_digest(struct hash##_ctx *context, size_t size, uint8_t *out); \
	void __wrap_nettle_##hash##_update(struct hash##_ctx *context, size_t size, const uint8_t *data) \
	{ \
		__msan_check_mem_is_initialized(data, size); \
		__real_nettle_##hash##_update(context, size, data); \
	} \
	void __wrap_nettle_##hash##_digest(struct hash##_ctx *context, size_t size, uint8_t *out) \
	{ \
		__real_nettle_##hash##_digest(context, size, out); \
		__msan_unpoison(out, size); \
	}

WRAP(sha1)
WRAP(sha256)

void __real_gcry_md_hash_buffer(int, void *, const void *, size_t);
void __wrap_gcry_md_hash_buffer(int hash, void *out, const void *data, size_t size);

void __wrap_gcry_md_hash_buffer(int hash, void *out, const void *data, size_t size)
{
	__msan_check_mem_is_initialized(data, size);
	/* It compares strings on its own stack, of which the sanitizer knows what we left there. */
	__msan_scoped_disable_interceptor_checks();
	__real_gcry_md_hash_buffer(hash, out, data, size);
	__msan_scoped_enable_interceptor_checks();
	__msan_unpoison(out, hash == 9 /* GCRY_MD_SHA384 */ ? 48 : 64);
}
