// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * An address space whose tables live in the model's memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bug.h>
#include <linux/sizes.h>

#include "hw/chip.h"
#include "model_vm.h"
#include "sim/chips.h"

static struct model_vm *to_model(struct host_vm *vm)
{
	return vm->priv;
}

static void model_mem_store(struct host_vm *vm, u64 pa, u64 word)
{
	struct model_vm *model = to_model(vm);

	cnova_sim_flat_store(model->flat, pa, word);
	if (model->stored)
		model->stored(model);
}

static u64 model_mem_load(struct host_vm *vm, u64 pa)
{
	return cnova_sim_flat_load(to_model(vm)->flat, pa);
}

static void model_mem_populate(struct host_vm *vm, u64 pa)
{
	cnova_sim_flat_populate(to_model(vm)->flat, pa, SZ_4K);
}

static void model_mem_release(struct host_vm *vm, u64 pa)
{
	cnova_sim_flat_release(to_model(vm)->flat, pa, SZ_4K);
}

static int model_mem_invalidate(struct host_vm *vm)
{
	struct model_vm *model = to_model(vm);

	if (!model->ack)
		cnova_sim_mmu_invalidate_pdb(model->flat->mmu, host_vm_pdb(vm));
	return model->ack;
}

static const struct host_mem model_mem = {
	.zero_bytes = SZ_4K,
	.store = model_mem_store,
	.load = model_mem_load,
	.populate = model_mem_populate,
	.release = model_mem_release,
	.invalidate = model_mem_invalidate,
};

void model_vm_init(struct model_vm *model, const char *chip)
{
	const struct cnova_sim_chip *sim_chip = cnova_sim_chip_find(chip);
	const struct cnova_chip *hw_chip = sim_chip ? cnova_chip_find(sim_chip->boot_42) : NULL;

	memset(model, 0, sizeof(*model));
	if (!hw_chip || !hw_chip->fmt)
		abort();

	model->flat = cnova_sim_flat_create(&sim_chip->traits, MODEL_VRAM);
	if (!model->flat)
		abort();
	model->flat->verbose = getenv("VERBOSE");
	model->fmt = hw_chip->fmt;
	host_vm_init(&model->vm, model->fmt, &model_mem, model, SZ_1M, MODEL_PAGES);
	model->vm.words = model->flat->word;
}

/* Take it down; tables are given back to the model, which then looks for users. */
void model_vm_fini(struct model_vm *model)
{
	model->stored = NULL;
	host_vm_fini(&model->vm);
	if (model_has_findings(model))
		host_nr_warnings++;
	cnova_sim_flat_destroy(model->flat);
}

struct model_page model_look(struct model_vm *model, u64 va)
{
	struct cnova_sim_client client = {
		.unit = va & SZ_4K ? CNOVA_SIM_HUB : CNOVA_SIM_GPC,
		.pdb = host_vm_pdb(&model->vm),
		.privileged = true,
	};
	struct cnova_sim_translation to = {};
	enum cnova_sim_fault fault;
	struct model_page page = {};

	fault = cnova_sim_mmu_translate(model->flat->mmu, &client, va, CNOVA_SIM_WRITE, &to);
	if (fault == CNOVA_SIM_FAULT_RO) {
		page.read_only = true;
		fault = cnova_sim_mmu_translate(model->flat->mmu, &client, va, CNOVA_SIM_READ, &to);
	}

	page.hole = fault != CNOVA_SIM_FAULT_NONE;
	page.sparse = !page.hole && to.sparse;
	if (!page.hole && !page.sparse) {
		page.pa = to.pa;
		page.aperture = to.aperture;
	}
	return page;
}

struct model_page model_walk(struct model_vm *model, u64 va)
{
	struct model_page page = {};
	struct cnova_sim_walk walk;

	cnova_sim_mmu_walk_memory(model->flat->mmu, CNOVA_SIM_VIDEO, host_vm_pdb(&model->vm), va,
				  true, &walk);
	page.hole = walk.state == CNOVA_SIM_WALK_FAULT;
	page.sparse = walk.state == CNOVA_SIM_WALK_SPARSE;
	if (walk.state == CNOVA_SIM_WALK_LEAF) {
		page.pa = walk.leaf.pa + (va & (walk.size - 1));
		page.aperture = walk.leaf.aperture;
		page.read_only = walk.leaf.read_only;
		page.privileged = walk.leaf.privileged;
		page.uncached = walk.leaf.uncached;
		page.kind = walk.leaf.kind;
		page.size = walk.size;
	}
	return page;
}

bool model_has_findings(struct model_vm *model)
{
	const struct cnova_sim_finding *last = &model->flat->last;

	if (!model->flat->nr_findings)
		return false;

	printf("# model: %u findings, last: check %d, %s: va %llx pa %llx value %llx\n",
	       model->flat->nr_findings, last->check, last->what, last->va, last->pa, last->value);
	cnova_sim_flat_clear_findings(model->flat);
	return true;
}
