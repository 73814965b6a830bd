"""The mail bench: the parser beside GMime and Python's email, the sanitiser beside html5lib and bleach, and the cost of
large and of hostile mail."""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile

import mail_samples

HERE = pathlib.Path(__file__).parent
KILOBYTE, MEGABYTE = 1 << 10, 1 << 20
# case -> how many times as fast as GMime
SPEED_TARGETS = {"letters of 4 KB": 1.0, "100 KB with a file": 0.7, "25 MB with a file": 0.7}
# How many times the cost of an octet may grow with the size, or beside that of an ordinary message.
COST_TARGET = 3.0
# A run does its task over and over for about so many seconds.
RUN_SECONDS = 0.2


def arguments():
    environment = os.environ
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", default=environment.get("MAILWICKET_MEASURE",
                                                             ".build-release/release/mailwicket-measure"))
    parser.add_argument("--pairs", type=int, default=int(environment.get("BENCH_PAIRS", "5")))
    parser.add_argument("--sections", default=environment.get("BENCH_SECTIONS", "parser,sanitiser,linear,hostile"))
    parser.add_argument("--corpora", type=pathlib.Path,
                        default=pathlib.Path(environment.get("BENCH_CORPORA", "../shared/corpora/mail")))
    parser.add_argument("--lenient", action="store_true", default="BENCH_LENIENT" in environment,
                        help="a missed target is told, and is no error")
    parser.add_argument("--json", default=environment.get("BENCH_MAIL_JSON"), help="write every run's figures there")
    return parser.parse_args()


