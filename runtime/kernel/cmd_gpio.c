/* SPDX-License-Identifier: MIT */
/*
 * `caisson gpio`: looks at the pins of a running solution's driver, and sets simulated ones.
 */
#include "cmd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "panel.h"
#include "pins.h"
#include "rundir.h"
#include "spell.h"
#include "vcd.h"

#define RUNS_MAX     16u
#define REDRAW_MS    50 /* a panel is drawn at most so often */
#define WIDTH_NO_TTY 120u

typedef struct Gpio {
        pid_t run;   /* 0: the only one */
        long for_ms; /* -1: until it ends */
        bool wants_help;
        const char *request; /* what is to be done, or NULL */
        int fd;
        int signal_fd;
        Pins pins;
        Vcd vcd;
        Panel panel;
        bool is_dirty; /* the panel shows something else than there is */
        int status;
} Gpio;

/* What an action does with a line. */
typedef void OnLine(Gpio *g, const PinLine *line);

/* --- options --- */

static const char *set_run(void *command, const char *value) {
        char *end;
        long pid = strtol(value, &end, 10);

        if (value[0] < '0' || value[0] > '9' || *end != '\0' || pid < 1 || pid > INT32_MAX)
                return "the number of a `caisson run`";
        ((Gpio *)command)->run = (pid_t)pid;
        return NULL;
}

static const char *set_for(void *command, const char *value) {
        char *end;
        double seconds = strtod(value, &end);

        if (end == value || *end != '\0' || !(seconds >= 0 && seconds <= 86400))
                return "seconds, at most a day";
        ((Gpio *)command)->for_ms = (long)(seconds * 1000);
        return NULL;
}

static const char *set_help(void *command, const char *value) {
        (void)value;
        ((Gpio *)command)->wants_help = true;
        return NULL;
}

static const Option list[] = {
        {0, "run", "PID", "of which `caisson run`; needed when several have pins", set_run},
        {0, "for", "SECONDS", "watch, wave: end after so long", set_for},
        {'h', "help", NULL, "show this help", set_help},
};
static const Options options = {"gpio", list, sizeof list / sizeof *list};

static void print_help(void) {
        (void)printf(
                "Usage: caisson gpio [OPTIONS] ACTION\n"
                "Looks at the pins of a running solution, whose GPIO driver has a grant `control: gpio`.\n\n"
                "Actions:\n"
                "  list                 how all pins are: port, pin, level, mode, owner\n"
                "  watch                the same, then each change; on a terminal a panel of pins\n"
                "  set PORT PIN LEVEL   hold a pin of a simulated port from outside: 0, 1; z lets go\n"
                "  wave FILE            write what happens as VCD, for waveform viewers\n\n");
        options_print(&options, stdout);
        (void)printf("\nExit status: 0; 1 no such solution, port or pin, or it was refused; 2 wrong usage; 3 "
                     "system "
                     "failure.\n");
}

/* --- the connection --- */

static int fail_find(int n) {
        char path[RUNDIR_PATH_MAX];

        if (n == -EACCES && rundir_path(path)) {
                (void)fprintf(stderr,
                        "caisson gpio: %s must be a folder of your own that nobody else can enter\n", path);
                return CMD_EXIT_SYSTEM;
        }
        if (n < 0)
                (void)fprintf(stderr, "caisson gpio: %s\n", strerror(-n));
        else if (n == 0)
                (void)fprintf(stderr, "caisson gpio: no running solution of yours shows pins\n"
                                      "help: give the driver's process `grants: [ { control: gpio } ]`\n");
        else
                (void)fprintf(stderr, "caisson gpio: %d running solutions show pins\nhelp: --run PID\n", n);
        return n < 0 ? CMD_EXIT_SYSTEM : CMD_EXIT_PROBLEMS;
}

static int open_link(Gpio *g) {
        pid_t pids[RUNS_MAX], pid = g->run;
        int n, r;

        if (pid == 0) {
                n = rundir_find(PINS_CONTROL, pids, RUNS_MAX);
                if (n != 1)
                        return fail_find(n);
                pid = pids[0];
        }
        r = rundir_connect(pid, PINS_CONTROL, &g->fd);
        if (r == 0)
                return CMD_EXIT_OK;
        (void)fprintf(stderr, "caisson gpio: the solution of process %ld: %s\n", (long)pid,
                r == -ENOENT || r == -ECONNREFUSED ? "shows no pins (any more)" : strerror(-r));
        return CMD_EXIT_PROBLEMS;
}

static int ask(const Gpio *g, const char *request) {
        if (write(g->fd, request, strlen(request)) == (ssize_t)strlen(request))
                return CMD_EXIT_OK;
        (void)fprintf(stderr, "caisson gpio: the driver is gone\n");
        return CMD_EXIT_PROBLEMS;
}

