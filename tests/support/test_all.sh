#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_all.sh BUILD: everything that `make test` runs, in three build folders:
#
#   BUILD       release build with gcc: every test
#   BUILD-asan  AddressSanitizer and UBSan, gcc: what parses, checks and runs processes
#   BUILD-tsan  ThreadSanitizer, clang: what has threads
#
# With WERROR=true, every warning is an error in the first and in the last: one for each compiler. (A
# sanitizer's own code makes gcc warn about paths that it added.) Ends with the sum over all three,
# `N passed, N failed`, and fails when anything failed.
set -u
cd "$(dirname "$0")/../.."
build=$1
werror=${WERROR:-false}
failed_steps=

# set_up FOLDER OPTION...: makes the folder once.
set_up() {
        folder=$1
        shift
        [ -e "$folder/build.ninja" ] || meson setup --prefix=/usr/local "$@" "$folder"
}

# run_tests FOLDER PATIENCE SUITE...: compiles, then runs these suites (none named: all), without those
# that are named with a `-` in front. PATIENCE multiplies the time that each test may take.
# ThreadSanitizer wants its shadow memory where address space randomization may have put something else,
# so it is off there.
run_tests() {
        folder=$1
        patience=$2
        shift 2
        runner=
        case $folder in
        *-tsan) setarch -R true 2>/dev/null && runner='setarch -R' ;;
        esac
        suites=
        for suite in "$@"; do
                case $suite in
                -*) suites="$suites --no-suite ${suite#-}" ;;
                *) suites="$suites --suite $suite" ;;
                esac
        done
        rm -f "$folder"/meson-logs/testlog*.json
        # runner and suites are lists of words.
        ninja -C "$folder" -k 0 && $runner meson test -C "$folder" --no-rebuild --print-errorlogs \
                --timeout-multiplier "$patience" $suites
        [ -e "$folder/meson-logs/testlog.json" ] || failed_steps="$failed_steps $folder"
}

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1

set_up "$build" --buildtype=release -Dwerror="$werror" && run_tests "$build" 1
set_up "$build-asan" --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false &&
        run_tests "$build-asan" 4 unit golden e2e hostile fuzz -long
CC=clang CXX=clang++ set_up "$build-tsan" --buildtype=debugoptimized -Dwerror="$werror" -Db_sanitize=thread \
        -Db_lundef=false && run_tests "$build-tsan" 4 runtime examples threads

python3 tests/support/summary.py --failed-steps "$failed_steps" "$build" "$build-asan" "$build-tsan"
