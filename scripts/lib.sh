# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Helpers for the scripts of this folder; sourced, never run.
#
# Everything that is made for a test run lives in the user's cache directory:
#
#   cnova/<key>/rootfs            Debian root file system  (scripts/rootfs)
#   cnova/<key>/kernel/linux      kernel source, cnova laid in  (scripts/kernel)
#   cnova/<key>/kernel/uml-*      user-mode kernels built from it
#   cnova/<key>/work/<checkout>/  what is built from one checkout, and results
#
# <key> names the Debian suite, the package list and the kernel patches, so that a change of these
# makes a new cache and leaves the old one usable for the checkouts that still ask for it.

set -euo pipefail

# When the parent of a script dies, the script gets SIGTERM, and so on down to scripts/enter, which
# takes all that runs inside with it: so nothing is left of a run that was ended in whatever way.
# (For this the scripts call each other as direct children, never from a background subshell.)
if [ "${CNOVA_TIED:-}" != $$ ] && [ "${CNOVA_TIED:-}" != inside ]; then
	CNOVA_TIED=$$ exec setpriv --pdeathsig TERM -- "$0" "$@"
fi
unset CNOVA_TIED

SCRIPTS=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
TOP=$(dirname -- "$SCRIPTS")
SUITE=forky

# say/die: one line to the user. Everything goes to stderr: stdout belongs to results. Under
# scripts/check, where stages run beside each other, it says which one speaks.
say() { printf '%s\n' "cnova: ${CNOVA_STAGE:+$CNOVA_STAGE: }$*" >&2; }
die() { say "$*"; exit 1; }

# hash8: eight hex digits that name stdin.
hash8() { sha256sum | cut -c1-8; }

CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/cnova
KEY=$SUITE-$({ echo "$SUITE"; cat "$SCRIPTS/rootfs.packages" "$SCRIPTS"/config/{*.c,uml-changes}; } | hash8)
BASE=$CACHE/$KEY
# shellcheck disable=SC2034 # used by rootfs and enter
ROOTFS=$BASE/rootfs
WORK=$BASE/work/$(basename -- "$TOP")-$(printf %s "$TOP" | hash8)

# need_root: mounts, chroot and mmdebstrap need it; say so before anything is half done.
need_root() {
	[ "$(id -u)" -eq 0 ] ||
		die "this needs root (chroot, mount): run 'sudo make $*' instead"
}

# locked FILE CMD...: run CMD while holding FILE, telling who waits for what. The lock goes
# with the process, so a killed run leaves none behind.
# (Here and in step CMD may be a function; bash ignores `set -e` in it, so it says `|| return`.)
locked() {
	local file=$1 fd rc=0
	shift
	mkdir -p "$(dirname -- "$file")"
	exec {fd}>"$file"
	if ! flock -n "$fd"; then
		say "waiting for another run that holds $(basename -- "$file")"
		flock "$fd"
	fi
	"$@" || rc=$?
	exec {fd}>&-
	return "$rc"
}

# ticker TEXT: until its input is closed (also by the death of who holds it), say every half
# minute that TEXT goes on.
ticker() {
	local start=$SECONDS rc
	while :; do
		rc=0
		read -rt 30 || rc=$?
		[ "$rc" -gt 128 ] || return 0
		say "$1: $((SECONDS - start)) s so far"
	done
}

# step TEXT CMD...: run CMD quietly into a log below $WORK/logs, tell TEXT, that it goes on, and
# the time it took; on failure the end of the log, because one would look at that next.
step() {
	local text=$1 log rc=0 tick start=$SECONDS
	shift
	mkdir -p "$WORK/logs"
	log=$WORK/logs/$(printf %s "$text" | tr -cs 'A-Za-z0-9' '-').$$.log
	say "$text ..."
	exec {tick}> >(ticker "$text")
	"$@" >"$log" 2>&1 </dev/null {tick}>&- || rc=$?
	exec {tick}>&-
	if [ "$rc" -ne 0 ]; then
		tail -n 40 "$log" >&2
		say "$text: FAILED after $((SECONDS - start)) s; whole log: $log"
		return "$rc"
	fi
	grep -E 'warning:|WARNING' "$log" >&2 || true
	say "$text: $((SECONDS - start)) s"
}

