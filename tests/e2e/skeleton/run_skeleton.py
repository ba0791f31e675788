#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `nkc skeleton` writes is a solution that builds without a warning and runs, unchanged.

    run_skeleton.py BUILD_ROOT RESOURCES COMPILER

For each server below: the descriptions of RESOURCES, a client class, an init.yaml with the connection
that the sources name. Every method of every endpoint must come back done.
"""
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402

CFLAGS = "-O1 -Wall -Wextra -Wpedantic -Wconversion -Werror"

# Class, its description, options of nkc, and what the client says of each call.
SERVERS = (
    ("kit.Station", "include/kit/Station.edl", [], [
        f"{clock}.{method}"
        for clock in ("direct", "machine.time.clock", "machine.time.backup", "spare.clock", "spare.backup")
        for method in ("Now", "Name")
    ] + [f"machine.interface.{method}" for method in ("write", "readRange", "INames")]),
    ("Everything", "Everything.edl", [], [
        "unions.Swap", "texts.Text", "texts.Deep", "texts.Sum", "handles.Open", "handles.Use", "handles.Pipe",
        "handles.Close", "errors.May", "errors.Only", "errors.Never",
    ]),
    ("Extended", "Extended.edl", ["--extended-errors"], [
        "main.Read", "main.Only", "main.Status", "main.Never",
    ]),
)

# Classes that only this test needs.
CLASSES = {
    "Everything.edl": "entity Everything\nendpoints {\n    unions : Unions\n    texts : Variable\n"
                      "    handles : Handles\n    errors : Errors\n}\n",
    "Extended.edl": "entity Extended\nendpoints {\n    main : kit.Extended\n}\n",
    "Client.edl": "entity Client\n",
}

MAKEFILE = """PROGRAMS := Client {program}
Client_SOURCES := {last}_client.c
{program}_SOURCES := {last}_server.c
NKFLAGS := {options}
CFLAGS := {cflags}
include {sdk}/share/caisson/solution.mk
"""

INIT = """entities:
- name: Client
  connections:
  - target: {server}
    id: {last}_connection
- name: {server}
"""


# Nothing is known of the interfaces: everything is granted.
POLICY = """execute: kl.core.Execute
use nonsecurity._
use EDL Einit
use EDL kl.core.Core
use EDL Client
use EDL {server}
"""

# nkc warns about it, and a build with a warning counts as failed.
LEFT_OUT = ("EmptyInterface", "Direct")


def copy_resources(source, target, needs_extended):
    """A class with extended errors has descriptions of its own: the others would not compile beside it."""
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if path.suffix not in (".idl", ".cdl", ".edl") or path.stem in LEFT_OUT:
            continue
        if relative.parts[0] == "include":
            relative = relative.relative_to("include")
        is_extended = path.stem == "Extended"
        if is_extended == needs_extended:
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target / relative)


def try_server(sdk, resources, compiler, server, options, calls):
    program = server.rpartition(".")[2]
    last = program.lower()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        descriptions = folder / "resources"
        copy_resources(resources, descriptions, bool(options))
        for name, text in CLASSES.items():
            if name in ("Client.edl", f"{server}.edl"):
                (descriptions / name).write_text(text, encoding="utf-8")
        source = descriptions / (server.replace(".", "/") + ".edl")
        words = [str(sdk / "bin/nkc"), "skeleton", *options, "-I", str(descriptions), "-o", str(folder), str(source)]
        if solution.run(words, folder)[0] != 0:
            sys.exit("nkc skeleton failed")
        values = {"server": server, "program": program, "last": last, "options": " ".join(options), "cflags": CFLAGS, "sdk": sdk}
        (folder / "Makefile").write_text(MAKEFILE.format(**values), encoding="utf-8")
        (folder / "init.yaml").write_text(INIT.format(**values), encoding="utf-8")
        (folder / "security.psl").write_text(POLICY.format(**values), encoding="utf-8")
        solution.build_solution(folder, sdk, compiler)
        code, lines = solution.run_solution(folder, sdk)
        if code != 0:
            sys.exit(f"{server}: exit code {code}\n" + "\n".join(lines))
        said = sorted(line.split("|")[-1].strip() for line in lines if line.startswith("Client"))
        if said != sorted(f"{call}: done" for call in calls):
            sys.exit(f"{server}: other calls than expected\n" + "\n".join(lines))


def main():
    build, resources, compiler = sys.argv[1:]
    sdk = solution.staged_sdk(build)
    for server, _, options, calls in SERVERS:
        try_server(sdk, pathlib.Path(resources), compiler, server, options, calls)


if __name__ == "__main__":
    main()
