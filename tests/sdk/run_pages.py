#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Manual pages render and name every option; completion loads and completes. Speaks TAP.

    run_pages.py BUILD_ROOT
"""
import re
import shutil
import subprocess
import sys

import sdk
import solution

PROGRAMS = ["caisson", "nkc", "nk-gen-c", "nk-psl-gen-c", "einit", "makekss", "makeimg", "kos-gdb"]
OPTION = re.compile(r"(?:^ +|, )(--?[A-Za-z][a-z-]*)", re.MULTILINE)


class Skipped(Exception):
    pass


def need(program):
    if not shutil.which(program):
        raise Skipped(f"this machine has no {program}")


def page(kit, name):
    return kit.prefix / "share/man/man1" / f"{name}.1"


def installed_programs_have_pages(kit):
    installed = {path.name for path in (kit.prefix / "bin").iterdir()}
    return installed <= set(PROGRAMS) and all(page(kit, name).exists() for name in PROGRAMS)


def pages_render_without_a_warning(kit):
    need("man")
    for name in PROGRAMS:
        done = subprocess.run(["man", "-l", "--warnings=all", str(page(kit, name))], capture_output=True, text=True,
                              env={"PATH": "/usr/bin:/bin", "MANWIDTH": "100", "MANROFFOPT": "-rLL=100n", "LANG": "C.UTF-8"},
                              check=False)
        if done.returncode != 0 or done.stderr or name not in done.stdout:
            print(f"# {name}: {done.stderr}")
            return False
    return True


def written_pages_name_every_option(kit):
    ok = True
    for name, words, commands in (("caisson", ["caisson"], ["new", "run", "exec", "check", "doctor"]),
                                  ("nkc-policy", ["nkc", "policy"], ["compile", "coverage", "explain", "suggest", "test"])):
        text = page(kit, name).read_text(encoding="utf-8").replace("\\-", "-")
        for command in commands:
            _, shown = kit.run(kit.tool(words[0]), *words[1:], command, "--help")
            for option in OPTION.findall(shown):
                if not re.search(rf"Fl {re.escape(option[1:])}\b", text):
                    print(f"# {command} {option} is not in the page {name}")
                    ok = False
    return ok


def completions(kit, *words):
    """What bash offers for the last of these words."""
    file = kit.prefix / "share/bash-completion/completions/caisson"
    quoted = " ".join(f"'{word}'" for word in words)
    script = f'. "{file}"; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _caisson; printf "%s\\n" "${{COMPREPLY[@]}}"'
    code, output = kit.run("bash", "-c", script)
    return output.split() if code == 0 else [output]


def bash_completes_commands_and_options(kit):
    need("bash")
    return (completions(kit, "caisson", "ru") == ["run"]
            and "--isolation" in completions(kit, "caisson", "run", "--i")
            and completions(kit, "nkc", "policy", "expl") == ["explain"]
            and completions(kit, "caisson", "gpio", "wa") == ["watch", "wave"]
            and "--disk" in completions(kit, "caisson", "exec", "--d")
            and "--extended-errors" in completions(kit, "nkc", "gen", "--ex")
            and "--img-dst" in completions(kit, "makeimg", "--i"))


def zsh_loads_its_completion(kit):
    need("zsh")
    folder = kit.prefix / "share/zsh/site-functions"
    script = f'fpath=({folder} $fpath); autoload -U compinit; compinit -D -u; autoload -U +X _caisson; print $_comps[caisson]'
    code, output = kit.run("zsh", "-fc", script)
    return code == 0 and output.strip() == "_caisson"


CASES = [
    installed_programs_have_pages,
    pages_render_without_a_warning,
    written_pages_name_every_option,
    bash_completes_commands_and_options,
    zsh_loads_its_completion,
]


def main():
    kit = sdk.Sdk(solution.staged_sdk(sys.argv[1]))
    print(f"1..{len(CASES)}")
    for number, case in enumerate(CASES, 1):
        try:
            print(f"{'ok' if case(kit) else 'not ok'} {number} - {case.__name__}", flush=True)
        except Skipped as reason:
            print(f"ok {number} - {case.__name__} # SKIP {reason}", flush=True)


if __name__ == "__main__":
    main()
