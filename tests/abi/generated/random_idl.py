# SPDX-License-Identifier: MIT
"""Random descriptions: every kind of type nested in every other one, within the limits of the language.

The compilers then judge what nkc computed, because the generated headers assert every size and offset.
"""
import random

INTEGERS = [f"{sign}Int{bits}" for sign in "US" for bits in (8, 16, 32, 64)]
MAX_DEPTH = 4
N_RECORDS = 12
N_METHODS = 12
MAX_PARAMETERS = 11


class Description:
    """One package. Types with handles may not stand in sequences or unions, so there are none here."""

    def __init__(self, name, seed):
        self.name = name
        self.random = random.Random(seed)
        self.records = []

    def bound(self):
        return self.random.choice((1, 2, 3, 5, 8))

    def type(self, depth=0):
        kinds = ["integer", "integer", "record", "string", "bytes"]
        if depth < MAX_DEPTH:
            kinds += ["array", "array", "sequence"]
        kind = self.random.choice(kinds)
        if kind == "record" and self.records:
            return self.random.choice(self.records)
        if kind in ("string", "bytes"):
            return f"{kind}<{self.bound()}>"
        if kind in ("array", "sequence"):
            return f"{kind}<{self.type(depth + 1)}, {self.bound()}>"
        return self.random.choice(INTEGERS)

    def record(self, number):
        kind = self.random.choice(("struct", "struct", "union"))
        fields = "".join(f"    {self.type(1)} f{i};\n" for i in range(self.random.randint(1, 10)))
        name = f"R{number}"
        text = f"{kind} {name} {{\n{fields}}}\n\n"
        # Nested arrays multiply: a record that is already long is not used in others.
        self.records = self.records[-3:] + [name]
        return text

    def method(self, number):
        n = self.random.randint(0, MAX_PARAMETERS)
        directions = sorted((self.random.choice(("in", "out")) for _ in range(n)))
        parameters = ", ".join(f"{direction} {self.type(2)} p{i}" for i, direction in enumerate(directions))
        return f"    M{number}({parameters});\n"

    def text(self):
        records = "".join(self.record(i) for i in range(N_RECORDS))
        methods = "".join(self.method(i) for i in range(N_METHODS))
        return f"package {self.name}\n\n{records}interface {{\n{methods}}}\n"


def write(folder, seed, count):
    """Files Random0.idl ... in the folder; the same for the same seed."""
    for i in range(count):
        name = f"Random{i}"
        (folder / f"{name}.idl").write_text(Description(name, seed * 1000 + i).text(), encoding="utf-8")
