/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An address space whose tables live in the model's memory.
 */
#ifndef _MODEL_VM_H_
#define _MODEL_VM_H_

#include "host_vm.h"
#include "sim/flat.h"

#define MODEL_VRAM	0x3000000ULL	/* 48 MiB */
#define MODEL_DATA	0x1800000ULL	/* from here on no tables */
#define MODEL_PAGES	5000

/* What an address is found to be. */
struct model_page {
	bool hole;
	bool sparse;
	u64 pa;
	enum cnova_sim_aperture aperture;
	bool read_only;
	/* From here on in what model_walk() finds only. */
	bool privileged;
	bool uncached;
	u8 kind;
	u64 size;
};

struct model_vm {
	struct host_vm vm;
	struct cnova_sim_flat *flat;
	/* Called after every store, if set. */
	void (*stored)(struct model_vm *model);
	void *priv;
	/* What invalidates return. */
	int ack;
	const struct cnova_pt_fmt *fmt;
};

/* @chip: "tu102", "ga102": one that the model can be. */
void model_vm_init(struct model_vm *model, const char *chip);
void model_vm_fini(struct model_vm *model);

/* As a client of the GPU sees it, through the TLB. */
struct model_page model_look(struct model_vm *model, u64 va);
/* As memory has it. */
struct model_page model_walk(struct model_vm *model, u64 va);
/* Say what was found, once. Return: whether anything was. */
bool model_has_findings(struct model_vm *model);

#endif /* _MODEL_VM_H_ */
