// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Work is handed out under one lock, in pieces of a window each (some thousand digests), so that the
 * lock costs nothing.  A piece is one of three:
 *
 *   frame    read a window and split it into records: one thread at a time, in order
 *   digest   template digests of a window for one hash: any window, any order
 *   chain    extend a group of banks by a window: in order, when its digests are made
 */
#include "pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#define THREADS_MAX 8
#define SLOTS (2 * THREADS_MAX)
#define KEEP_BYTES (1u << 20)	/* a window that had to be larger is given back */

/* One window on its way. */
struct slot {
	struct imalog_batch batch;
	struct scan_buffer bytes;	/* what the batch borrows; owned */
	unsigned taken, made;		/* 1 << enum imalog_hash: digests begun and finished */
	unsigned chained;		/* 1 << group */
};

/* Banks that are extended together. */
struct group {
	unsigned banks, needs;		/* 1 << enum imalog_hash: extended, digests of */
	uint64_t next;			/* window */
	bool busy;
};

struct pipeline {
	struct pipeline_job *job;
	struct scan_pump pump;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct slot slots[SLOTS];
	unsigned slot_count;
	unsigned hashes;		/* that each window needs */
	struct group groups[IMALOG_HASHES];
	unsigned group_count;
	uint64_t framed, done;		/* windows */
	bool framing, end;
	int error;			/* negative errno, ends everything */
	pthread_t threads[THREADS_MAX];
	unsigned started, wanted;	/* threads besides the first */
};

enum piece { NOTHING, FRAME, DIGEST, CHAIN };

struct work {
	enum piece piece;
	struct slot *slot;
	enum imalog_hash hash;
	unsigned group;
};

static struct slot *slot_of(struct pipeline *pipeline, uint64_t window)
{
	return &pipeline->slots[window % pipeline->slot_count];
}

static bool find_chain(struct pipeline *pipeline, struct work *work)
{
	for (unsigned i = 0; i < pipeline->group_count; i++) {
		struct group *group = &pipeline->groups[i];
		struct slot *slot = slot_of(pipeline, group->next);

		if (group->busy || group->next >= pipeline->framed ||
		    (slot->made & group->needs) != group->needs)
			continue;
		group->busy = true;
		*work = (struct work){ CHAIN, slot, IMALOG_SHA1, i };
		return true;
	}
	return false;
}

static bool find_digest(struct pipeline *pipeline, struct work *work)
{
	for (uint64_t window = pipeline->done; window < pipeline->framed; window++) {
		struct slot *slot = slot_of(pipeline, window);
		unsigned left = pipeline->hashes & ~slot->taken;

		for (unsigned i = 0; left && i < IMALOG_HASHES; i++) {
			if (!(left & 1u << i))
				continue;
			slot->taken |= 1u << i;
			*work = (struct work){ DIGEST, slot, (enum imalog_hash)i, 0 };
			return true;
		}
	}
	return false;
}

static bool find_frame(struct pipeline *pipeline, struct work *work)
{
	if (pipeline->framing || pipeline->end ||
	    pipeline->framed - pipeline->done >= pipeline->slot_count)
		return false;
	pipeline->framing = true;
	*work = (struct work){ FRAME, slot_of(pipeline, pipeline->framed), IMALOG_SHA1, 0 };
	return true;
}

/* The next piece, waiting for it; NOTHING when all is done.  Chains first: they are the long way. */
static enum piece take(struct pipeline *pipeline, struct work *work)
{
	for (;;) {
		if (pipeline->error || (pipeline->end && pipeline->done == pipeline->framed))
			return NOTHING;
		if (find_chain(pipeline, work) || find_digest(pipeline, work) ||
		    find_frame(pipeline, work))
			return work->piece;
		pthread_cond_wait(&pipeline->changed, &pipeline->lock);
	}
}

static void *serve(void *context);

/* Threads only for logs of more than two windows. */
static void start_threads(struct pipeline *pipeline)
{
	while (pipeline->framed >= 2 && pipeline->started < pipeline->wanted) {
		if (pthread_create(&pipeline->threads[pipeline->started], NULL, serve, pipeline))
			pipeline->wanted = pipeline->started;
		else
			pipeline->started++;
	}
}

static int frame(struct pipeline *pipeline, struct slot *slot)
{
	struct pipeline_job *job = pipeline->job;

	if (slot->bytes.room > KEEP_BYTES) {
		free(slot->bytes.data);
		slot->bytes = (struct scan_buffer){ 0 };
	}
	return scan_step(job->scan, &pipeline->pump, &slot->batch, &slot->bytes);
}

static void finish_frame(struct pipeline *pipeline, struct slot *slot, int result)
{
	struct pipeline_job *job = pipeline->job;

	pipeline->framing = false;
	if (result < 0) {
		pipeline->error = result;
		return;
	}
	slot->taken = 0;
	slot->made = 0;
	slot->chained = 0;
	pipeline->framed++;
	pipeline->end = result == 1;
	if (job->tick)
		job->tick(job->tick_context, job->scan->census.total.bytes);
}

static void note_altered(struct pipeline_job *job, const struct imalog_batch *batch)
{
	const struct imalog_batch_record *record = &batch->records[batch->bad];
	struct imalog_span name;

	job->altered = true;
	job->altered_record = batch->first + batch->bad;
	job->altered_error = batch->bad_error;
	/* n-ng is the second field of all templates but custom ones, and ends with a NUL. */
	if (record->is_ima || imalog_field(record->data, job->scan->format.byte_order, 1, &name) ||
	    !name.size || name.data[name.size - 1])
		return;
	name.size--;
	imalog_escape(name, job->altered_name, sizeof(job->altered_name));
}

