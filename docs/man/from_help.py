#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The manual page of a program from what its --help says, so that the two never differ.

    from_help.py OUTPUT NAME SUMMARY SEE_ALSO COMMAND...

COMMAND is the program; when its help lists commands, those follow, each with its own help.
"""
import pathlib
import re
import subprocess
import sys

# "  -o, --output DIR   what it does"; a long one has its text on the next line.
OPTION = re.compile(r"^ {2}((?: {4})?-\S.*?)(?: {2,}(.*))?$")
COMMAND = re.compile(r"^ {2}([a-z][a-z-]*) {2,}(.*)$")
CONTINUED = re.compile(r"^ {20,}(\S.*)$")


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def help_of(*words):
    done = subprocess.run([*words, "--help"], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()


def commands_of(lines):
    """Names below a line "Commands:" or "Actions:"."""
    found, inside = [], False
    for line in lines:
        inside = line in ("Commands:", "Actions:") or (inside and line != "")
        match = COMMAND.match(line)
        if inside and match:
            found.append(match.group(1))
    return found


def tagged(tag, text):
    return [".TP", f".B {escape(tag)}", escape(text) if text else "\\&"]


def body(lines):
    """Help as paragraphs and tagged lists."""
    page, after = [], False
    for line in lines:
        option = OPTION.match(line)
        if option is None:
            option = COMMAND.match(line)
        continued = CONTINUED.match(line)
        if option:
            page += tagged(option.group(1).strip(), option.group(2))
            after = True
        elif continued and after:
            if page[-1] == "\\&":
                page.pop()
            page.append(escape(continued.group(1)))
        elif line == "":
            page.append(".PP")
            after = False
        elif line in ("Options:", "Commands:", "Actions:"):
            after = False
        else:
            page.append(escape(line.strip()))
    return page


def section(lines):
    """(synopsis, the rest) of one help."""
    usage = [line for line in lines if line.startswith("Usage: ")]
    rest = [line for line in lines if not line.startswith("Usage: ")]
    return [escape(line[len("Usage: "):]) for line in usage], body(rest)


def main():
    output, name, summary, see_also, *command = sys.argv[1:]
    lines = help_of(*command)
    synopsis, rest = section(lines)
    page = [f".TH {name.upper()} 1", ".SH NAME", f"{escape(name)} \\- {escape(summary)}", ".SH SYNOPSIS", *synopsis,
            ".SH DESCRIPTION", *rest]
    for word in commands_of(lines):
        own = help_of(*command, word)
        usage, text = section(own)
        page += [f".SH {word.upper()}", *usage, ".PP", *text]
        for action in commands_of(own):
            usage, text = section(help_of(*command, word, action))
            page += [f".SS {escape(word + ' ' + action)}", *usage, ".PP", *text]
    page += [".SH SEE ALSO", ", ".join(f"\\fB{escape(other)}\\fR(1)" for other in see_also.split())]
    pathlib.Path(output).write_text("\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
