#!/bin/sh
# SPDX-License-Identifier: MIT
#
# stage.sh BUILD: installs BUILD into BUILD/stage, once however many tests ask for it at the same
# time, and again only after something changed. What the examples see is this copy.
set -eu

build=$(cd "$1" && pwd)
source=$(cd "$(dirname "$0")/../.." && pwd)
stamp=$build/stage/.stamp

# Is there anything younger than the last stage? Built files are known by ninja's log, files that
# are installed as they lie by their folders.
is_fresh() {
        [ -e "$stamp" ] &&
                [ -z "$(find "$build/.ninja_log" "$build/build.ninja" "$source/sysroot" "$source/idl" "$source/services" \
                        -newer "$stamp" -print -quit)" ]
}

mkdir -p "$build/stage"
exec 9>"$build/stage/.lock"
flock 9
if ! is_fresh; then
        mark=$(mktemp "$build/stage/.mark.XXXXXX")
        if ! meson install -C "$build" --no-rebuild --only-changed --destdir "$build/stage" >"$build/stage/.log" 2>&1; then
                cat "$build/stage/.log" >&2
                rm -f "$mark"
                exit 1
        fi
        mv "$mark" "$stamp"
fi
