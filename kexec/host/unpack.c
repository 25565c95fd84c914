// SPDX-License-Identifier: GPL-2.0-or-later
/* What a kernel's build packs its image with, from memory to memory. */
#include "unpack.h"

#include <errno.h>
#include <lz4.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "cursor.h"
#include "library.h"

HOST_LIBRARY_NOTE_FOR(lzma_note, "unpack", "kernel images packed by xz or lzma", "liblzma.so.5");
HOST_LIBRARY_NOTE_FOR(zstd_note, "unpack", "kernel images packed by zstd", "libzstd.so.1");
HOST_LIBRARY_NOTE_FOR(lz4_note, "unpack", "kernel images packed by lz4", "liblz4.so.1");

#define LZMA(X) X(lzma_auto_decoder) X(lzma_code) X(lzma_end)
#define ZSTD(X) X(ZSTD_createDStream) X(ZSTD_freeDStream) X(ZSTD_decompressStream) X(ZSTD_isError)
#define LZ4(X) X(LZ4_decompress_safe)

static struct { LZMA(HOST_SYMBOL) } lzma;
static struct { ZSTD(HOST_SYMBOL) } zstd;
static struct { LZ4(HOST_SYMBOL) } lz4;

/* What is unpacked so far. */
struct output {
	unsigned char *data;	/* owned */
	size_t size, room, max;	/* bytes */
};

/* At least @more bytes of room behind what there is. */
static int reserve(struct output *out, size_t more)
{
	size_t room = out->room ? out->room : 1 << 20;
	unsigned char *data;

	if (more > out->max - out->size)
		return -EFBIG;
	while (room - out->size < more)
		room = room > out->max / 2 ? out->max : room * 2;
	if (room == out->room)
		return 0;
	data = realloc(out->data, room);
	if (!data)
		return -ENOMEM;
	out->data = data;
	out->room = room;
	return 0;
}

static int unpack_gzip(struct imalog_span in, struct output *out)
{
	z_stream stream = { .next_in = (unsigned char *)in.data };
	size_t left = in.size;
	int result = inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK ? Z_OK : Z_MEM_ERROR, error = 0;

	if (result != Z_OK)
		return -ENOMEM;
	while (!error && result == Z_OK) {
		uInt before;

		if (!stream.avail_in) {
			stream.avail_in = left > 1u << 30 ? 1u << 30 : (uInt)left;
			left -= stream.avail_in;
		}
		error = reserve(out, out->room > out->size ? 1 : 1 << 16);
		if (error)
			break;
		before = out->room - out->size > 1u << 30 ? 1u << 30 : (uInt)(out->room - out->size);
		stream.next_out = out->data + out->size;
		stream.avail_out = before;
		result = inflate(&stream, Z_NO_FLUSH);
		out->size += before - stream.avail_out;
	}
	inflateEnd(&stream);
	return error ? error : result == Z_STREAM_END ? 0 : -EILSEQ;
}

static int unpack_lzma(struct imalog_span in, struct output *out)
{
	static const char *const names[] = { LZMA(HOST_NAME) };
	lzma_stream stream = LZMA_STREAM_INIT;
	lzma_ret result = LZMA_OK;
	int error = host_library_load("liblzma.so.5", names, sizeof(names) / sizeof(names[0]), &lzma);

	if (error)
		return error;
	if (lzma.lzma_auto_decoder(&stream, UINT64_C(512) << 20, 0) != LZMA_OK)
		return -ENOMEM;
	stream.next_in = in.data;
	stream.avail_in = in.size;
	while (!error && result == LZMA_OK) {
		error = reserve(out, out->room > out->size ? 1 : 1 << 16);
		if (error)
			break;
		stream.next_out = out->data + out->size;
		stream.avail_out = out->room - out->size;
		result = lzma.lzma_code(&stream, LZMA_RUN);
		out->size = out->room - stream.avail_out;
	}
	lzma.lzma_end(&stream);
	return error ? error : result == LZMA_STREAM_END ? 0 : -EILSEQ;
}

static int unpack_zstd(struct imalog_span in, struct output *out)
{
	static const char *const names[] = { ZSTD(HOST_NAME) };
	ZSTD_inBuffer from = { in.data, in.size, 0 };
	int error = host_library_load("libzstd.so.1", names, sizeof(names) / sizeof(names[0]), &zstd);
	ZSTD_DStream *stream;
	size_t result = 1;

	if (error)
		return error;
	stream = zstd.ZSTD_createDStream();
	if (!stream)
		return -ENOMEM;
	while (!error && result) {
		ZSTD_outBuffer to;
		size_t before = from.pos;

		error = reserve(out, out->room > out->size ? 1 : 1 << 16);
		if (error)
			break;
		to = (ZSTD_outBuffer){ out->data + out->size, out->room - out->size, 0 };
		result = zstd.ZSTD_decompressStream(stream, &to, &from);
		out->size += to.pos;
		if (zstd.ZSTD_isError(result) || (result && !to.pos && from.pos == before))
			error = -EILSEQ;
	}
	zstd.ZSTD_freeDStream(stream);
	return error;
}

/* Frames of at most 8 MiB unpacked, each behind its packed size; the size of all may follow them. */
static int unpack_lz4(struct imalog_span in, struct output *out)
{
	enum { FRAME = 8 << 20, MAGIC = 0x184c2102 };
	static const char *const names[] = { LZ4(HOST_NAME) };
	int error = host_library_load("liblz4.so.1", names, sizeof(names) / sizeof(names[0]), &lz4);
	struct imalog_span frame;
	uint32_t size;

	while (!error && cursor_u32(&in, IMALOG_LITTLE_ENDIAN, &size)) {
		int got;

		if (size == MAGIC)
			continue;
		/* Not a frame any more: what the build has put behind. */
		if (out->size && (size == out->size || size > in.size))
			break;
		if (size > INT32_MAX || !cursor_bytes(&in, size, &frame))
			return -EILSEQ;
		error = reserve(out, FRAME);
		if (error)
			break;
		got = lz4.LZ4_decompress_safe((const char *)frame.data, (char *)out->data + out->size,
					      (int)size, FRAME);
		if (got < 0)
			return -EILSEQ;
		out->size += (size_t)got;
	}
	return error ? error : out->size ? 0 : -EILSEQ;
}

int host_unpack(struct imalog_span packed, size_t max, unsigned char **data, size_t *size)
{
	static const struct {
		unsigned char magic[6];
		size_t size;
		int (*unpack)(struct imalog_span in, struct output *out);
	} ways[] = {
		{ { 0x1f, 0x8b }, 2, unpack_gzip },
		{ { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, unpack_lzma },
		{ { 0x5d, 0, 0 }, 3, unpack_lzma },
		{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, unpack_zstd },
		{ { 0x02, 0x21, 0x4c, 0x18 }, 4, unpack_lz4 },
	};
	struct output out = { .max = max };
	int error = -ENOTSUP;

	*data = NULL;
	*size = 0;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (packed.size >= ways[i].size &&
		    !memcmp(packed.data, ways[i].magic, ways[i].size)) {
			error = ways[i].unpack(packed, &out);
			break;
		}
	if (error) {
		free(out.data);
		return error;
	}
	*data = out.data;
	*size = out.size;
	return 0;
}
