#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`caisson gpio` on running solutions, the death of a driver, and traffic lights of which each part was taken over.

Speaks TAP.

    run_control.py SOURCE_ROOT BUILD_ROOT COMPILER
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402
from watched import Watched  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
DEADLINE = 60
CASES = []


def case(function):
    CASES.append(function)
    return function


def until(condition, what):
    """Waits for something that comes by itself."""
    end = time.monotonic() + DEADLINE
    while not (result := condition()):
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.01)
    return result


class Bench:
    def __init__(self, source, build, compiler, scratch):
        self.source, self.compiler = pathlib.Path(source), compiler
        self.sdk = solution.staged_sdk(build)
        self.scratch = pathlib.Path(scratch)
        self.run_dir = self.scratch / "run"
        self.run_dir.mkdir(mode=0o700)
        self.env = os.environ | {"XDG_RUNTIME_DIR": str(self.run_dir)}
        self.caisson = str(self.sdk / "bin/caisson")

    def build(self, original, *changes):
        folder = self.scratch / f"solution{len(list(self.scratch.iterdir()))}"
        shutil.copytree(self.source / original, folder)
        for change in changes:
            change(folder)
        solution.build_solution(folder, self.sdk, self.compiler)
        return folder

    def tool(self, *words):
        """(exit code, standard output, standard error) of `caisson gpio`."""
        done = subprocess.run([self.caisson, "gpio", *words], env=self.env, capture_output=True, text=True,
                              timeout=DEADLINE, check=False)
        return done.returncode, done.stdout, done.stderr


