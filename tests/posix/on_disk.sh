#!/bin/sh
# SPDX-License-Identifier: MIT
#
# on_disk.sh TYPE SOLUTION DESCRIPTIONS COMMAND...: runs COMMAND with a copy of the solution that has the
# descriptions, a new image with a file system of that type as its disk, and the type where TYPE stands.
set -eu

type=$1 solution=$2 descriptions=$3
shift 3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r "$descriptions" "$folder"
sed "s/TYPE/$type/" "$solution/init.yaml" >"$folder/init.yaml"
PATH=$PATH:/usr/sbin:/sbin
image=$folder/ramdisk0.img
case $type in
fat32) mkfs.fat -C -F 32 -s 1 "$image" 65536 >/dev/null ;;
*) mke2fs -q -t "$type" -b 4096 "$image" 64m ;;
esac
"$@" "$folder"
