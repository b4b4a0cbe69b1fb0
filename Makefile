# SPDX-License-Identifier: GPL-2.0-only
#
# For people; kbuild reads Kbuild. What the scripts make is kept in the user's cache directory.

KDIR ?= /lib/modules/$(shell uname -r)/build
STAGES ?= debug host stock lint chips gsp scale stress leak docs
BUILD := $(CURDIR)/build

export MAKECMDGOALS

help: ## this list
	@sed -n 's/^\([a-z_-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 26

demo: ## boot a Debian kernel with cnova and the software GPU, show drm_info and `cnova demo`
	@scripts/demo

check: ## all tests; STAGES="debug host stock lint chips gsp scale stress leak docs" chooses
	@scripts/check $(STAGES)

shell: ## a shell in a virtual machine with the modules loaded
	@scripts/vm-run --shell

host: ## tests in user space alone
	@scripts/check host

fuzz: ## the page-table engine on FUZZ_OPS=n random operations (10^8); SEED=n
	@scripts/enter make -s -j2 -C tests/host BUILD=/cnova/work/host FUZZ_OPS=$(FUZZ_OPS) SEED=$(SEED) fuzz

stress: ## many clients that overcommit, die and meet failing hardware, SECONDS=n (60); SEED=n
	@CNOVA_SECONDS=$(SECONDS) SEED=$(SEED) scripts/check stress

mutants: ## defects that the host tests must find
	@scripts/enter make -s -C tests/host BUILD=/cnova/work/host mutants

mutants-drm: ## defects of drm/ that the tests in the debug kernel must find; MUTANTS="name ..."
	@scripts/mutants-drm $(MUTANTS)

checkpatch: ## the kernel's style checker over all files
	@scripts/stages/lint $@

sparse: ## the compiler's warnings and sparse over all modules
	@scripts/stages/lint $@

vectors: ## check the page table formats against VECTORS=file.csv
	@scripts/vectors $(VECTORS)

nvtop: ## nvtop with a back end for cnova, and what it shows of a client; NVTOP=dir is its source
	@scripts/nvtop "$(NVTOP)"

third-opinion: ## NVIDIA's code about page tables and registers; OGKM=tree of open-gpu-kernel-modules
	@scripts/third-opinion $(OGKM)

bench-counts: ## what changes of page tables cost on every chip of the model, beside their peers
	@scripts/bench-counts

html: ## the documentation
	@scripts/html

modules: ## the modules for the running kernel, or KDIR=..., into build/
	$(MAKE) -C $(KDIR) M=$(CURDIR) MO=$(BUILD) modules

modules_install: ## install them
	$(MAKE) -C $(KDIR) M=$(CURDIR) MO=$(BUILD) modules_install

clean: ## remove what was built from this checkout
	@scripts/clean

clean-cache: ## remove all that the scripts made, root file system and kernels too
	@scripts/clean --cache

.PHONY: help demo check shell host fuzz mutants mutants-drm checkpatch sparse vectors third-opinion nvtop bench-counts \
	html modules modules_install clean clean-cache