class Run:
    """A solution that runs while the test looks at it."""

    def __init__(self, bench, folder, *options):
        self.bench = bench
        self.log = folder / f"log{len(list(folder.glob('log*')))}"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([bench.caisson, "run", "-v", *options, str(folder / "build/solution")],
                                            env=bench.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(DEADLINE)

    def text(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def said(self, text):
        until(lambda: text in self.text() or self.process.poll() is not None, text)
        assert text in self.text(), self.text()

    def pid(self, task):
        return int(until(lambda: re.search(rf"{re.escape(task)} started as process (\d+)", self.text()), task).group(1))

    def go_on(self, task):
        """Lets a task that was stopped before its main() begin."""
        pid = self.pid(task)
        until(lambda: re.search(r"State:\tT", pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")), "stop")
        os.kill(pid, signal.SIGCONT)

    def end(self):
        return self.process.wait(DEADLINE)


def processes_of(folder):
    """Those that were started with a path below this folder, or are made of one that was."""
    found = []
    for line in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in line.read_bytes():
                found.append(int(line.parent.name))
        except OSError:
            pass  # it has just ended
    return found


def ready(bench):
    """The driver of the only running solution answers."""
    until(lambda: bench.tool("list")[0] == 0, "the driver answers")


class Recording:
    def __init__(self, bench, path):
        self.path = path
        self.tool = subprocess.Popen([bench.caisson, "gpio", "wave", str(path)], env=bench.env,
                                     stderr=subprocess.PIPE, text=True)
        assert self.tool.stderr.readline() == "caisson gpio: recording\n"

    def wave(self):
        """{wire: level} at the beginning and [(ns, {wire: level})] behind it."""
        rest = self.tool.stderr.read()
        assert self.tool.wait(DEADLINE) == 0 and rest == "", rest
        return read_vcd(self.path)


def read_vcd(path):
    names, levels, moments, now = {}, {}, [], 0
    for line in path.read_text(encoding="ascii").splitlines():
        if line.startswith("$var"):
            _, _, _, short, name, _ = line.split()
            names[short] = name
        elif line.startswith("#"):
            now = int(line[1:])
        elif line[:1] in ("0", "1"):
            levels = levels | {names[line[1:]]: int(line[0])}
            moments.append((now, levels))
    return [moment for moment in moments if len(moment[1]) == len(names)]


# --- looking at pins ---

def endless(folder):
    """gpio_output whose client is stopped at once: only the driver and the tool move pins."""
    text = (folder / "init.yaml").read_text(encoding="utf-8")
    (folder / "init.yaml").write_text(text.replace('[ "port gpio0 8" ]',
                                                   '[ "port gpio0 8", "wire gpio0 0 gpio0 7", "pull gpio0 6 up" ]'),
                                      encoding="utf-8")


@case
def pins_are_listed_and_set(bench):
    folder = bench.build("examples/gpio_output", endless)
    with Run(bench, folder, "--stop", "gpio_output.Output") as run:
        ready(bench)
        code, out, err = bench.tool("list")
        assert (code, err) == (0, "") and out.splitlines() == [
            f"gpio0 {pin} {int(pin == 6)} - -" for pin in range(8)], out
        assert bench.tool("set", "gpio0", "3", "1") == (0, "", "")
        assert "gpio0 3 1 - -" in bench.tool("list")[1]
        assert bench.tool("set", "gpio0", "6", "0")[0] == 0 and "gpio0 6 0 - -" in bench.tool("list")[1]
        assert bench.tool("set", "gpio0", "6", "z")[0] == 0 and "gpio0 6 1 - -" in bench.tool("list")[1]
        for words, why in ((("gpio0", "8", "1"), "the port has no such pin"), (("gpio1", "0", "1"), "no such port"),
                           (("gpio0", "x", "1"), "no such pin"), (("gpio0", "0", "2"), "a level is"),
                           (("gpio0", "4294967296", "1"), "no such pin"), (("gpio0", "0 1", "1"), "write: list")):
            code, out, err = bench.tool("set", *words)
            assert (code, out) == (1, "") and why in err and f"set {' '.join(words)}: " in err, (words, err)
        run.go_on("gpio_output.Output")
        assert run.end() == 0, run.text()


@case
def changes_are_watched(bench):
    folder = bench.build("examples/gpio_output", endless)
    with Run(bench, folder, "--stop", "gpio_output.Output") as run:
        ready(bench)
        tool = Watched([bench.caisson, "gpio", "watch"], DEADLINE, bench.env)
        for _ in range(8):
            tool.expect("")
        assert all(line.startswith("gpio0 ") for line in tool.lines), tool.lines
        run.go_on("gpio_output.Output")
        assert tool.wait() == 0, tool.lines
        lines = tool.lines[8:]
    for pin in (0, 1, 2, 5, 6, 7):
        seen = [line for line in lines if line.startswith(f"gpio0 {pin} ") and " out gpio_output.Output" in line]
        assert [line.split()[2] for line in seen[-2:]] == ["1", "0"], (pin, seen)
    assert [line for line in lines if line.startswith("gpio0 7 ")][0] == "gpio0 7 1 - -", lines  # the wire from pin 0


@case
def a_panel_is_drawn_on_a_terminal(bench):
    folder = bench.build("examples/gpio_output", endless)
    with Run(bench, folder, "--stop", "gpio_output.Output"):
        ready(bench)
        bench.tool("set", "gpio0", "2", "1")
        done = subprocess.run(["script", "-qec", f"{bench.caisson} gpio --for 1 watch", "/dev/null"],
                              env=bench.env | {"NO_COLOR": "1"}, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=DEADLINE, check=True)
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\r", "", done.stdout).splitlines()
    assert text[0] == "gpio0" and text[1].split() == [str(pin) for pin in range(8)], text
    assert text[2].split() == [".", ".", "*", ".", ".", ".", "*", "."], text


@case
def a_wave_is_what_happened(bench):
    folder = bench.build("examples/gpio_output", endless)
    with Run(bench, folder, "--stop", "gpio_output.Output") as run:
        ready(bench)
        recording = Recording(bench, bench.scratch / "wave.vcd")
        run.go_on("gpio_output.Output")
        assert run.end() == 0
        wave = recording.wave()
    ups = []
    for (_, before), (_, after) in zip(wave, wave[1:]):
        ups += [name for name in after if after[name] and not before[name]]
    assert ups == ["gpio0_0", "gpio0_7", "gpio0_1", "gpio0_2", "gpio0_5", "gpio0_6", "gpio0_7", "gpio0_6"], ups
    assert [t for t, _ in wave] == sorted(t for t, _ in wave)


def sampled(wave, step):
    """Levels at each `step` ns as sigrok has them: a change counts from the sample on in which it lies."""
    rows, levels, at = [], wave[0][1], 0
    for when, after in wave:
        rows += [levels] * (when // step - at)
        at, levels = max(at, when // step), after
    return rows


@case
def another_parser_reads_the_same_wave(bench):
    path, step = bench.scratch / "wave.vcd", 100_000
    wave = read_vcd(path)
    done = subprocess.run(["sigrok-cli", "-I", f"vcd:downsample={step}", "-i", str(path), "-O", "csv:header=false:label=channel"],
                          capture_output=True, text=True, timeout=DEADLINE, check=True)
    lines = [line for line in done.stdout.splitlines() if not line.startswith("META")]
    names = lines[0].split(",")
    got = [dict(zip(names, map(int, line.split(",")))) for line in lines[1:]]
    expected = sampled(wave, step)
    assert names == sorted(wave[0][1]), names
    assert len(got) >= len(expected) > 0, (len(got), len(expected))
    assert got[:len(expected)] == expected, [(i, g, e) for i, (g, e) in enumerate(zip(got, expected)) if g != e][:3]


# --- finding the solution ---

@case
def without_a_solution_that_is_said(bench):
    code, out, err = bench.tool("list")
    assert (code, out) == (1, "") and "no running solution" in err, err
    code, _, err = bench.tool("--run", "1", "list")
    assert code == 1 and "shows no pins" in err, err


@case
def wrong_words_are_refused(bench):
    for words in ((), ("lits",), ("list", "more"), ("set", "gpio0", "1"), ("wave",), ("--run", "x", "list"),
                  ("--run", "0", "list"), ("--for", "-1", "watch"), ("--for", "86401", "watch"), ("--fro", "1", "watch")):
        code, out, err = bench.tool(*words)
        assert (code, out) == (2, "") and err, words
    assert "did you mean 'list'" in bench.tool("lits")[2] and "unknown action 'lits'" in bench.tool("lits")[2]
    assert bench.tool("--help")[0] == 0


@case
def two_solutions_are_told_apart(bench):
    folder = bench.build("examples/gpio_output", endless)
    with Run(bench, folder, "--stop", "gpio_output.Output") as one:
        ready(bench)
        with Run(bench, folder, "--stop", "gpio_output.Output") as two:
            pids = (str(one.process.pid), str(two.process.pid))
            until(lambda: bench.tool("--run", pids[1], "list")[0] == 0, "the second one")
            code, _, err = bench.tool("list")
            assert code == 1 and "--run PID" in err, err
            assert bench.tool("--run", pids[1], "set", "gpio0", "1", "1")[0] == 0
            assert "gpio0 1 0" in bench.tool("--run", pids[0], "list")[1]
            assert "gpio0 1 1" in bench.tool("--run", pids[1], "list")[1]
    assert list((bench.run_dir / "caisson").iterdir()) == [], "something stays behind"


@case
def what_a_killed_run_leaves_is_taken_away(bench):
    folder = bench.build("examples/gpio_output", endless)
    run = Run(bench, folder, "--stop", "gpio_output.Output")
    ready(bench)
    run.process.kill()
    run.end()
    assert len(list((bench.run_dir / "caisson").iterdir())) == 1
    assert bench.tool("list")[0] == 1
    assert list((bench.run_dir / "caisson").iterdir()) == []
    until(lambda: not processes_of(folder), "the end of all that the run started")


@case
def a_folder_that_others_can_enter_is_not_used(bench):
    folder = bench.build("examples/gpio_output")
    shared = bench.run_dir / "caisson"
    shared.chmod(0o755)
    try:
        with Run(bench, folder) as run:
            assert run.end() == 3 and "Permission denied" in run.text(), run.text()
        code, _, err = bench.tool("list")
        assert code == 3 and "a folder of your own" in err, err
    finally:
        shared.chmod(0o700)


@case
def only_the_user_may_enter(bench):
    folder = bench.build("examples/gpio_output", endless)
    with Run(bench, folder, "--stop", "gpio_output.Output"):
        ready(bench)
        assert (bench.run_dir / "caisson").stat().st_mode & 0o777 == 0o700


# --- a driver that dies ---

def with_waiter(folder):
    (folder / "init.yaml").write_text(
        "entities:\n- name: gpio_test.Waiter\n  connections:\n  - {target: kl.drivers.GPIO, id: kl.drivers.GPIO}\n"
        "- {name: kl.drivers.GPIO, path: gpio_hw, grants: [ {control: gpio} ]}\n", encoding="utf-8")


@case
def who_waits_hears_that_the_driver_is_gone(bench):
    folder = bench.build("tests/e2e/gpio/solution", with_waiter)
    for _ in range(2):  # a new driver knows nothing of the old one
        with Run(bench, folder) as run:
            run.said("a callback waits too")
            until(lambda: "in rise" in bench.tool("list")[1], "the pin is taken")
            os.kill(run.pid("kl.drivers.GPIO"), signal.SIGKILL)
            assert run.end() == 0, run.text()
            said = [line for line in run.text().splitlines() if line.startswith("gpio_test.Waiter | ")]
            assert len(said) == 8 and all(line.startswith("gpio_test.Waiter | ok ") for line in said), said


# --- traffic lights ---

def taken_over(*parts):
    def change(folder):
        for part in parts:
            shutil.copy(HERE / "attackers" / f"{part}.c", folder / "src" / f"{part}.c")
    return change


def attack(bench, *parts):
    folder = bench.build("examples/traffic_light", taken_over(*parts))
    with Run(bench, folder, "--stop", "traffic_light.Control") as run:
        ready(bench)
        recording = Recording(bench, bench.scratch / f"{'_'.join(parts) or 'none'}.vcd")
        run.go_on("traffic_light.Control")
        assert run.end() == 0, run.text()
        wave = recording.wave()
        text = run.text()
    greens = {(levels["gpio0_2"], levels["gpio0_5"]) for _, levels in wave}
    assert (1, 1) not in greens, "both roads were green"
    return wave, greens, text


@case
def lights_show_what_they_should(bench):
    _, greens, _ = attack(bench)
    assert greens == {(0, 0), (0, 1), (1, 0)}


@case
def a_control_that_was_taken_over_changes_nothing(bench):
    wave, _, text = attack(bench, "control")
    assert text.count("no way there") == 2 and "reached" not in text, text
    for _, levels in wave:  # green only while the other road is red
        assert not levels["gpio0_2"] or levels["gpio0_3"], levels
        assert not levels["gpio0_5"] or levels["gpio0_0"], levels


@case
def nor_does_a_checker(bench):
    _, _, text = attack(bench, "control", "checker")
    assert "denied request traffic_light.Checker" in text and "crossing.enter" in text, text[-2000:]


@case
def nor_do_lights(bench):
    _, greens, text = attack(bench, "lights")
    assert greens == {(0, 0), (0, 1), (1, 0)}, greens  # they did switch
    assert "denied request traffic_light.Lights" in text and "gpio.pins.Out" in text, text[-2000:]


@case
def nor_do_all_three(bench):
    attack(bench, "control", "checker", "lights")


def main():
    source, build, compiler = sys.argv[1:]
    failed = False
    print(f"1..{len(CASES)}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(source, build, compiler, scratch)
        for number, function in enumerate(CASES, 1):
            try:
                function(bench)
                print(f"ok {number} - {function.__name__}", flush=True)
            except (AssertionError, subprocess.SubprocessError, OSError, ValueError, KeyError) as error:
                failed = True
                print("".join(f"# {line}\n" for line in f"{type(error).__name__}: {error}".splitlines()), end="")
                print(f"not ok {number} - {function.__name__}", flush=True)
            finally:
                Watched.end_all()
    sys.exit(failed)


if __name__ == "__main__":
    main()
