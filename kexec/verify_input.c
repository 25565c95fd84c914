// SPDX-License-Identifier: GPL-2.0-or-later
/* What a log is verified by and against: opened before, and not yet looked at. */
#include <errno.h>
#include <string.h>

#include "verify.h"

int verify_complain_file(const char *path, int error)
{
	const char *name = strcmp(path, "-") ? path : "standard input";

	if (error == -EISDIR)
		return complain(STATUS_ERROR, "%s is a folder: name the log in it", name);
	return complain(STATUS_ERROR, "%s cannot be read: %s", name, strerror(-error));
}

/* Behind archives the live log is read into a temporary file: it must not be held open for long. */
static int add_live(const struct run *run, struct parts *parts)
{
	struct live_failure failure;
	struct host_file file;
	struct host_log log;
	int error = host_log_open(&run->root, &log);

	if (error) {
		failure.error = error;
		memcpy(failure.path, log.path, sizeof(failure.path));
		return complain_survey(run, &failure);
	}
	error = host_file_spool(host_log_read, &log, &file);
	host_log_close(&log);
	if (error)
		return complain(STATUS_ERROR, "the live log cannot be copied to a temporary file: %s",
				strerror(-error));
	if (parts_add_file(parts, "the live log", &file))
		return complain(STATUS_ERROR, "memory is short");
	return STATUS_DONE;
}

int verify_open(const struct run *run, const struct verify_request *request, struct verify_input *input)
{
	*input = (struct verify_input){ .live = !request->log_count && !request->archive_count,
					.pcrs = request->given };
	parts_init(&input->parts);
	if (input->live)
		return STATUS_DONE;
	if (!request->log_count && !request->has_given && !request->quote.given)
		host_pcrs_read(&run->root, UINT32_C(1) << VERIFY_PCR, &input->pcrs);
	for (size_t i = 0; i < request->archive_count + request->log_count; i++) {
		bool is_archive = i < request->archive_count;
		const char *path = is_archive ? request->archives[i]
					      : request->logs[i - request->archive_count];
		int error = parts_add(&input->parts, path, is_archive);

		if (error)
			return verify_complain_file(path, error);
		input->parts.list[i].is_piece = is_archive && request->pieces && request->pieces[i];
	}
	if (request->log_count)
		return STATUS_DONE;
	input->has_staging = host_log_can_shrink(&run->root);
	return add_live(run, &input->parts);
}

void verify_close(struct verify_input *input)
{
	parts_free(&input->parts);
}

bool verify_drop_pieces(const struct verify_request *request, struct verify_input *input)
{
	size_t pieces = 0;

	for (size_t i = 0; i < input->parts.count; i++)
		pieces += input->parts.list[i].is_piece;
	if (!pieces)
		return false;
	/* The live log alone needs no copy. */
	input->live = !request->log_count && input->parts.count == pieces + 1;
	if (!input->live)
		return parts_drop_pieces(&input->parts);
	parts_free(&input->parts);
	return true;
}
