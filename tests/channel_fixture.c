// SPDX-License-Identifier: GPL-2.0-only
/*
 * A channel on a host that does nothing by itself.
 */

#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/dma-mapping.h>

#include "hw/chip.h"
#include "tests/channel_fixture.h"

static struct channel_test *channel_test_of(struct cnova_channel *channel)
{
	return container_of(channel->host, struct channel_test, host);
}

static void channel_on_nonstall(struct cnova_channel *channel)
{
	channel_test_of(channel)->nonstalls++;
}

static void channel_on_fault(struct cnova_channel *channel, const struct cnova_fault *fault)
{
	struct channel_test *t = channel_test_of(channel);

	t->faults++;
	t->fault = *fault;
}

static void channel_on_error(struct cnova_channel *channel,
			     const struct cnova_channel_error *error)
{
	struct channel_test *t = channel_test_of(channel);

	t->errors++;
	t->error = *error;
	t->told = channel;
}

static bool channel_is_late(struct cnova_channel *channel)
{
	return channel_test_of(channel)->late;
}

static const struct cnova_channel_ops channel_ops = {
	.nonstall = channel_on_nonstall,
	.fault = channel_on_fault,
	.error = channel_on_error,
	.is_late = channel_is_late,
};

static void channel_on_wedged(struct cnova_tlb *tlb)
{
	container_of(tlb, struct channel_test, mm.tlb)->wedged++;
}

static void channel_on_reset(struct cnova_host *host)
{
	container_of(host, struct channel_test, host)->resets++;
}

/* Interrupts are what a test says. */
static int channel_request_irq(struct cnova_host *host)
{
	return 0;
}

static void channel_free_irq(struct cnova_host *host)
{
}

int channel_test_init(struct kunit *test)
{
	struct channel_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	test->priv = t;
	kunit_activate_static_stub(test, cnova_host_request_irq, channel_request_irq);
	kunit_activate_static_stub(test, cnova_host_free_irq, channel_free_irq);

	t->fake = fake_create(test, test->param_value ?: cnova_chip_at(0));
	t->fake->dev->dma_mask = &t->fake->dev->coherent_dma_mask;
	KUNIT_ASSERT_EQ(test, dma_set_mask_and_coherent(t->fake->dev, DMA_BIT_MASK(47)), 0);
	KUNIT_ASSERT_EQ(test, cnova_mm_identify(&t->mm, t->fake->dev, &t->fake->io), 0);
	KUNIT_ASSERT_EQ(test, cnova_mm_init(&t->mm), 0);
	t->has_mm = true;
	t->mm.tlb.on_wedged = channel_on_wedged;

	t->hw = fake_host_create(test, t->fake);
	fake_host_regs(t->hw, &t->regs);
	t->free = cnova_vram_free_bytes(&t->mm.vram);
	KUNIT_ASSERT_EQ(test, cnova_host_init(&t->host, &t->mm, 1), 0);
	KUNIT_ASSERT_TRUE(test, cnova_host_is_up(&t->host));
	t->host.timeout_us = 2000;
	t->host.on_reset = channel_on_reset;
	return 0;
}

void channel_test_exit(struct kunit *test)
{
	struct channel_test *t = test->priv;

	if (!t || !t->has_mm)
		return;
	cnova_host_stop(&t->host);
	cnova_host_fini(&t->host);
	KUNIT_EXPECT_EQ(test, cnova_vram_free_bytes(&t->mm.vram), t->free);
	cnova_mm_stop(&t->mm);
	cnova_mm_fini(&t->mm);
	fake_check(test, t->fake);
}

struct cnova_channel_args channel_args(struct channel_test *t)
{
	return (struct cnova_channel_args){
		.ops = &channel_ops,
		.engine = FAKE_ENGINE,
		.pdb = cnova_vram_addr(PDB),
		.ring_va = cnova_gpu_va(RING_VA),
		.ring = t->ring,
		.ring_lg2 = RING_LG2,
		.userd = t->userd,
		.userd_bus = cnova_bus_addr(0x6789ab200ULL),
	};
}

void channel_up(struct kunit *test)
{
	struct channel_test *t = test->priv;
	struct cnova_channel_args args = channel_args(t);

	fake_host_begin(t->hw);
	KUNIT_ASSERT_EQ(test, cnova_channel_init(&t->channel, &t->host, &args), 0);
}
