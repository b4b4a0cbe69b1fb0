#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Try the defects of mutants.txt: mutants.sh BUILD-DIRECTORY [NAME...]. Prints TAP.
#
# Each is applied to a copy of the sources, and the test named beside it, which passes without,
# has to fail. What it said first is shown. JOBS of them at a time (default: one per processor),
# each with a copy of its own.
set -euo pipefail

here=$(cd -- "$(dirname -- "$0")" && pwd)
top=$(cd -- "$here/../.." && pwd)
if [ "$1" != --part ]; then
	build=$1 jobs=${JOBS:-$(nproc)}
	shift
	mkdir -p "$build"
	rm -f "$build"/*.tap
	taps=()
	for ((i = 0; i < jobs; i++)); do
		"$0" --part "$i" "$jobs" "$build/$i" "$@" >"$build/$i.tap" &
		taps+=("$build/$i.tap")
	done
	wait
	# A part that broke off has no last line.
	awk -v parts="$jobs" '
		/^1\.\./ { ended++; next }
		/^(not )?ok/ { nr++; sub(/ok [0-9]+/, "ok " nr); failed += /^not/ }
		{ print }
		END { print "1.." nr; printf "# %d mutants, %d not killed\n", nr, failed
		      exit !nr || failed || ended != parts }' "${taps[@]}"
	exit
fi
part=$2 parts=$3 build=$4
shift 4
nr=0 failed=0 row=0

mkdir -p "$build/src"
fresh() {
	local d
	for d in hw mm sim tests; do
		mkdir -p "$build/src/$d"
		cp -ru "$top/$d/." "$build/src/$d"
	done
}

result() {
	nr=$((nr + 1))
	echo "$1 $nr - mutant $2${3:+ # $3}"
	[ "$1" = ok ] || failed=$((failed + 1))
}

run_test() {
	local obj=$build/obj san=()

	# Hundreds of thousands of cases, which see a defect by what it does to tables: four times
	# as many a second without sanitizers.
	[ "$1" != test_frame ] || obj=$build/plain san=(SAN=)
	make -s -C "$build/src/tests/host" BUILD="$obj" "${san[@]}" "$obj/$1" >"$build/log" 2>&1 ||
		return 2
	! JOBS=1 FUZZ_OPS=60000 CHANGES=300 VECTORS=$here/data/mmu_vectors.csv CHIP=ga102 \
		BUDGET=$top/Documentation/budget.csv timeout 300 "$obj/$1" \
		>"$build/log" 2>&1 || return 0
	return 1
}

# killer TEST: the first case that failed; if there is none, it crashed or hung.
killer() {
	local line
	line=$(grep -m 1 -E '^not ok|runtime error|ERROR: ' "$build/log" |
		sed -E 's/^not ok [0-9]+ - //; s/.*(runtime error|ERROR): //') || true
	echo "$1: ${line:-$(tail -n 1 "$build/log")}"
}

declare -A passes
fresh
while IFS=$'\t' read -r name test file old new; do
	case $name in ''|'#'*) continue ;; esac
	[ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
	[ $((row++ % parts)) -eq "$part" ] || continue

	cp "$top/$file" "$build/src/$file"
	if [ -z "${passes[$test]:-}" ]; then
		passes[$test]=0
		run_test "$test" || passes[$test]=$?
	fi
	if [ "${passes[$test]}" != 0 ]; then
		result 'not ok' "$name" "$test fails without it"
		continue
	fi
	if ! "$here/mutate" "$build/src/$file" "$old" "$new"; then
		result 'not ok' "$name" "its line is not there once"
		continue
	fi
	rc=0
	run_test "$test" || rc=$?
	case $rc in
	0) result 'not ok' "$name" "survives $test" ;;
	1) result ok "$name: $(killer "$test")" ;;
	*) result 'not ok' "$name" "does not build" ;;
	esac
	cp "$top/$file" "$build/src/$file"
	touch "$build/src/$file"
done < "$here/mutants.txt"

echo "1..$nr"
[ "$failed" -eq 0 ]
