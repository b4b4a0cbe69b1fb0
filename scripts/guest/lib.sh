# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Helpers for what runs inside a guest; sourced. /cnova/run is the run's directory on the host:
# modules/ holds what was built, env the parameters, and what is written there comes back.

RUN=/cnova/run
export IGT_FORCE_DRIVER=cnova

# shellcheck disable=SC1091
[ ! -e $RUN/env ] || . $RUN/env

# module_root: where modprobe finds the kernel's own modules; not / under user-mode Linux.
modprobe_root() {
	if [ -d $RUN/modules/root ]; then modprobe -d $RUN/modules/root "$@"; else modprobe "$@"; fi
}

# load NAME [PARAMETER...]: insert one of our modules after all it depends on.
load() {
	local name=$1 dep
	shift
	[ ! -d "/sys/module/$name" ] || return 0
	for dep in $(modinfo -F depends "$RUN/modules/$name.ko" | tr ',' ' '); do
		if [ -e "$RUN/modules/$dep.ko" ]; then load "$dep"; else modprobe_root "$dep" || return; fi
	done
	insmod "$RUN/modules/$name.ko" "$@"
}

# load_gpu [CHIP]: the driver, then the software GPU, which it binds to; waits for the node.
# CNOVA_ARGS and CNOVA_SIM_ARGS are further parameters of the two.
load_gpu() {
	# shellcheck disable=SC2086 # parameters are words
	load cnova ${CNOVA_ARGS:-} && load cnova_sim ${1:+chip="$1"} ${CNOVA_SIM_ARGS:-} || return
	for _ in $(seq 50); do
		! ls /dev/dri/renderD* >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	echo "cnova_sim is loaded but there is no /dev/dri/renderD*" >&2
	return 1
}

# unload_gpu: the other way round.
unload_gpu() {
	if [ -d /sys/module/cnova_sim ]; then rmmod cnova_sim || return; fi
	if [ -d /sys/module/cnova ]; then rmmod cnova || return; fi
}

# list_tracing: 7.2 warns once when the trace directory below debugfs is first used; not during a
# test, please.
list_tracing() {
	ls /sys/kernel/debug/tracing >/dev/null 2>&1 || true
}

# swap_on: if the machine has a disk, that is swap space, without which the kernel takes no pages of objects.
swap_on() {
	local disk
	for disk in /dev/ubda /dev/vda; do
		[ ! -b $disk ] || { mkswap $disk && swapon $disk; } >/dev/null 2>&1
	done
}

# mark TEXT: a line in the kernel log, for the host to find its place.
mark() { echo "cnova-mark: $*" >/dev/kmsg; }

# verdict VERDICT NAME [REASON]: a line for the stage on the host, see result() there.
verdict() { echo "$1 $2${3:+ - $3}" >>$RUN/verdicts; }

# try NAME CMD...: a verdict by the status of CMD, whose output goes to the console.
try() {
	local name=$1 rc=0
	shift
	"$@" || rc=$?
	if [ "$rc" -eq 0 ]; then verdict ok "$name"; else verdict 'not ok' "$name" "status $rc"; fi
	return "$rc"
}

# run_igt LIST NAME: a test list; the results go to NAME in the run's directory, for igt-gate.
# Many subtests in one process (a start costs more than most of them); the gate sees what a timeout
# made the runner drop. Its own status says nothing. Written in memory first: it syncs.
run_igt() {
	local f
	rm -rf /tmp/igt-results
	igt_runner --multiple-mode --test-list "$1" --per-test-timeout 150 --inactivity-timeout 150 \
		--abort-on-monitored-error=lockdep --prune-mode keep-subtests \
		/cnova/work/igt-root /tmp/igt-results 2>&1 | grep -v '^results: parsing'
	for f in /tmp/igt-results/*/comms; do igt_comms_decoder "$f" >"$f.txt"; done
	rm -rf "${RUN:?}/$2"
	cp -r /tmp/igt-results "$RUN/$2"
}

# check_chip CHIP LIST: a test list on this chip; the gate finds it as CHIP.testlist.
check_chip() {
	cp "$2" "$RUN/$1.testlist"
	mark "chip $1"
	if try "$1: modules load" load_gpu "$1"; then
		# Another device to share memory with; a test's own modprobe looks in the wrong place.
		modprobe_root vgem
		run_igt "$RUN/$1.testlist" "igt-$1"
	fi
	try "$1: modules unload" unload_gpu
	try "$1: no dump is left behind" no_dump
}

# variant NAME CHIP PARAMETER...: tests of igt/NAME.testlist with these parameters of the model.
variant() {
	local name=$1 chip=$2
	shift 2
	cp "/cnova/src/igt/$name.testlist" "$RUN"
	mark "$name: $chip $*"
	if CNOVA_SIM_ARGS="${CNOVA_SIM_ARGS:-} $*" try "$name: modules load" load_gpu "$chip"; then
		run_igt "$RUN/$name.testlist" "igt-$name"
	fi
	try "$name: modules unload" unload_gpu
}

# no_dump: what nobody has read of a GPU's dumps went with it.
no_dump() { ! ls -d /sys/class/devcoredump/devcd* 2>/dev/null; }

# lockdep_is_on: at the end. A report turns it off, whatever became of the report.
lockdep_is_on() { try 'lockdep is still on' grep -q 'debug_locks: *1' /proc/lockdep_stats; }
