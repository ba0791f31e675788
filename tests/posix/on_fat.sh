#!/bin/sh
# SPDX-License-Identifier: MIT
#
# on_fat.sh SOLUTION DESCRIPTIONS COMMAND...: runs COMMAND with a copy of the solution that has the descriptions
# and a new FAT32 image as its disk.
set -eu

solution=$1 descriptions=$2
shift 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r "$descriptions" "$solution/init.yaml" "$folder"
PATH=$PATH:/usr/sbin:/sbin mkfs.fat -C -F 32 -s 1 "$folder/ramdisk0.img" 65536 >/dev/null
"$@" "$folder"
