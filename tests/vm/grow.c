// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Grows the IMA measurement log of the machine it runs on, to the byte.
 *
 *	grow records N [PATH_LENGTH]	N records
 *	grow violations N		N files read while somebody may write to them
 *	grow bytes N			exactly N bytes
 *	grow pages N			exactly N pages of this machine's memory
 *	grow over D			until the log, with the kexec_execute record
 *					to come, is D bytes longer (shorter if D
 *					is negative) than the loaded segment holds
 *	grow left			says how many bytes "over 0" would add
 *	grow page			says how many bytes a page of memory has
 *	grow segment HEADERS KB		says what segment a load would get now, by the
 *					kernel's rule; for $GROW_SEGMENT
 *
 * Each record is a new file in the folder $GROW_DIR (default /grow), owned by
 * uid 1000 and read once; the policy must measure such a file. With
 * GROW_SIGNATURE=N the files carry a signature of N bytes in security.ima. GROW_PATH=N is
 * the length of a usual path. GROW_SEGMENT=N is the loaded segment of a kernel that
 * measures no kexec event; then none is to come either.
 *
 * The size of the record to come is the bench's own prediction: that of the last
 * kexec_load, 3 bytes for the longer name, and the digits by which its numbers
 * grew.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define IMA_DIR "/sys/kernel/security/ima/"
#define HEADER 24		/* struct ima_kexec_hdr before the records */
#define NAME_MAX_LENGTH 255
#define USUAL_RECORD 167	/* ima-ng with SHA-256 and that path */
#define MEASURED_UID 1000

struct bytes {
	unsigned char *data;
	size_t size;
};

/* The numbers in the text of the last kexec_load of a log. */
struct load {
	unsigned long segment, counted, records;
	size_t record_size;
	size_t end;		/* offset of the record after it */
	int known;
};

static const char *folder = "/grow";
static size_t signature_size;
static size_t usual_path = 80;
static unsigned long given_segment;
static unsigned long serial;

/* A writer of the staging interface keeps readers out for moments. */
static int open_log(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	for (int tries = 0; fd < 0 && errno == EBUSY && tries < 50; tries++) {
		usleep(100000);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	return fd;
}

/* Appends what a file of the log holds; the staged list may not exist. */
static void append_log(struct bytes *log, const char *path)
{
	static const size_t step = 1 << 16;
	int fd = open_log(path);
	ssize_t got = 1;

	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0)
		err(1, "%s", path);
	while (got > 0) {
		log->data = realloc(log->data, log->size + step);
		if (!log->data)
			err(1, "memory");
		got = read(fd, log->data + log->size, step);
		if (got < 0)
			err(1, "%s", path);
		log->size += (size_t)got;
	}
	close(fd);
}

static struct bytes read_log(void)
{
	struct bytes log = { NULL, 0 };

	append_log(&log, IMA_DIR "binary_runtime_measurements_staged");
	append_log(&log, IMA_DIR "binary_runtime_measurements");
	return log;
}

static size_t log_size(void)
{
	struct bytes log = read_log();

	free(log.data);
	return log.size;
}

