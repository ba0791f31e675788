#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a solution gives to a process and what it limits: init.yaml's limits, grants, network. Speaks TAP.

    run_granted.py CAISSON ACTOR GRANTED NEIGHBOUR POLICY

Neighbours call each other through whatever one process does to its limits.
"""
import fcntl
import re
import resource
import socket
import subprocess
import threading

from bench import case, client, connected, main

IMAGE = b"abc" + bytes(8189)


def granted(task, *args, more=""):
    return client(task, *args, more=f", path: granted{more}")


def lines_of(bench, entry, *options, code=0):
    status, lines = bench.run([entry], "--no-prefix", *options)
    assert status == code, (status, lines)
    return lines


def with_neighbours(bench, entry):
    """Lines of a run with one process beside two that call each other."""
    entries = ["{name: test.Server, task: S, args: [deaf, serve=x]}",
               f"{{name: test.Server, task: N, path: neighbour{connected(('S', 'x'))}}}", entry]
    status, lines = bench.run(entries)
    said = [line for line in lines if line.startswith("N ")]
    assert len(said) == 1 and re.search(r"[1-9]\d* calls, 0 failed, then: 0$", said[0]), lines
    return status, lines


def image(bench, name="disk.img", mode=0o644):
    path = bench.folder / name
    path.write_bytes(IMAGE)
    path.chmod(mode)
    return path


# --- limits ---

@case
def memory_ends_the_process_that_takes_too_much_and_nobody_else(bench):
    status, lines = with_neighbours(bench, granted("A", "memory=24", "memory=64", more=", limits: {memory: 32M}"))
    assert any(line.endswith("| memory 24: ok") for line in lines), lines
    assert status == 128 + 6 and any("A was killed by signal 6" in line for line in lines), (status, lines)


@case
def the_first_stack_has_the_same_limit(bench):
    status, lines = with_neighbours(bench, granted("A", "stack=2", "stack=16", more=", limits: {memory: 4M}"))
    assert any("| stack 2: ok" in line for line in lines), lines
    assert status == 128 + 11 and any("A was killed by signal 11" in line for line in lines), (status, lines)


@case
def threads_are_counted_exactly(bench):
    for limit, asked, got in ((1, 5, 1), (2, 5, 2), (8, 7, 7), (8, 8, 8), (8, 9, 8)):
        lines = lines_of(bench, granted("A", f"threads={asked}", more=f", limits: {{pids: {limit}}}"))
        assert lines == [f"threads: {got}"], (limit, asked, lines)


@case
def threads_that_are_refused_are_nobody_elses_business(bench):
    status, lines = with_neighbours(bench, granted("A", "threads=100", more=", limits: {pids: 10}"))
    assert status == 0 and any(line.endswith("| threads: 10") for line in lines), lines


@case
def descriptors_are_counted_beyond_those_it_is_born_with(bench):
    for limit, asked, got in ((4, 9, 4), (20, 19, 19), (20, 20, 20), (20, 21, 20)):
        lines = lines_of(bench, granted("A", f"files={asked}", more=f", limits: {{files: {limit}}}"))
        assert lines == [f"files: {got}"], (limit, asked, lines)


@case
def the_least_of_everything_still_starts(bench):
    lines = lines_of(bench, granted("A", "threads=1", more=", limits: {memory: 1M, pids: 1, files: 4}"))
    assert lines == ["threads: 1"], lines


@case
def a_limit_above_ones_own_stops_the_start(bench):
    (bench.folder / "init.yaml").write_text(
        f"entities:\n- {granted('A', more=', limits: {pids: 100, files: 60000}')}\n", encoding="utf-8")
    done = subprocess.run([bench.caisson, "run", "-I", bench.folder / "edl", bench.folder], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (2000, 2000)))
    assert done.returncode == 3 and "limiting descriptors files: " in done.stdout and "ulimit" in done.stdout, done


def has_cpu_groups(bench):
    return any(line.startswith("ok ") and " limits " in line for line in bench.command("doctor")[1])


@case
def a_share_of_the_processor_needs_control_groups(bench):
    entry = granted("A", "threads=1", more=", limits: {cpu: 0.5}")
    status, lines = bench.run([entry])
    if has_cpu_groups(bench):
        assert status == 0, lines
        return
    assert status == 3 and "A can't be started: making its control group cpu: " in lines[0], lines
    assert "Delegate" in lines[0] or "cgroup2" in lines[0], lines
    status, lines = bench.run([entry], "--isolation=degraded")
    assert status == 0 and any("the share of A is not limited" in line for line in lines), lines


@case
def linux_ends_a_process_of_a_solution_before_the_kernel_process(bench):
    score = f"/proc/{{}}/oom_score_adj"
    (bench.folder / "init.yaml").write_text(f"entities:\n- {client('A', 'out=ready', 'pause')}\n", encoding="utf-8")
    run = subprocess.Popen([bench.caisson, "run", "-v", "-I", bench.folder / "edl", bench.folder], text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    pid = next(found[1] for line in run.stdout if (found := re.search(r"A started as process (\d+)", line)))
    scores = [int(open(score.format(p), encoding="ascii").read()) for p in (run.pid, pid)]
    run.terminate()
    run.communicate()
    assert scores[1] >= 500 > scores[0], scores


# --- files ---

@case
def a_granted_file_is_read_and_written(bench):
    path = image(bench, mode=0o666)
    lines = lines_of(bench, granted("A", "read", "write", "map", "names", more=", grants: [{file: disk.img, mode: rw}]"))
    assert lines == ["read: ok", "byte a", "write: ok", "fsync: ok", "map: ok", "granted disk.img: rw",
                     "another one: No such file or directory"], lines
    assert path.read_bytes() == b"amx" + bytes(8189)


@case
def it_does_not_grow(bench):
    path = image(bench, mode=0o666)
    lines = lines_of(bench, granted("A", "grow", more=", grants: [{file: disk.img, mode: rw}]"))
    assert lines[:3] == ["fstat: ok", "write behind the end: File too large", "truncate: Operation not permitted"], lines
    assert lines[3] != "allocate: ok" and path.stat().st_size == len(IMAGE), lines


@case
def one_that_is_only_read_can_not_be_written(bench):
    path = image(bench)
    lines = lines_of(bench, granted("A", "read", "write", "map", "names", more=", grants: [{file: disk.img}]"))
    assert lines[:3] == ["read: ok", "byte a", "write: Bad file descriptor"], lines
    assert "map: Permission denied" in lines and "granted disk.img: ro" in lines, lines
    assert path.read_bytes() == IMAGE


@case
def it_is_no_code(bench):
    image(bench)
    assert lines_of(bench, granted("A", "code", more=", grants: [{file: disk.img}]")) == ["code: Operation not permitted"]


@case
def names_are_those_of_the_solution(bench):
    first, second = image(bench), image(bench, "other.img", 0o666)
    grants = f", grants: [{{file: {first}}}, {{file: {second.name}, mode: rw, name: data}}]"
    lines = lines_of(bench, granted("A", "names", more=grants))
    assert lines[:2] == ["granted disk.img: ro", "granted data: rw"], lines


@case
def nobody_else_has_it(bench):
    image(bench)
    _, lines = bench.run([granted("A", "read", more=", grants: [{file: disk.img}]"), granted("B", "read", "names")])
    said = [line.split("| ")[1] for line in lines if line.startswith("B ")]
    assert said == ["read: Bad file descriptor", "byte ?", "another one: No such file or directory"], lines


@case
def a_file_that_another_has_stops_the_start(bench):
    with open(image(bench, mode=0o666), "rb") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert bench.run([granted("A", "read", more=", grants: [{file: disk.img}]")])[0] == 0
        status, lines = bench.run([granted("A", "read", more=", grants: [{file: disk.img, mode: rw}]")])
    assert status == 3 and "opening its file" in lines[0] and "another process has it" in lines[0], lines


@case
def a_file_without_permission_is_a_mistake_of_the_solution(bench):
    bench.be_ordinary()
    image(bench, mode=0o444)
    status, lines = bench.run([granted("A", more=", grants: [{file: disk.img, mode: rw}]")])
    assert status == 1 and "NKC-627" in lines[0] and any(line.startswith("help: ") for line in lines), lines


# --- network ---

def listen():
    server = socket.create_server(("127.0.0.1", 0))

    def answer():
        while True:
            try:
                with server.accept()[0] as connection:
                    connection.sendall(b"!")
            except OSError:
                return
    threading.Thread(target=answer, daemon=True).start()
    return server


@case
def the_hosts_network_is_tcp_and_udp(bench):
    with listen() as server:
        port = server.getsockname()[1]
        families = ["open=2:2", "open=10:1", "open=1:1", "open=16:3", "open=17:3", "open=40:1", "open=38:5", "open=2:3"]
        lines = lines_of(bench, granted("A", f"connect={port}", *families, more=", network: host"))
    assert lines[:4] == ["socket: ok", "connect: ok", "receive: ok", "byte !"], lines
    assert lines[4:6] == ["2:2: ok", "10:1: ok"], lines
    assert lines[6:11] == [f"{family}: Address family not supported by protocol"
                           for family in ("1:1", "16:3", "17:3", "40:1", "38:5")], lines
    assert lines[11] == "2:3: Function not implemented", lines


@case
def nobody_else_has_the_network(bench):
    with listen() as server:
        port = server.getsockname()[1]
        _, lines = bench.run([granted("A", f"connect={port}", more=", network: host"), granted("B", f"connect={port}")])
    said = [line.split("| ")[1] for line in lines if line.startswith("B ")]
    assert said == ["socket: Operation not permitted"], lines


if __name__ == "__main__":
    main(["caisson", "Client", "granted", "neighbour", "ksm.module"])