# new_run NAME: a fresh directory for the logs and results of one VM run; prints its path.
# Runs of the same checkout may overlap, so each has its own; those of past days go away.
new_run() {
	mkdir -p "$WORK/runs"
	find "$WORK/runs" "$WORK/logs" -mindepth 1 -maxdepth 1 -mmin +1440 \
		-exec rm -rf {} + 2>/dev/null || true
	mktemp -d "$WORK/runs/$1.XXXXXX"
}

# guest_env RUN: the parameters of the modules, read by the guest.
guest_env() {
	printf '%s=%q\n' CNOVA_ARGS "${CNOVA_ARGS:-}" CNOVA_SIM_ARGS "${CNOVA_SIM_ARGS:-}" \
		CHIPS "${CNOVA_CHIPS:-}" CNOVA_SECONDS "${CNOVA_SECONDS:-}" SEED "${SEED:-}" >"$1/env"
}

# result VERDICT NAME [REASON]: one line of a stage's result, VERDICT being ok, "not ok" or skip; to
# the user and, under scripts/check, to the file that is summed up.
result() {
	local line="$1 ${0##*/}: $2${3:+ - $3}"
	printf '%s\n' "$line"
	[ -z "${RESULTS:-}" ] || printf '%s\n' "$line" >>"$RESULTS"
}

# results: the same for lines "VERDICT NAME [- REASON]" on stdin, as scripts/ktap and igt-gate print.
results() {
	local line
	while IFS= read -r line; do
		case $line in
		'ok '*) result ok "${line#ok }" ;;
		'not ok '*) result 'not ok' "${line#not ok }" ;;
		'skip '*) result skip "${line#skip }" ;;
		esac
	done
}

# attempt NAME CMD...: result ok if CMD succeeds, else not ok with the last line it printed; all of
# its output goes to the user then.
attempt() {
	local name=$1 out rc=0
	shift
	mkdir -p "$WORK"
	out=$(mktemp "$WORK/attempt.XXXXXX")
	"$@" >"$out" 2>&1 || rc=$?
	if [ "$rc" -eq 0 ]; then
		result ok "$name"
	else
		cat "$out" >&2
		result 'not ok' "$name" "$(tail -n 1 "$out")"
	fi
	rm -f "$out"
}

# guest_stage SCRIPT [OPTION...]: the guest's part of a stage in the debug kernel, with these options of
# uml-run; its verdicts, and whether the kernel reported anything. The run's directory is $run.
# Not 0 if the guest did not reach its end: there is nothing more to be judged then.
guest_stage() {
	local script=$1 rc=0
	shift
	run=$(new_run "${0##*/}")
	CNOVA_CHIPS=${CHIPS:-} "$SCRIPTS/uml-run" --run "$run" "$@" "$SCRIPTS/guest/$script" >&2 || rc=$?
	guest_results "$rc"
}

# vm_stage SCRIPT [OPTION...]: the same in the stock kernel, with these options of vm-run.
vm_stage() {
	local script=$1 rc=0
	shift
	run=$(new_run "${0##*/}")
	CNOVA_CHIPS=${CHIPS:-} "$SCRIPTS/vm-run" --run "$run" --no-load "$@" \
		bash "/cnova/src/scripts/guest/$script" >&2 || rc=$?
	[ ! -e "$run/status" ] || "$SCRIPTS/reports" "$run/dmesg" >"$run/reports" || true
	guest_results "$rc"
}

# guest_results STATUS: what a guest left in $run.
guest_results() {
	[ ! -e "$run/verdicts" ] || results <"$run/verdicts"
	if [ ! -e "$run/status" ]; then
		result 'not ok' guest "it did not reach its end (status $1), see $run/console"
		return 1
	elif [ -s "$run/reports" ]; then
		result 'not ok' 'kernel log' "$(head -n 1 "$run/reports"); see $run/reports"
	else
		result ok 'kernel log has no report'
	fi
}

# igt_results NAME [LIST]: the verdicts of a run of IGT in $run/igt-NAME, by its test list.
igt_results() {
	{ "$SCRIPTS/igt-gate" "$run/igt-$1" "$TOP/igt/expected.txt" "${2:-$run/$1.testlist}" || true; } |
		sed -E "s/^(ok|not ok|skip) /\1 $1: /" | results
}