static uint32_t u32_at(const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* Finds the last kexec_load by its text, and its record's ends from there. */
static struct load last_load(struct bytes log)
{
	static const char key[] = "kexec_segment_size=";
	static const char name[] = "kexec_load";
	/* "sha1:" NUL digest, and so on */
	static const size_t digest_fields[] = { 6 + 20, 8 + 32, 8 + 48, 8 + 64 };
	struct load load = { .known = 0 };
	size_t at = 0;

	while (at < log.size) {
		const unsigned char *text = memmem(log.data + at, log.size - at,
						   key, sizeof(key) - 1);
		const unsigned char *before;
		char copy[128] = "";
		uint32_t length;

		if (!text)
			break;
		at = (size_t)(text - log.data) + 1;
		/* u32 length, "kexec_load\0", u32 length, text */
		before = text - 4 - sizeof(name);
		length = u32_at(text - 4);
		if (memcmp(before, name, sizeof(name)) || length >= sizeof(copy))
			continue;
		memcpy(copy, text, length);
		if (sscanf(copy, "kexec_segment_size=%lu;ima_binary_runtime_size=%lu;"
			   "ima_runtime_measurements_count=%lu;", &load.segment,
			   &load.counted, &load.records) != 3)
			continue;
		/* Before the name its length, before that the digest's field. */
		before -= 4;
		for (size_t i = 0; i < sizeof(digest_fields) / sizeof(*digest_fields); i++)
			if (u32_at(before - digest_fields[i] - 4) == digest_fields[i])
				load.record_size = 4 + 20 + 4 + strlen("ima-buf") + 4 +
					4 + digest_fields[i] + 4 + sizeof(name) +
					4 + length;
		load.end = at - 1 + length;
		load.known = 1;
	}
	return load;
}

static size_t digits(unsigned long n)
{
	return (size_t)snprintf(NULL, 0, "%lu", n);
}

/* Where the record after this one begins; and what the kernel counts for it. */
static size_t after_record(struct bytes log, size_t at, unsigned long *counted)
{
	size_t name, data;

	if (at + 4 + 20 + 4 > log.size)
		errx(1, "the log is cut");
	name = u32_at(log.data + at + 24);
	at += 4 + 20 + 4;
	if (name > log.size || at + name + 20 + 4 > log.size)
		errx(1, "the log is cut");
	/* Of the template "ima" two lengths and a NUL are counted and not shown. */
	if (name == 3 && !memcmp(log.data + at, "ima", 3)) {
		data = 20 + 4 + u32_at(log.data + at + name + 20);
		*counted += 4 + 20 + 4 + name + 4 + 4 + data + 1;
		return at + name + data;
	}
	data = 4 + u32_at(log.data + at + name);
	/* A custom template has no name to be counted. */
	*counted += 4 + 20 + 4 + (memchr(log.data + at, '|', name) ? 0 : name) + data;
	return at + name + data;
}

/* Records between an offset and the end of the log. */
static unsigned long records_after(struct bytes log, size_t at)
{
	unsigned long records = 0, counted = 0;

	while (at < log.size) {
		at = after_record(log, at, &counted);
		records++;
	}
	return records;
}

/*
 * Bytes to add so that log and kexec_execute just fill the segment. The numbers in
 * that record are those of the full log; only how many digits they have matters.
 */
static long bytes_left(void)
{
	struct bytes log = read_log();
	struct load load = last_load(log);
	unsigned long counted, records;
	long room;

	if (given_segment) {
		free(log.data);
		return (long)given_segment - HEADER - (long)log.size;
	}
	if (!load.known)
		errx(1, "no kexec_load in the log");
	room = (long)load.segment - HEADER - (long)log.size;
	counted = load.counted + load.record_size + log.size - load.end;
	records = load.records + 1 + records_after(log, load.end);
	free(log.data);
	if (room > 0) {
		counted += (unsigned long)room;
		records += (unsigned long)room / USUAL_RECORD;
	}
	return room - (long)(load.record_size + strlen("execute") - strlen("load") +
			     digits(counted) - digits(load.counted) +
			     digits(records) - digits(load.records));
}

/* What a load would get now. */
static unsigned long segment(unsigned long headers, unsigned long kb)
{
	unsigned long counted = headers * HEADER + (kb ? kb * 1024 : 2048);
	struct bytes log = read_log();

	for (size_t at = 0; at < log.size;)
		at = after_record(log, at, &counted);
	free(log.data);
	return (counted + 4095) / 4096 * 4096;
}

static void sign(const char *path)
{
	static unsigned char xattr[65536] = { 0x03, 0x02, 0x04 };	/* digsig, v2, sha256 */

	if (!signature_size)
		return;
	if (signature_size > sizeof(xattr))
		errx(1, "no extended attribute has %zu bytes", signature_size);
	memset(xattr + 3, 0x5a, sizeof(xattr) - 3);
	if (setxattr(path, "security.ima", xattr, signature_size, 0))
		err(1, "security.ima of %s", path);
}

/* One new file of the given path length, measured and gone again. */
static void one_record(size_t path_length, int violation)
{
	char path[NAME_MAX_LENGTH + 64];
	int fd, writer = -1;

	snprintf(path, sizeof(path), "%s/%08lx-%08lx-", folder,
		 (unsigned long)getpid() << 16 ^ (unsigned long)serial++,
		 (unsigned long)path_length);
	if (path_length < strlen(path) || path_length >= sizeof(path))
		errx(1, "no path of %zu bytes", path_length);
	memset(path + strlen(path), 'x', path_length - strlen(path));
	path[path_length] = '\0';
	if (mknod(path, S_IFREG | 0644, 0) || chown(path, MEASURED_UID, MEASURED_UID))
		err(1, "%s", path);
	sign(path);
	if (violation)
		writer = open(path, O_WRONLY | O_CLOEXEC);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (violation && writer < 0))
		err(1, "%s", path);
	close(fd);
	if (violation)
		close(writer);
	unlink(path);
}