static void finish_chain(struct pipeline *pipeline, struct slot *slot, unsigned index)
{
	struct pipeline_job *job = pipeline->job;
	const struct imalog_batch *batch = &slot->batch;

	pipeline->groups[index].busy = false;
	pipeline->groups[index].next++;
	slot->chained |= 1u << index;
	if (slot->chained + 1 != 1u << pipeline->group_count)
		return;
	/* Its last chain; windows end in order, since each chain takes them in order. */
	pipeline->done++;
	if (batch->bad < batch->count && !job->altered)
		note_altered(job, batch);
}

static void chain(struct pipeline *pipeline, struct slot *slot, const struct group *group)
{
	struct pipeline_job *job = pipeline->job;

	if (job->quote)
		imalog_batch_chain_quote(&slot->batch, job->replay, group->banks, job->quote,
					 job->quote_others, &job->quote_records);
	else
		imalog_batch_chain(&slot->batch, job->replay, group->banks);
}

static void *serve(void *context)
{
	struct pipeline *pipeline = context;
	struct work work;
	int result = 0;

	pthread_mutex_lock(&pipeline->lock);
	while (take(pipeline, &work)) {
		pthread_mutex_unlock(&pipeline->lock);
		switch (work.piece) {
		case FRAME: result = frame(pipeline, work.slot); break;
		case DIGEST: imalog_batch_digest(&work.slot->batch, work.hash); break;
		case CHAIN:
			chain(pipeline, work.slot, &pipeline->groups[work.group]);
			break;
		case NOTHING: break;
		}
		pthread_mutex_lock(&pipeline->lock);
		switch (work.piece) {
		case FRAME:
			finish_frame(pipeline, work.slot, result);
			start_threads(pipeline);
			break;
		case DIGEST: work.slot->made |= 1u << work.hash; break;
		case CHAIN: finish_chain(pipeline, work.slot, work.group); break;
		case NOTHING: break;
		}
		pthread_cond_broadcast(&pipeline->changed);
	}
	pthread_cond_broadcast(&pipeline->changed);
	pthread_mutex_unlock(&pipeline->lock);
	return NULL;
}

static void add_group(struct pipeline *pipeline, unsigned banks)
{
	const struct imalog_replay *replay = pipeline->job->replay;
	struct group *group = &pipeline->groups[pipeline->group_count];

	banks &= replay->banks;
	if (!banks && pipeline->group_count)
		return;
	group->banks = banks;
	group->needs = imalog_replay_needs(replay, banks);
	pipeline->group_count++;
}

/*
 * SHA-1 and SHA-256 steps are short, and the two chains run side by side in one thread for little
 * more than the longer of them; the others are long enough for a thread each.  A quote covers all
 * banks at one moment, so that they must be extended together.
 */
static void make_groups(struct pipeline *pipeline)
{
	const unsigned shorts = 1u << IMALOG_SHA1 | 1u << IMALOG_SHA256;
	const struct imalog_replay *replay = pipeline->job->replay;

	if (pipeline->job->quote) {
		add_group(pipeline, (1u << IMALOG_HASHES) - 1);
		return;
	}
	add_group(pipeline, shorts);
	add_group(pipeline, 1u << IMALOG_SHA384);
	add_group(pipeline, 1u << IMALOG_SHA512);
	/* Whatever is only compared with the log must be waited for by somebody. */
	pipeline->groups[0].needs |=
		pipeline->hashes & ~imalog_replay_needs(replay, replay->banks);
}

static void set_up(struct pipeline *pipeline)
{
	struct pipeline_job *job = pipeline->job;
	unsigned threads = job->threads > THREADS_MAX ? THREADS_MAX : job->threads;

	pipeline->wanted = threads ? threads - 1 : 0;
	pipeline->slot_count = 2 * (pipeline->wanted + 1);
	pipeline->hashes = imalog_batch_hashes(job->replay, job->scan->format.digest_size);
	make_groups(pipeline);
	for (unsigned i = 0; i < pipeline->slot_count; i++)
		imalog_batch_init(&pipeline->slots[i].batch, pipeline->hashes);
}

int pipeline_run(struct pipeline_job *job)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
	int result;

	if (!pipeline)
		return -ENOMEM;
	if (!imalog_hash_prepare()) {
		free(pipeline);
		return -ELIBACC;
	}
	pipeline->job = job;
	job->altered = false;
	job->altered_name[0] = '\0';
	pthread_mutex_init(&pipeline->lock, NULL);
	pthread_cond_init(&pipeline->changed, NULL);
	scan_pump_init(&pipeline->pump, job->source, job->context);
	result = scan_begin(job->scan, &pipeline->pump, job->resume);
	if (!result) {
		set_up(pipeline);
		serve(pipeline);
		for (unsigned i = 0; i < pipeline->started; i++)
			pthread_join(pipeline->threads[i], NULL);
		result = pipeline->error;
	}
	for (unsigned i = 0; i < pipeline->slot_count; i++) {
		imalog_batch_free(&pipeline->slots[i].batch);
		free(pipeline->slots[i].bytes.data);
	}
	scan_pump_free(&pipeline->pump);
	pthread_cond_destroy(&pipeline->changed);
	pthread_mutex_destroy(&pipeline->lock);
	free(pipeline);
	return result;
}
