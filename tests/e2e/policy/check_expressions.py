#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random expressions of the policy language, through compiler and module, against the same in Python.

Usage: check_expressions.py NK_PSL_GEN_C LIBKSM SOURCE_ROOT COMPILER

Each expression is the only rule for a class of its own. With several messages it must be true, false, or fail
(a number that left its range). T_SEED in the environment gives another set of expressions.
"""
import os
import random
import re
import subprocess
import sys
import tempfile

COMPILER, LIBKSM, ROOT = (os.path.abspath(path) for path in sys.argv[1:4])
CC = sys.argv[4]
SEED = int(os.environ.get("T_SEED", "20240601"))
RNG = random.Random(SEED)
N_EXPRESSIONS, N_MESSAGES, DEPTH = 250, 4, 5

TYPES = {"UInt8": (0, 8), "UInt16": (0, 16), "UInt32": (0, 32), "UInt64": (0, 64),
         "SInt8": (1, 8), "SInt16": (1, 16), "SInt32": (1, 32), "SInt64": (1, 64)}
FIELDS = {"big": "UInt64", "low": "SInt64", "word": "UInt16", "tiny": "SInt8"}  # of lab.INumbers.Turn


class Failed(Exception):
    """An expression without value."""


def bounds(kind):
    is_signed, bits = TYPES[kind]
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if is_signed else (0, (1 << bits) - 1)


def held(value, low=-(1 << 63), high=(1 << 64) - 1):
    if not low <= value <= high:
        raise Failed
    return value


def product(values):
    result = 1
    for value in values:
        result = held(result * value)
    return result


def invert(value, kind):
    held(value, *bounds(kind))
    return -value - 1 if TYPES[kind][0] else bounds(kind)[1] - value


# How tightly the operators bind, and what they do.
NUMBERS = {"+": (4, lambda a, b: held(a + b)), "-": (4, lambda a, b: held(a - b)), "&": (4, lambda a, b: held(a & b)),
           "|": (4, lambda a, b: held(a | b)), "*": (5, lambda a, b: held(a * b))}
COMPARISONS = {"==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
               "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
BOOLEANS = {"==>": (0, lambda a, b: not a or b), "||": (1, lambda a, b: a or b), "&&": (2, lambda a, b: a and b)}
COMPARED, UNARY, PRIMARY = 3, 6, 7


class Node:
    """Text with how tightly it binds, its value for a message, and the type of a number."""

    def __init__(self, text, binds, value, kind="UInt64", is_constant=False):
        self.text, self.binds, self.value, self.kind, self.is_constant = text, binds, value, kind, is_constant

    def width(self):
        """The type that `~` turns over."""
        return "SInt64" if self.is_constant and self.kind == "UInt64" and self.value({}) < 0 else self.kind

    def inside(self, binds):
        return self.text if self.binds >= binds and RNG.random() < 0.9 else f"({self.text})"


def leaf():
    if RNG.random() < 0.65:
        name = RNG.choice(list(FIELDS))
        return Node(f"message.{name}", PRIMARY, lambda m: m[name], FIELDS[name])
    number = RNG.choice([0, 1, 2, 3, 7, 255, 65536, (1 << 63) - 1, (1 << 64) - 1])
    return Node(RNG.choice([str, hex])(number), PRIMARY, lambda m: number, is_constant=True)


def call(name, arguments, value, kind="UInt64"):
    is_constant = all(a.is_constant for a in arguments)
    listed = ", ".join(a.text for a in arguments)
    text = f"{name} [{listed}]" if name in LISTS else f"{name} ({listed})"
    return Node(text, PRIMARY, value, kind, is_constant)


LISTS = ("math.sum", "math.product", "bool.all", "bool.any")


def sound(make):
    """A constant without value is an error of the compiler: such parts are made again."""
    def made(depth):
        while True:
            node = make(depth)
            try:
                if node.is_constant:
                    node.value({})
                return node
            except Failed:
                continue

    return made


@sound
def number(depth):
    if depth == 0:
        return leaf()
    choice = RNG.randrange(10)
    if choice < 5:
        sign = RNG.choice(list(NUMBERS))
        binds, act = NUMBERS[sign]
        a, b = number(depth - 1), number(depth - 1)
        return Node(f"{a.inside(binds)} {sign} {b.inside(binds + 1)}", binds,
                    lambda m: act(a.value(m), b.value(m)), is_constant=a.is_constant and b.is_constant)
    a = number(depth - 1)
    if choice == 5:
        return Node(f"-{a.inside(UNARY)}", UNARY, lambda m: held(-a.value(m)), is_constant=a.is_constant)
    if choice == 6:
        return Node(f"~{a.inside(UNARY)}", UNARY, lambda m: invert(a.value(m), a.width()), a.width(), a.is_constant)
    if choice == 7:
        items = [number(depth - 1) for _ in range(RNG.randrange(4))]
        add = RNG.random() < 0.5
        return call("math.sum" if add else "math.product", items,
                    lambda m: (lambda v: held(sum(v)) if add else product(v))([i.value(m) for i in items]))
    if choice == 8:
        kind = RNG.choice(list(TYPES))
        return call("math." + kind.lower(), [a], lambda m: held(a.value(m), *bounds(kind)), kind)
    c, b = boolean(depth - 1), number(depth - 1)
    return Node(f"bool.cond {{if : {c.text}, then : {a.text}, else : {b.text}}}", PRIMARY,
                lambda m: (lambda v: v[1] if v[0] else v[2])([c.value(m), a.value(m), b.value(m)]),
                is_constant=c.is_constant and a.is_constant and b.is_constant)


@sound
def boolean(depth):
    choice = RNG.randrange(8)
    if depth == 0 or choice < 3:
        sign = RNG.choice(list(COMPARISONS))
        a, b = number(max(depth - 1, 0)), number(max(depth - 1, 0))
        return Node(f"{a.inside(COMPARED + 1)} {sign} {b.inside(COMPARED + 1)}", COMPARED,
                    lambda m: COMPARISONS[sign](a.value(m), b.value(m)), is_constant=a.is_constant and b.is_constant)
    a, b = boolean(depth - 1), boolean(depth - 1)
    if choice == 3:
        return Node(f"!{a.inside(UNARY)}", UNARY, lambda m: not a.value(m), is_constant=a.is_constant)
    if choice == 4:
        every = RNG.random() < 0.5
        return call("bool.all" if every else "bool.any", [a, b],
                    lambda m: (all if every else any)([a.value(m), b.value(m)]))
    sign = RNG.choice(list(BOOLEANS))
    binds, act = BOOLEANS[sign]
    left, right = (binds + 1, binds) if sign == "==>" else (binds, binds + 1)
    return Node(f"{a.inside(left)} {sign} {b.inside(right)}", binds,
                lambda m: (lambda v: act(v[0], v[1]))([a.value(m), b.value(m)]),
                is_constant=a.is_constant and b.is_constant)


def message():
    def value(kind):
        low, high = bounds(kind)
        return RNG.choice([low, high, 0, 1, RNG.randint(low, high), max(low, -2), 3])

    return {name: value(kind) for name, kind in FIELDS.items()}


def outcome(node, m):
    try:
        return "granted" if node.value(m) else "denied"
    except Failed:
        return "failed"


def policy(nodes, messages):
    yield "use nk.base._ use nk.basic._ use EDL kl.core.Core use EDL lab.Tester execute { grant () }"
    for i, node in enumerate(nodes):
        yield f"task class lab.C{i} : lab.Bench"
        yield f"request dst=lab.C{i} endpoint=numbers method=Turn {{ assert ({node.text}) }}"
    yield 'assert "expressions" {'
    for i, _ in enumerate(nodes):
        yield "    sequence {"
        for m in messages[i]:
            fields = ", ".join(f"{name} : {value}" for name, value in m.items())
            yield f"        any lab.Tester ~> lab.C{i} : numbers.Turn {{ {fields} }}"
        yield "    }"
    yield "}"


def run(*words):
    return subprocess.run(words, capture_output=True, text=True)


def compiled(folder, nodes, messages):
    """The finished run of the policy's tests; ends the test when something does not compile."""
    path, source, program = (os.path.join(folder, name) for name in ("e.psl", "e.c", "e"))
    with open(path, "w") as file:
        file.write("\n".join(policy(nodes, messages)) + "\n")
    includes = ["-I" + os.path.join(ROOT, name) for name in ("runtime", "runtime/ksm", "sysroot/include")]
    flags = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", *os.environ.get("POLICY_CFLAGS", "").split()]
    for words in ((COMPILER, "-I", os.path.join(ROOT, "idl"), "-I", os.path.join(ROOT, "tests/e2e/policy"),
                   "-t", "generate", "-o", source, path),
                  (CC, *flags, *includes, source, LIBKSM, "-lpthread", "-o", program)):
        done = run(*words)
        if done.returncode:
            print(f"not ok 1 - random expressions compile\n# seed {SEED}")
            print("\n".join("# " + line for line in done.stderr.splitlines() if "error" in line))
            sys.exit(1)
    return run(program, "--audit")