static size_t shortest(void)
{
	return strlen(folder) + 1 + 18;
}

/* Adds exactly that many bytes; the first record shows what one costs. */
static void grow_bytes(long wanted)
{
	size_t start = log_size(), size, overhead, most, least;

	if (wanted < 0)
		errx(1, "the log is %ld bytes too long already", -wanted);
	one_record(usual_path, 0);
	size = log_size() - start;
	if (!size)
		errx(1, "the policy does not measure %s", folder);
	overhead = size - usual_path;
	least = overhead + shortest();
	most = overhead + NAME_MAX_LENGTH;
	wanted -= (long)size;
	while (wanted > 0) {
		size_t next = overhead + usual_path, left = (size_t)wanted;

		if (left <= most)
			next = left;
		else if (left < next + least)
			next = left - least;
		if (next < least)
			errx(1, "%zu bytes are less than one record", left);
		one_record(next - overhead, 0);
		wanted -= (long)next;
	}
	if (wanted)
		errx(1, "the first record was %ld bytes too many", -wanted);
}

static long number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end)
		errx(2, "%s is no number", text);
	return value;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	long value = argc > 2 ? number(argv[2]) : 0;
	size_t path_length;

	if (getenv("GROW_DIR"))
		folder = getenv("GROW_DIR");
	if (getenv("GROW_SIGNATURE"))
		signature_size = (size_t)number(getenv("GROW_SIGNATURE"));
	if (getenv("GROW_PATH"))
		usual_path = (size_t)number(getenv("GROW_PATH"));
	if (getenv("GROW_SEGMENT"))
		given_segment = (unsigned long)number(getenv("GROW_SEGMENT"));
	path_length = argc > 3 ? (size_t)number(argv[3]) : usual_path;
	if (!strcmp(verb, "page")) {
		printf("%ld\n", sysconf(_SC_PAGESIZE));
	} else if (!strcmp(verb, "left")) {
		printf("%ld\n", bytes_left());
	} else if (!strcmp(verb, "segment")) {
		printf("%lu\n", segment((unsigned long)value, (unsigned long)number(argv[3])));
	} else if (!strcmp(verb, "records")) {
		while (value-- > 0)
			one_record(path_length, 0);
	} else if (!strcmp(verb, "violations")) {
		while (value-- > 0)
			one_record(path_length, 1);
	} else if (!strcmp(verb, "bytes")) {
		grow_bytes(value);
	} else if (!strcmp(verb, "pages")) {
		grow_bytes(value * sysconf(_SC_PAGESIZE));
	} else if (!strcmp(verb, "over")) {
		grow_bytes(bytes_left() + value);
		if (bytes_left() != -value)
			errx(1, "aimed at %ld, left %ld", -value, bytes_left());
	} else {
		errx(2, "records N, violations N, bytes N, pages N, over D, left, page or segment HEADERS KB");
	}
	return 0;
}
