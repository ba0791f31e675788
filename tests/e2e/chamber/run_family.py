#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Chambers of processes that may fork, from outside: what a child tries is refused as it is to its parent. Speaks TAP.

    run_family.py FORKING CLIENT HOSTILE NEIGHBOUR POLICY

FORKING runs solutions whose hostile processes may fork, as the program of `caisson exec` may. Each of them forks,
and its child makes the attempt.
"""
import os

from attack import attack_as
from bench import case, main

# What a child may that no other process may: all of it concerns its family alone.
ALLOWED = {"clone a process", "open a process", "kill all processes", "take memory that does not count"}
LIMIT = ", limits: {pids: 100}"


@case
def a_child_can_do_no_more_than_its_parent(bench):
    attack_as(bench, "root" if os.geteuid() == 0 else "user", ALLOWED, LIMIT)


@case
def it_is_the_same_for_an_ordinary_user(bench):
    if os.geteuid() != 0:
        print("# the case above was one")
        return
    bench.be_ordinary()
    attack_as(bench, "user", ALLOWED, LIMIT)


if __name__ == "__main__":
    main(["caisson", "Client", "Hostile", "neighbour", "ksm.module"])
