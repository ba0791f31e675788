#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`caisson run` from outside: what it starts, shows, ends and leaves behind. Speaks TAP.

    run_kernel.py CAISSON ACTOR POLICY [CASE...]

Every process is the program actor.c, told by its arguments what to do. A case writes an init file
and waits for lines of output, ends of processes and exit codes; never for time to pass.
"""
import fcntl
import io
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import termios

HERE = pathlib.Path(__file__).resolve().parent
DEADLINE = 60  # seconds for anything that is waited for; sanitizers are slow
CYCLES = 300
CASES = []


def case(function):
    CASES.append(function)
    return function


class Solution:
    """A folder with an init file, and runs of it."""

    def __init__(self, caisson, actor, policy, folder):
        self.caisson, self.folder = caisson, pathlib.Path(folder)
        self.runs = []
        (self.folder / "bin").mkdir()
        for name in ("Client", "Server"):
            os.symlink(actor, self.folder / "bin" / name)
        shutil.copy(policy, self.folder / "ksm.module")

    def write(self, *entries):
        (self.folder / "init.yaml").write_text("entities:\n" + "".join(f"- {e}\n" for e in entries), encoding="utf-8")

    def start(self, *options, terminal=None):
        self.runs.append(Run([self.caisson, "run", "-I", HERE / "edl", *options, self.folder], terminal))
        return self.runs[-1]

    def end(self):
        """A case that fails leaves its run behind."""
        for run in self.runs:
            if run.process.poll() is None:
                run.process.kill()
                run.process.wait()

    def run(self, *options):
        """(exit code, lines of both outputs) of a run that ends by itself."""
        run = self.start(*options)
        lines = run.read_all()
        return run.wait(), lines


class Run:
    """One running caisson, its output read as it comes."""

    def __init__(self, command, terminal=None):
        """terminal: descriptor of one that the run gets, in a session of its own."""
        take = None if terminal is None else lambda: fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=os.environ | {"LEFT_OUT": "x"}, start_new_session=terminal is not None,
            preexec_fn=take)
        self.rest = b""
        self.lines = []

    def read(self):
        """False at the end of the output."""
        if not select.select([self.process.stdout], [], [], DEADLINE)[0]:
            self.process.kill()
            raise AssertionError(f"nothing came for {DEADLINE} seconds after {self.lines[-5:]}")
        data = os.read(self.process.stdout.fileno(), 65536)
        *whole, self.rest = (self.rest + data).split(b"\n")
        self.lines += [line.decode(errors="replace") for line in whole]
        return bool(data)

    def read_all(self):
        while self.read():
            pass
        return self.lines

    def expect(self, text):
        """The first line that contains the text, waited for."""
        while True:
            for line in self.lines:
                if text in line:
                    return line
            if not self.read():
                raise AssertionError(f"{text!r} never came, only {self.lines}")

    def send(self, number):
        self.process.send_signal(number)

    def wait(self):
        return self.process.wait(DEADLINE)

    def pid_of(self, task):
        return int(self.expect(f"{task} started as process").split("process ")[1].split(":")[0])


def watch(pid):
    """A descriptor that tells the end of a process, or None when it has ended already."""
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def expect_end(watched):
    for fd in watched:
        if fd is not None:
            assert select.select([fd], [], [], DEADLINE)[0], "a process is left"
            os.close(fd)


def entry(task, *acts, connections=(), kind="Client", more=""):
    links = ", ".join(f"{{target: {target}, id: {name}{rest}}}" for target, name, *rest_ in connections
                      for rest in ["".join(rest_)])
    words = ", ".join(f'"{act}"' for act in acts)
    return f"{{name: test.{kind}, task: {task}, args: [{words}], connections: [{links}]{more}}}"


def server(task, *acts, **kinds):
    return entry(task, *acts, kind="Server", **kinds)


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


# --- what a process is given ---


@case
def output_is_shown_with_the_names(solution):
    solution.write(entry("A", "out=to stdout", "part=no end"), server("Server", "pause"))
    equal(solution.run(), (0, ["A      | to stdout", "A      | no end"]))


@case
def arguments_begin_with_the_path(solution):
    solution.write(entry("A", "args", "", "two words", more=", path: bin/../bin/Client"))
    equal(solution.run("--no-prefix"), (0, [
        "argument 0: bin/../bin/Client", "argument 1: args", "argument 2: ", "argument 3: two words"]))


@case
def the_environment_is_what_the_file_says_and_little_else(solution):
    solution.write(entry("A", "env", more=", env: {MODE: test, LANG: de_DE.UTF-8, EMPTY: }"))
    code, lines = solution.run("--no-prefix")
    equal(code, 0)
    equal([line for line in lines if "SAN_OPTIONS=" not in line],
          ["EMPTY=", "LANG=de_DE.UTF-8", "MODE=test", "PATH=/usr/local/bin:/usr/bin:/bin"])


@case
def a_process_has_exactly_its_descriptors(solution):
    solution.write(
        entry("A", "fds", connections=[("S", "x"), ("S", "y")]),
        server("S", "fds", "pause"))
    run = solution.start()
    run.read_all()
    # The standard streams; then, as far away as they can be, memory, bell and status page of two channels.
    for task, n in (("A", 2 * 3), ("S", 1 + 2 + 2)):
        got = sorted(int(line.split("fd ")[1]) for line in run.lines if line.startswith(f"{task} | fd"))
        equal(got, [0, 1, 2, *range(1024 - n, 1024)])
    equal(run.wait(), 0)


@case
def servers_start_before_their_clients(solution):
    solution.write(entry("A", connections=[("B", "x")]), server("B", "pause", connections=[("C", "y")]),
                   server("C", "pause"))
    _, lines = solution.run("-v")
    equal([line.split()[1] for line in lines if " started as " in line], ["C", "B", "A"])


LIBC_SIGNALS = 1 << 31 | 1 << 32  # 32 and 33


@case
def a_process_leaves_the_terminal_and_stays_in_its_session(solution):
    solution.write(entry("A", "out=ready", "pause"))
    keyboard, terminal = pty.openpty()
    run = solution.start("-v", terminal=terminal)
    run.expect("A | ready")
    pid = run.pid_of("A")
    group, session, tty = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(") ")[1].split()[2:5]
    equal((group, session, tty), (str(pid), str(run.process.pid), "0"))
    gone = watch(pid)
    os.write(keyboard, b"\x03")  # reaches the kernel process, which asks A to end
    expect_end([gone])
    equal(run.wait(), 128 + signal.SIGINT)
    os.close(keyboard)
    os.close(terminal)


@case
def a_process_leads_a_group_and_gains_no_privileges(solution):
    solution.write(entry("A", "out=ready", "pause"))
    run = solution.start("-v")
    run.expect("A | ready")  # what a sanitizer blocks while it starts is its own business
    pid = run.pid_of("A")
    equal(os.getpgid(pid), pid)
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    equal((fields["NoNewPrivs"], int(fields["SigBlk"], 16)), ("1", 0))
    # posix_spawn() of whoever started this test may have ignored the two signals that libc keeps to itself.
    # In a chamber a file that can't grow is an error, and no signal.
    equal(int(fields["SigIgn"], 16) & ~LIBC_SIGNALS, 1 << (signal.SIGXFSZ - 1))
    run.send(signal.SIGTERM)
    run.read_all()
    equal(run.wait(), 128 + signal.SIGTERM)


@case
def a_channel_leads_to_its_server(solution):
    solution.write(entry("A", "call=x", connections=[("S", "x")]), server("S", "serve=x"))
    equal(solution.run(), (0, ["A | call x: 0"]))


# --- ends ---


@case
def the_exit_code_is_that_of_the_first_client_that_failed(solution):
    solution.write(entry("A", "out=a"), entry("B", "exit=7"), entry("C", "call=x", "exit=8", connections=[("S", "x")]),
                   server("S", "take=x", "pause"))
    run = solution.start("-v")
    run.expect("B ended with exit code 7")
    run.expect("took x")
    os.kill(run.pid_of("C"), signal.SIGKILL)
    equal(run.wait(), 7)


@case
def a_signal_that_kills_a_client_is_said_and_returned(solution):
    solution.write(entry("A", "signal=9"))
    equal(solution.run(), (128 + 9, ["caisson: A was killed by signal 9 (Killed)"]))


@case
def the_end_of_a_server_does_not_count(solution):
    solution.write(entry("A", "lost=y", "exit=0", connections=[("T", "y")]), server("T", "take=y", "exit=5"))
    code, lines = solution.run()
    equal(code, 0)
    assert "caisson: T ended with exit code 5; 1 channel is closed" in lines, lines


@case
def without_clients_it_ends_with_the_last_process(solution):
    solution.write(server("S", "exit=0"), server("T", "exit=4"))
    equal(solution.run()[0], 4)


@case
def servers_that_do_not_listen_to_the_request_to_end_are_killed(solution):
    solution.write(entry("A"), server("S", "deaf", "pause"))
    equal(solution.run(), (0, []))


@case
def keep_goes_on_after_the_clients(solution):
    solution.write(entry("A", "exit=3"), server("S", "out=here", "pause"))
    run = solution.start("--keep", "-v")
    run.expect("A ended with exit code 3")
    run.expect("S | here")
    run.send(signal.SIGINT)
    run.read_all()
    equal(run.wait(), 3)


@case
def ctrl_c_stops_everything(solution):
    solution.write(entry("A", "pause"), server("S", "pause"))
    run = solution.start("-v")
    watched = [watch(run.pid_of("A")), watch(run.pid_of("S"))]
    run.send(signal.SIGINT)
    run.read_all()
    equal(run.wait(), 128 + signal.SIGINT)
    expect_end(watched)


@case
def a_second_ctrl_c_does_not_wait(solution):
    solution.write(entry("A", "deaf", "out=deaf", "part=", "pause"))
    run = solution.start("-v")
    run.expect("A | deaf")
    watched = [watch(run.pid_of("A"))]
    run.send(signal.SIGTERM)
    run.expect("stopping")
    run.send(signal.SIGTERM)
    run.read_all()
    equal(run.wait(), 128 + signal.SIGTERM)
    expect_end(watched)


@case
def a_process_that_cannot_be_executed_stops_the_start(solution):
    (solution.folder / "bin/Broken").write_bytes(b"#!/nowhere/interpreter\n")
    (solution.folder / "bin/Broken").chmod(0o755)
    solution.write(server("S", "pause"), entry("A", connections=[("S", "x")], more=", path: Broken"))
    code, lines = solution.run()
    equal(code, 3)
    equal(len(lines), 1)
    assert lines[0].startswith("caisson: A can't be started: executing ") and "interpreter" in lines[0], lines


@case
def a_file_that_is_no_program_is_named(solution):
    (solution.folder / "bin/Broken").write_bytes(b"\0\1\2\3")
    (solution.folder / "bin/Broken").chmod(0o755)
    solution.write(entry("A", more=", path: Broken"))
    code, lines = solution.run()
    equal(code, 3)
    assert "no program for this machine" in lines[0], lines


# --- deaths ---


@case
def a_caller_learns_at_once_that_its_server_died(solution):
    solution.write(entry("A", "call=x", connections=[("S", "x")]), server("S", "take=x", "signal=9"))
    code, lines = solution.run()
    equal(code, 11)
    assert "A | call x: 1" in lines and "caisson: S was killed by signal 9 (Killed); 1 channel is closed" in lines, lines


@case
def a_server_that_never_listened_and_died_ends_the_call_too(solution):
    solution.write(entry("A", "call=x", connections=[("S", "x")]), server("S", "exit=0"))
    equal(solution.run(), (11, ["A | call x: 1", "caisson: A ended with exit code 11"]))


@case
def a_death_disturbs_nobody_else(solution):
    solution.write(
        entry("A", "call=x", connections=[("S", "x")]),
        entry("B", "lost=gate", "call=y", connections=[("S", "gate"), ("T", "y")]),
        server("S", "take=x", "signal=9"), server("T", "serve=y"))
    code, lines = solution.run()
    equal(code, 11)
    assert "B | call y: 0" in lines, lines


@case
def what_a_process_left_behind_ends_with_the_run(solution):
    solution.write(entry("A", "fork", "escape"))
    run = solution.start("--isolation=none")
    watched = [watch(int(run.expect("escaped").split("escaped ")[1]))]
    run.read_all()
    equal(run.wait(), 0)
    expect_end(watched)


def expect_end_with_caisson(solution, *options):
    solution.write(entry("A", "call=x", connections=[("S", "x")]), server("S", "deaf", "take=x", "pause"))
    run = solution.start("-v", *options)
    run.expect("took x")
    watched = [watch(run.pid_of("A")), watch(run.pid_of("S"))]
    run.process.kill()
    run.wait()
    expect_end(watched)


@case
def kill_9_of_caisson_ends_its_processes(solution):
    expect_end_with_caisson(solution)


@case
def kill_9_of_caisson_ends_its_processes_without_isolation(solution):
    expect_end_with_caisson(solution, "--isolation=none")


# --- output ---


@case
def a_flood_is_shown_whole_and_starves_nobody(solution):
    solution.write(entry("A", "flood=200000"), entry("B", "out=b"), entry("C", "part=c"))
    code, lines = solution.run()
    equal(code, 0)
    equal(sum(line.startswith("A | line ") for line in lines), 200000)
    assert lines.index("B | b") < 190000 and "C | c" in lines


@case
def a_reader_that_leaves_stops_the_run(solution):
    solution.write(entry("A", "flood=2000000"), server("S", "pause"))
    run = solution.start("-v")
    watched = [watch(run.pid_of("S"))]
    run.process.stdout.close()
    equal(run.wait(), 3)
    expect_end(watched)


# --- who waits for whom ---


@case
def a_deadlock_is_named(solution):
    solution.write(
        server("A", "call=ab", connections=[("B", "ab")]),
        server("B", "take=ab", "call=ba", connections=[("A", "ba")]),
        entry("C", "pause"))
    run = solution.start()
    equal(run.expect("deadlock"), "caisson: deadlock: A waits for B (channel ab), B waits for A (channel ba)")
    run.send(signal.SIGQUIT)
    line = run.expect("B (thread")
    assert "waits for A on channel ba, for " in line and line.endswith(" s, not received yet"), line
    run.send(signal.SIGTERM)
    run.read_all()
    equal(run.wait(), 128 + signal.SIGTERM)


@case
def a_deadlock_can_end_the_run(solution):
    solution.write(
        server("A", "call=ab", connections=[("B", "ab")]),
        server("B", "take=ab", "call=ba", connections=[("A", "ba")]),
        entry("C", "pause"))
    code, lines = solution.run("--on-deadlock=stop")
    equal(code, 4)
    equal(len(lines), 1 + lines.count("B | took ab"))


@case
def a_deadline_ends_a_call(solution):
    solution.write(entry("A", "call=x", connections=[("S", "x", ", deadline: 20")]), server("S", "pause"))
    equal(solution.run(), (12, ["A | call x: 2", "caisson: A ended with exit code 12; 1 channel is closed"]))


# --- the command line ---


def command(solution, *words):
    done = subprocess.run([str(solution.caisson), *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, timeout=DEADLINE, check=False)
    return done.returncode, done.stdout


@case
def wrong_usage_is_said_and_ends_with_2(solution):
    for words, part in (
            ([], "Usage: caisson COMMAND"), (["rnu"], "did you mean 'run'?"), (["frobnicate"], "caisson --help"),
            (["run"], "name one solution"), (["check"], "name one solution"), (["run", "a", "b"], "name one solution"),
            (["run", "--kep", "a"], "did you mean '--keep'?"), (["check", "--keep", "a"], "unknown option '--keep'"),
            (["run", "--color=red", "a"], "auto, always or never"), (["run", "--bin"], "--bin needs a value: DIR"),
            (["run", "--keep=yes", "a"], "--keep takes no value"), (["run", "-kv", "a"], "--keep takes no value"),
            (["run", "--audit-limit=1M", "a"], "--audit-limit is about the file that --audit names"),
            (["run", "--policy=none", "--audit=x", "a"], "leaves nothing for --audit and --permissive"),
            (["run", "--policy=none", "--permissive", "a"], "leaves nothing for --audit and --permissive"),
            (["run", "--on-deadlock", "cry", "a"], "report or stop")):
        code, text = command(solution, *words)
        equal((words, code), (words, 2))
        assert part in text, text


@case
def help_and_version_end_with_0(solution):
    for words, part in ((["--help"], "check"), (["run", "--help"], "--on-deadlock WHAT"), (["check", "-h"], "--bin DIR"),
                        (["--version"], "caisson 0.")):
        code, text = command(solution, *words)
        equal((words, code), (words, 0))
        assert part in text, text


@case
def a_solution_is_a_folder_or_its_file(solution):
    solution.write(entry("A", "out=here"))
    for name in (solution.folder, f"{solution.folder}/", solution.folder / "init.yaml"):
        equal(command(solution, "run", "-I", HERE / "edl", name), (0, "A | here\n"))
        code, text = command(solution, "check", "-I", HERE / "edl", name)
        equal((code, text), (0, f"{name}: 1 process, 0 channels, nothing wrong\n"))


@case
def what_cannot_be_read_ends_with_3_and_what_is_wrong_with_1(solution):
    code, text = command(solution, "run", solution.folder)
    equal((code, text), (3, f"caisson: can't read {solution.folder}/init.yaml: No such file or directory\n"))
    solution.write(entry("A", "out=here", connections=[("B", "x")]))
    for name in ("run", "check"):
        code, text = command(solution, name, "-I", HERE / "edl", solution.folder)
        equal(code, 1)
        assert "no process is called 'B' [NKC-613]" in text and "nothing was started" in text, text


@case
def what_an_image_lacks_or_has_wrong_is_said_of_the_image(solution):
    image = solution.folder / "image"
    for content, status, part in ((None, 3, "can't read {0}/init.yaml: No such file"), ("[]", 1, "{0}/init.yaml:1:1: error")):
        with tarfile.open(image, "w", format=tarfile.USTAR_FORMAT) as archive:
            for name, text in (("readme", "x"), ("init.yaml", content)):
                if text is not None:
                    entry_of = tarfile.TarInfo(name)
                    entry_of.size = len(text)
                    archive.addfile(entry_of, io.BytesIO(text.encode()))
        code, text = command(solution, "check", image)
        equal(code, status)
        assert part.format(image) in text and "caisson-image" not in text, text


# --- many times ---


def state_of_the_machine():
    """What a run could leave behind, seen from outside: processes below us, and shared memory with its name."""
    children = pathlib.Path(f"/proc/self/task/{os.getpid()}/children")
    shared = [n for n in os.listdir("/dev/shm") if "caisson" in n] if os.path.isdir("/dev/shm") else []
    return (children.read_text(encoding="ascii") if children.exists() else ""), len(shared), len(os.listdir("/proc/self/fd"))


@case
def many_starts_and_stops_leave_nothing_behind(solution):
    solution.write(entry("A", "call=x", connections=[("S", "x")]), server("S", "serve=x"))
    before, files = state_of_the_machine(), sorted(p.name for p in solution.folder.rglob("*"))
    pids = []
    for _ in range(CYCLES):
        run = solution.start("-v")
        pids += [run.pid_of("A"), run.pid_of("S")]
        run.read_all()
        equal(run.wait(), 0)
        run.process.stdout.close()
    equal(state_of_the_machine(), before)
    equal(sorted(p.name for p in solution.folder.rglob("*")), files)
    equal([pid for pid in pids if is_actor(pid)], [])


def is_actor(pid):
    try:
        return "actor" in os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return False


def main():
    caisson, actor, policy, *wanted = sys.argv[1:]
    cases = [c for c in CASES if not wanted or c.__name__ in wanted]
    print(f"1..{len(cases)}", flush=True)
    for number, test in enumerate(cases, 1):
        word = "ok"
        with tempfile.TemporaryDirectory(prefix="caisson-run-") as folder:
            solution = Solution(os.path.abspath(caisson), os.path.abspath(actor), policy, folder)
            try:
                test(solution)
            except (AssertionError, OSError, subprocess.TimeoutExpired) as problem:
                word = "not ok"
                print(f"# {problem}")
            finally:
                solution.end()
        print(f"{word} {number} - {test.__name__}", flush=True)


if __name__ == "__main__":
    main()
