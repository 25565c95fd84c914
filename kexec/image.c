// SPDX-License-Identifier: GPL-2.0-or-later
#include "image.h"

#include <stdlib.h>
#include <string.h>

#include "cursor.h"

/* @size bytes at @offset, or none. */
static struct imalog_span at(struct imalog_span span, uint64_t offset, uint64_t size)
{
	if (offset > span.size || size > span.size - offset)
		return (struct imalog_span){ NULL, 0 };
	return (struct imalog_span){ span.data + offset, (size_t)size };
}

static struct imalog_span from(struct imalog_span span, uint64_t offset)
{
	return offset > span.size ? (struct imalog_span){ NULL, 0 }
				  : at(span, offset, span.size - offset);
}

static bool is_at(struct imalog_span file, uint64_t offset, const char *bytes, size_t size)
{
	struct imalog_span found = at(file, offset, size);

	return found.size == size && !memcmp(found.data, bytes, size);
}

static bool number_at(struct imalog_span file, uint64_t offset, uint32_t *number)
{
	struct imalog_span bytes = at(file, offset, 4);

	return cursor_u32(&bytes, IMALOG_LITTLE_ENDIAN, number);
}

static bool small_at(struct imalog_span file, uint64_t offset, uint32_t *number)
{
	struct imalog_span bytes = at(file, offset, 2);

	if (bytes.size != 2)
		return false;
	*number = (uint32_t)bytes.data[1] << 8 | bytes.data[0];
	return true;
}

/* Offsets in the header, by the names that boot.rst has for them. */
enum { SETUP_SECTS = 0x1f1, MAGIC = 0x202, KERNEL_VERSION = 0x20e, PAYLOAD_OFFSET = 0x248,
       PAYLOAD_LENGTH = 0x24c, SECTOR = 512 };

static bool bzimage(struct imalog_span file, struct image_layout *layout)
{
	struct imalog_span sectors = at(file, SETUP_SECTS, 1);
	uint32_t version, offset, length;
	uint64_t setup;

	if (!is_at(file, MAGIC, "HdrS", 4) || !small_at(file, KERNEL_VERSION, &version) ||
	    !number_at(file, PAYLOAD_OFFSET, &offset) || !number_at(file, PAYLOAD_LENGTH, &length))
		return false;
	setup = (uint64_t)(sectors.data[0] ? sectors.data[0] : 4) + 1;
	layout->kind = IMAGE_BZIMAGE;
	layout->packed = true;
	layout->payload = at(file, setup * SECTOR + offset, length);
	if (version)
		layout->release = from(file, (uint64_t)version + SECTOR);
	return layout->payload.size;
}

static bool zboot(struct imalog_span file, struct image_layout *layout)
{
	uint32_t offset, length;

	if (!is_at(file, 0, "MZ", 2) || !is_at(file, 4, "zimg", 4) || !number_at(file, 8, &offset) ||
	    !number_at(file, 12, &length))
		return false;
	layout->kind = IMAGE_ZBOOT;
	layout->packed = true;
	layout->payload = at(file, offset, length);
	return layout->payload.size;
}

bool image_layout(struct imalog_span file, struct image_layout *layout)
{
	*layout = (struct image_layout){ .payload = file };
	if (is_at(file, MAGIC, "HdrS", 4))
		return bzimage(file, layout);
	if (is_at(file, 4, "zimg", 4))
		return zboot(file, layout);
	if (is_at(file, 56, "ARM\x64", 4))
		layout->kind = IMAGE_ARM64;
	else if (is_at(file, 0, "\x7f" "ELF", 4))
		layout->kind = IMAGE_ELF;
	else if (is_at(file, 0, "\x1f\x8b", 2) || is_at(file, 0, "\x28\xb5\x2f\xfd", 4) ||
		 is_at(file, 0, "\xfd" "7zXZ", 5) || is_at(file, 0, "\x02\x21\x4c\x18", 4))
		layout->kind = IMAGE_PACKED;
	layout->packed = layout->kind == IMAGE_PACKED;
	return layout->kind != IMAGE_UNKNOWN;
}

