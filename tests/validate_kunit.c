// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who finds no room tries a second time, with nobody else about, and not a third time. The
 * others are whoever could take the lock.
 */

#include <drm/drm_exec.h>

#include "drm/validate.h"
#include "tests/vm_fixture.h"

enum { MAX_TRIES = 4 };

struct room {
	struct cnova_device *cnova;
	/* Of each try: what it finds, and whether others could have been there too. */
	int result[MAX_TRIES];
	bool alone[MAX_TRIES];
	u32 nr;
};

static bool others_may_come(struct cnova_device *cnova)
{
	bool may = down_read_trylock(&cnova->validate_lock);

	if (may)
		up_read(&cnova->validate_lock);
	return may;
}

static int look_for_room(void *arg)
{
	struct room *room = arg;

	/* Else it would never end. */
	if (room->nr == MAX_TRIES)
		return -EBADE;

	room->alone[room->nr] = !others_may_come(room->cnova);
	return room->result[room->nr++];
}

static int lock_objects(struct drm_exec *exec, void *arg)
{
	int err = look_for_room(arg);

	if (!err)
		drm_exec_init(exec, 0, 0);
	return err;
}

static int validate(struct room *room)
{
	return cnova_validate(room->cnova, look_for_room, room);
}

/* And holds what it got for a moment. */
static int validate_objects(struct room *room)
{
	struct cnova_validation validation;
	bool may;
	int err;

	err = cnova_validation_begin(&validation, room->cnova, lock_objects, room);
	if (err)
		return err;

	may = others_may_come(room->cnova);
	cnova_validation_end(&validation);
	return may == room->alone[room->nr - 1] ? -EBADE : 0;
}

static const struct way {
	const char *name;
	int (*get)(struct room *room);
} ways[] = {
	{ "memory", validate },
	{ "objects", validate_objects },
};

static const struct {
	int found[2];
	u32 nr;
	int err;
} cases[] = {
	{ { 0 }, 1, 0 },
	{ { -EINVAL }, 1, -EINVAL },
	{ { -ERESTARTSYS }, 1, -ERESTARTSYS },
	{ { -ENOSPC, 0 }, 2, 0 },
	{ { -ENOMEM, 0 }, 2, 0 },
	{ { -ENOSPC, -EINVAL }, 2, -EINVAL },
	{ { -ENOSPC, -ENOSPC }, 2, -ENOSPC },
	{ { -ENOMEM, -ENOMEM }, 2, -ENOMEM },
};

static void second_try_is_alone(struct kunit *test)
{
	const struct way *way = test->param_value;
	struct vm_fixture *fix = test->priv;

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		struct room room = {
			.cnova = fix->cnova,
			.result = { cases[i].found[0], cases[i].found[1] },
		};

		KUNIT_EXPECT_EQ_MSG(test, way->get(&room), cases[i].err, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, room.nr, cases[i].nr, "case %u", i);
		KUNIT_EXPECT_FALSE(test, room.alone[0]);
		KUNIT_EXPECT_EQ_MSG(test, room.alone[1], cases[i].nr == 2, "case %u", i);

		/* And nobody is kept out afterwards. */
		KUNIT_ASSERT_TRUE_MSG(test, down_write_trylock(&fix->cnova->validate_lock),
				      "case %u", i);
		up_write(&fix->cnova->validate_lock);
	}
}

static void way_name(const struct way *way, char *name)
{
	strscpy(name, way->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(way, ways, way_name);

static struct kunit_case validate_kunit_cases[] = {
	KUNIT_CASE_PARAM(second_try_is_alone, way_gen_params),
	{}
};

static struct kunit_suite validate_kunit_suite = {
	.name = "cnova_validate",
	.init = vm_fixture_init,
	.exit = vm_fixture_exit,
	.test_cases = validate_kunit_cases,
};

kunit_test_suite(validate_kunit_suite);