def main():
    nodes = []
    while len(nodes) < N_EXPRESSIONS:
        node = boolean(RNG.randint(1, DEPTH))
        if not node.is_constant:
            nodes.append(node)
    messages = [[message() for _ in range(N_MESSAGES)] for _ in nodes]
    with tempfile.TemporaryDirectory() as folder:
        done = compiled(folder, nodes, messages)
    found = re.findall(r"^(granted|denied) request .*?(?:base\.assert (granted|denied|failed).*)?$", done.stdout, re.M)
    found = [call or decision for decision, call in found]
    wanted = [outcome(node, m) for node, ms in zip(nodes, messages) for m in ms]
    wrong = [i for i, pair in enumerate(zip(wanted, found)) if pair[0] != pair[1]]
    good = not wrong and len(found) == len(wanted)
    print(f"{'ok' if good else 'not ok'} 1 - random expressions have the values that Python gives them")
    print(f"# seed {SEED}: {len(wanted)} values, " + ", ".join(f"{wanted.count(o)} {o}" for o in sorted(set(wanted))))
    for i in wrong[:5]:
        print(f"# {nodes[i // N_MESSAGES].text}\n#   with {messages[i // N_MESSAGES][i % N_MESSAGES]}: {found[i]}, "
              f"not {wanted[i]}")
    print("1..1")
    sys.exit(not good)


main()