/* What follows the first occurrence of @words; size 0: it does not occur, or nothing follows. */
static struct imalog_span behind(struct imalog_span bytes, const char *words)
{
	size_t size = strlen(words);

	while (bytes.size > size) {
		const unsigned char *found = memchr(bytes.data, words[0], bytes.size - size);

		if (!found)
			break;
		bytes = from(bytes, (uint64_t)(found - bytes.data));
		if (!memcmp(bytes.data, words, size))
			return from(bytes, size);
		bytes = from(bytes, 1);
	}
	return (struct imalog_span){ NULL, 0 };
}

void image_release(struct imalog_span text, struct image_facts *facts)
{
	size_t size = 0;

	while (size < text.size && size < sizeof(facts->release) - 1 &&
	       ((text.data[size] >= 'a' && text.data[size] <= 'z') ||
		(text.data[size] >= 'A' && text.data[size] <= 'Z') ||
		(text.data[size] >= '0' && text.data[size] <= '9') ||
		(text.data[size] && strchr(".-_+~", text.data[size]))))
		size++;
	if (!size || text.data[0] < '0' || text.data[0] > '9')
		return;
	memcpy(facts->release, text.data, size);
	facts->release[size] = '\0';
}

void image_search(struct imalog_span bytes, struct image_facts *facts, struct imalog_span *config)
{
	bool events = behind(bytes, "kexec_segment_size=%lu;").size;
	bool mapped = behind(bytes, "Could not map measurements buffer").size;
	bool staging = behind(bytes, "binary_runtime_measurements_staged").size;

	facts->searched = true;
	facts->restores = behind(bytes, "Failed to restore the measurement list").size;
	facts->hands_over = behind(bytes, "Not enough memory for the kexec measurement buffer").size;
	facts->generation = !facts->hands_over ? IMALOG_GENERATION_NONE
			    : events && staging ? IMALOG_GENERATION_STAGING
			    : events		? IMALOG_GENERATION_EVENTS
			    : mapped		? IMALOG_GENERATION_COPY_AT_EXECUTE
						: IMALOG_GENERATION_COPY_AT_LOAD;
	if (!facts->release[0])
		image_release(behind(bytes, "Linux version "), facts);
	*config = behind(bytes, "IKCFG_ST");
}

/* Decimal digits from byte @begin of a line on. */
static bool read_extra(struct imalog_span line, size_t begin, unsigned *kib)
{
	*kib = 0;
	for (size_t i = begin; i < line.size; i++) {
		if (line.data[i] < '0' || line.data[i] > '9')
			return false;
		*kib = *kib * 10 + (unsigned)(line.data[i] - '0');
	}
	return *kib <= IMALOG_EXTRA_KIB_MAX;
}

void image_config(struct imalog_span text, struct image_facts *facts)
{
	static const char extra[] = "CONFIG_IMA_KEXEC_EXTRA_MEMORY_KB=";
	struct imalog_span line;
	bool any = false;

	while (text.size) {
		/* The last line may be without its end. */
		if (!cursor_until(&text, '\n', &line)) {
			line = text;
			text.size = 0;
		}
		any = any || (line.size > 7 && !memcmp(line.data, "CONFIG_", 7));
		if (imalog_span_is(line, "CONFIG_IMA=y"))
			facts->ima = true;
		else if (imalog_span_is(line, "CONFIG_IMA_KEXEC=y"))
			facts->ima_kexec = true;
		else if (line.size > sizeof(extra) - 1 && line.size < sizeof(extra) + 3 &&
			 !memcmp(line.data, extra, sizeof(extra) - 1)) {
			facts->has_extra = read_extra(line, sizeof(extra) - 1, &facts->extra_kib);
		}
	}
	facts->has_config = any;
}