static void read_lines(Gpio *g, char *packet, OnLine *on_line) {
        for (char *line; (line = strtok_r(packet, "\n", &packet));) {
                PinLine said = pins_read_line(&g->pins, line);

                on_line(g, &said);
        }
}

/* One packet. 0: it ended. */
static ssize_t read_packet(Gpio *g, OnLine *on_line) {
        static char packet[PINS_PACKET + 1];
        ssize_t n = read(g->fd, packet, PINS_PACKET);

        if (n <= 0)
                return n < 0 && errno == EINTR ? 1 : 0;
        packet[n] = '\0';
        read_lines(g, packet, on_line);
        return n;
}

/* --- what is shown --- */

static uint64_t now_ns(void) {
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void complain(Gpio *g, const PinLine *said) {
        g->status = CMD_EXIT_PROBLEMS;
        (void)fprintf(stderr, "caisson gpio: %s%s", g->request ? g->request : "", g->request ? ": " : "");
        for (const char *at = said->text ? said->text : "the driver answers what nobody understands"; *at;
                at++)
                (void)fputc(*at >= ' ' && *at < 0x7f ? *at : '?', stderr);
        (void)fputc('\n', stderr);
}

static void print_pin(const Gpio *g, const PinLine *said) {
        const PinPort *port = &g->pins.ports[said->port];
        const Pin *pin = &port->pins[said->pin];
        char mode[PANEL_MODE_SIZE];

        (void)printf("%s %u %u %s %s\n", port->name, said->pin, pin->level, panel_mode(pin->mode, mode),
                pin->owner);
}

static void list_line(Gpio *g, const PinLine *said) {
        if (said->news == PIN_CHANGED)
                print_pin(g, said);
        else if (said->news == PIN_ERROR || said->news == PIN_GARBLED)
                complain(g, said);
}

static void watch_line(Gpio *g, const PinLine *said) {
        list_line(g, said);
        if (said->news == PIN_LOST)
                (void)printf("lost\n");
        if (said->news != PIN_CHANGED || !said->is_old)
                (void)fflush(stdout);
}

static void panel_line(Gpio *g, const PinLine *said) {
        if (said->news == PIN_ERROR || said->news == PIN_GARBLED)
                complain(g, said);
        g->is_dirty = true;
}

static void wave_line(Gpio *g, const PinLine *said) {
        if (said->news == PIN_ERROR || said->news == PIN_GARBLED)
                complain(g, said);
        else if (said->news == PIN_OK) {
                vcd_begin(&g->vcd, g->vcd.out, &g->pins, now_ns());
                (void)fprintf(stderr, "caisson gpio: recording\n");
        } else if (said->news == PIN_CHANGED && g->pins.is_whole)
                vcd_change(&g->vcd, &g->pins, said->port, said->pin);
}

/* --- waiting --- */

/* Ctrl-C ends a watch like the end of the solution does: what was seen is written. */
static int catch_signals(Gpio *g) {
        sigset_t set;

        (void)sigemptyset(&set);
        (void)sigaddset(&set, SIGINT);
        (void)sigaddset(&set, SIGTERM);
        (void)sigprocmask(SIG_BLOCK, &set, NULL);
        g->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
        return g->signal_fd < 0 ? CMD_EXIT_SYSTEM : CMD_EXIT_OK;
}

static int left_ms(const Gpio *g, uint64_t start) {
        long passed = (long)((now_ns() - start) / 1000000);

        if (g->for_ms < 0)
                return -1;
        return passed < g->for_ms ? (int)(g->for_ms - passed) : 0;
}

static void redraw(Gpio *g) {
        if (!g->is_dirty || !g->panel.out)
                return;
        panel_draw(&g->panel, &g->pins);
        g->is_dirty = false;
}

/* Reads until the driver goes, the time is over, or Ctrl-C. */
static void follow(Gpio *g, OnLine *on_line) {
        struct pollfd fds[] = {{.fd = g->fd, .events = POLLIN}, {.fd = g->signal_fd, .events = POLLIN}};
        uint64_t start = now_ns(), drawn = 0;

        for (;;) {
                int wait = left_ms(g, start), n;

                if (g->is_dirty && g->panel.out && (wait < 0 || wait > REDRAW_MS))
                        wait = REDRAW_MS;
                n = poll(fds, 2, wait);
                if (fds[1].revents || left_ms(g, start) == 0)
                        break;
                if (n > 0 && fds[0].revents && read_packet(g, on_line) == 0)
                        break;
                if (now_ns() - drawn >= REDRAW_MS * 1000000u) {
                        redraw(g);
                        drawn = now_ns();
                }
        }
        redraw(g);
}

/* Until the answer to one request is whole. */
static void await(Gpio *g, OnLine *on_line) {
        while (!g->pins.is_whole && g->status == CMD_EXIT_OK)
                if (read_packet(g, on_line) == 0) {
                        (void)fprintf(
                                stderr, "caisson gpio: the driver is gone, or has too many onlookers\n");
                        g->status = CMD_EXIT_PROBLEMS;
                }
}

/* --- actions --- */

static int run_list(Gpio *g, char **words) {
        (void)words;
        if (ask(g, "list") != CMD_EXIT_OK)
                return CMD_EXIT_PROBLEMS;
        await(g, list_line);
        return g->status;
}

static unsigned width_of_terminal(void) {
        struct winsize size;

        return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : WIDTH_NO_TTY;
}

static int run_watch(Gpio *g, char **words) {
        OnLine *on_line = watch_line;

        (void)words;
        if (isatty(STDOUT_FILENO)) {
                g->panel = (Panel){
                        .out = stdout, .width = width_of_terminal(), .has_color = !getenv("NO_COLOR")};
                on_line = panel_line;
        }
        if (catch_signals(g) != CMD_EXIT_OK || ask(g, "watch") != CMD_EXIT_OK)
                return CMD_EXIT_PROBLEMS;
        follow(g, on_line);
        return g->status;
}

static int run_set(Gpio *g, char **words) {
        char request[256];
        int n = snprintf(request, sizeof request, "set %s %s %s", words[1], words[2], words[3]);

        if (n < 0 || n >= (int)sizeof request) {
                (void)fprintf(stderr, "caisson gpio: no port has so long a name\n");
                return CMD_EXIT_USAGE;
        }
        g->request = request;
        if (ask(g, request) != CMD_EXIT_OK)
                return CMD_EXIT_PROBLEMS;
        await(g, list_line);
        if (g->status != CMD_EXIT_OK)
                (void)fprintf(stderr, "help: `caisson gpio list` shows ports and pins\n");
        return g->status;
}

static int run_wave(Gpio *g, char **words) {
        FILE *out = fopen(words[1], "we");

        if (!out) {
                (void)fprintf(stderr, "caisson gpio: %s: %s\n", words[1], strerror(errno));
                return CMD_EXIT_SYSTEM;
        }
        g->vcd.out = out;
        if (catch_signals(g) == CMD_EXIT_OK && ask(g, "watch") == CMD_EXIT_OK) {
                follow(g, wave_line);
                if (g->pins.is_whole)
                        vcd_end(&g->vcd, now_ns());
        } else
                g->status = CMD_EXIT_PROBLEMS;
        if (g->pins.n_lost)
                (void)fprintf(stderr, "caisson gpio: %llu changes are missing: they came too fast\n",
                        (unsigned long long)g->pins.n_lost);
        if (ferror(out) | (fclose(out) != 0)) {
                (void)fprintf(stderr, "caisson gpio: %s can't be written\n", words[1]);
                return CMD_EXIT_SYSTEM;
        }
        return g->status;
}

static const struct {
        const char *name;
        size_t n_words;
        const char *usage;
        int (*run)(Gpio *g, char **words);
} actions[] = {
        {"list", 1, "list", run_list},
        {"watch", 1, "watch", run_watch},
        {"set", 4, "set PORT PIN 0|1|z", run_set},
        {"wave", 2, "wave FILE", run_wave},
};

#define N_ACTIONS (sizeof actions / sizeof *actions)

static int find_action(size_t n_words, char **words) {
        Spell spell = spell_start(n_words ? words[0] : "");

        for (size_t i = 0; n_words > 0 && i < N_ACTIONS; i++) {
                spell_offer(&spell, actions[i].name);
                if (strcmp(words[0], actions[i].name) != 0)
                        continue;
                if (n_words == actions[i].n_words)
                        return (int)i;
                (void)fprintf(stderr, "caisson gpio: write: caisson gpio %s\n", actions[i].usage);
                return -1;
        }
        if (n_words)
                (void)fprintf(stderr, "caisson gpio: unknown action '%s'\n", words[0]);
        else
                (void)fprintf(stderr, "caisson gpio: name an action\n");
        if (spell.best)
                (void)fprintf(stderr, "help: did you mean '%s'?\n", spell.best);
        else
                (void)fprintf(stderr, "help: caisson gpio --help\n");
        return -1;
}

int cmd_gpio(int argc, char **argv) {
        static Gpio g = {.fd = -1, .signal_fd = -1, .for_ms = -1};
        size_t n_words;
        int action, status;

        if (options_read(&options, argc, argv, &g, &n_words) < 0)
                return CMD_EXIT_USAGE;
        if (g.wants_help) {
                print_help();
                return CMD_EXIT_OK;
        }
        action = find_action(n_words, argv + 1);
        if (action < 0)
                return CMD_EXIT_USAGE;
        (void)signal(SIGPIPE, SIG_IGN);
        status = open_link(&g);
        if (status == CMD_EXIT_OK)
                status = actions[action].run(&g, argv + 1);
        if (g.fd >= 0)
                (void)close(g.fd);
        if (g.signal_fd >= 0)
                (void)close(g.signal_fd);
        return status;
}