class Program:
    """A program that does one task for each line it is sent, and answers with its time."""

    def __init__(self, name, command, task=None):
        self.name = name
        self.task = task
        self.rounds = {}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, task, rounds, bundle):
        self.process.stdin.write(f"{self.task or task} {rounds} {bundle}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name} ended with {self.process.wait()} at {task} of {bundle}")
        return json.loads(answer)

    def measured(self, task, bundle):
        """The time of one round in seconds and what it found; the first run warms up and tells how many rounds a run
        has."""
        key = (task, bundle)
        if key not in self.rounds:
            self.rounds[key] = max(1, round(RUN_SECONDS / self.run(task, 1, bundle)["seconds"]))
        answer = self.run(task, self.rounds[key], bundle)
        return answer["seconds"] / self.rounds[key], answer["findings"]

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.samples = mail_samples.Samples()
        self.missed = 0
        self.record = {}
        self.programs = []
        self.ours = self.program("mailwicket", [options.measure])

    def program(self, name, command, task=None):
        self.programs.append(Program(name, command, task))
        return self.programs[-1]

    def python(self, name, task):
        return self.program(name, [sys.executable, str(HERE / "mail_peers.py")], task)

    def gmime(self):
        binary = self.folder / "gmime"
        flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "gmime-3.0"], text=True)
        subprocess.run(["cc", "-O2", "-o", binary, HERE / "gmime.c", *shlex.split(flags)], check=True)
        return self.program("gmime", [binary])

    @contextlib.contextmanager
    def bundle(self, messages):
        """A file of messages, each behind its size."""
        with tempfile.NamedTemporaryFile(dir=self.folder) as file:
            for message in messages:
                file.write(b"%d\n" % len(message) + message)
            file.flush()
            yield file.name

    def bounded(self, text, value, target, is_least=False):
        """The figure with its verdict."""
        is_met = value >= target if is_least else value <= target
        self.missed += not is_met
        return f"{text} ({'at least' if is_least else 'at most'} {target:g}x: {'met' if is_met else 'MISSED'})"

    def beside(self, section, task, cases, programs, targets):
        """Every case with each program, in alternating order; medians, and the medians of the ratios."""
        print(f"\n## {section}\n")
        print("| what | octets | program | MB/s | messages/s | leaves | addresses | octets out | mailwicket is |")
        print("|---|---:|---|---:|---:|---:|---:|---:|---|")
        for case, messages in cases:
            size = sum(map(len, messages))
            runs = {program.name: [] for program in programs}
            with self.bundle(messages) as file:
                for pair in range(self.options.pairs):
                    for program in programs if pair % 2 == 0 else reversed(programs):
                        runs[program.name].append(program.measured(task, file))
            self.record[f"{section}: {case}"] = runs
            for name, taken in runs.items():
                seconds = statistics.median(time for time, _ in taken)
                found = taken[-1][1]
                ratio = ""
                if name != "mailwicket":
                    value = statistics.median(
                        theirs / ours for (ours, _), (theirs, _) in zip(runs["mailwicket"], taken)
                    )
                    ratio = f"{value:.2f}x as fast"
                    if name == "gmime" and case in targets:
                        ratio = self.bounded(ratio, value, targets[case], is_least=True)
                print(f"| {case} | {size:,} | {name} | {size / seconds / 1e6:,.1f} | {len(messages) / seconds:,.0f} "
                      f"| {found['leaves']:,} | {found['addresses']:,} | {found['octets']:,} | {ratio} |", flush=True)

    def parser(self):
        samples = self.samples
        cases = [
            ("letters of 4 KB", samples.letters(4 * KILOBYTE, MEGABYTE)),
            ("100 KB with a file", [samples.with_attachment(100 * KILOBYTE) for _ in range(10)]),
            ("25 MB with a file", [samples.with_attachment(25 * MEGABYTE)]),
        ]
        corpora = corpus_messages(self.options.corpora)
        if corpora:
            cases.append(("the corpora", corpora))
        else:
            print(f"no mail in {self.options.corpora}: the corpora are left out")
        programs = [self.ours, self.gmime(), self.python("email", "parse")]
        self.beside("The parser: structure, main fields, addresses, every part decoded, text into UTF-8", "parse",
                    cases, programs, SPEED_TARGETS)

    def sanitiser(self):
        cases = [(f"newsletter of {size} KB", [self.samples.newsletter(size * KILOBYTE).encode()])
                 for size in (10, 100, 1024)]
        programs = [self.ours, self.python("html5lib", "html5lib"), self.python("bleach", "bleach")]
        self.beside("The sanitiser: HTML read, filtered and written", "sanitise", cases, programs, {})

    def costs(self, task, *contents):
        """Nanoseconds for an octet of each content, medians of alternating runs."""
        with contextlib.ExitStack() as files:
            bundles = [files.enter_context(self.bundle(messages)) for messages in contents]
            times = [[] for _ in contents]
            for _ in range(3):
                for taken, file in zip(times, bundles):
                    taken.append(self.ours.measured(task, file)[0])
        return [statistics.median(taken) / sum(map(len, messages)) * 1e9 for taken, messages in zip(times, contents)]

    def linear(self):
        columns = [
            ("text", "summary-without-limits", lambda size: self.samples.text(size)),
            ("a file", "summary-without-limits", lambda size: self.samples.with_attachment(size)),
            ("many parts", "summary-without-limits", lambda size: self.samples.digest(size)),
            ("HTML", "summary-without-limits", lambda size: mail_samples.html_message(self.samples.page(size))),
            ("HTML made safe", "sanitise", lambda size: self.samples.page(size)),
        ]
        sizes = [1, 2, 4, 8, 16, 32, 64]
        costs = {name: self.costs(task, *([make(size * MEGABYTE)] for size in sizes)) for name, task, make in columns}
        self.record["linear"] = costs
        print("\n## Cost by size, without limits: ns for an octet\n")
        print("| MB |" + "".join(f" {name} |" for name in costs))
        print("|---:|" + "---:|" * len(costs))
        for row, size in enumerate(sizes):
            print(f"| {size} |" + "".join(f" {column[row]:.1f} |" for column in costs.values()))
        highest = {name: max(column) / min(column[:3]) for name, column in costs.items()}
        print("| highest to lowest of the first three |" + "".join(
            f" {self.bounded(f'{value:.2f}x', value, COST_TARGET)} |" for value in highest.values()))

    def hostile(self):
        """What the limits keep away from a server is measured without them for its growth only."""
        print("\n## Hostile mail: ns for an octet, beside ordinary mail of the same size and a quarter of itself\n")
        print("| what | octets | task | cost | ordinary | to ordinary | to its quarter |")
        print("|---|---:|---|---:|---:|---|---|")
        letters = self.samples.letters(4 * KILOBYTE, MEGABYTE)
        ordinary = {"letters": lambda size: letters, "text": lambda size: [self.samples.text(size)],
                    "HTML": lambda size: [mail_samples.html_message(self.samples.page(size))],
                    "page": lambda size: [self.samples.page(size)]}
        for (name, kind, task, whole), (*_, quarter) in zip(mail_samples.hostile(1), mail_samples.hostile(0.25)):
            cost, usual, fourth = self.costs(task, [whole], ordinary[kind](len(whole)), [quarter])
            self.record[f"hostile: {name}, {task}"] = (cost, usual, fourth)
            beside = f"{cost / usual:.2f}x"
            if task != "summary-without-limits":
                beside = self.bounded(beside, cost / usual, COST_TARGET)
            growth = self.bounded(f"{cost / fourth:.2f}x", cost / fourth, COST_TARGET)
            print(f"| {name} | {len(whole):,} | {task} | {cost:.2f} | {usual:.2f} | {beside} | {growth} |", flush=True)

    def stop(self):
        for program in self.programs:
            program.stop()


def corpus_messages(folder):
    """Every file that is a mail; payloads of HTML are none."""
    files = sorted(place for place in folder.rglob("*") if place.is_file() and place.name != "LICENSE"
                   and "dompurify" not in place.parts)
    return [place.read_bytes() for place in files]


def processor():
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def main():
    options = arguments()
    if not os.access(options.measure, os.X_OK):
        sys.exit(f"bench: {options.measure} is not there; `make bench-mail` builds it")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mailwicket-bench-mail-"))
    bench = Bench(options, folder)
    try:
        print(f"{platform.platform()}, {processor()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at "
              f"the start; medians of {options.pairs} alternating runs")
        for section in options.sections.split(","):
            getattr(bench, section)()
    finally:
        bench.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(bench.record, indent=1))
    if bench.missed:
        print(f"\n{bench.missed} target(s) missed")
        if not options.lenient:
            sys.exit(1)


if __name__ == "__main__":
    main()
