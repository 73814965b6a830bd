"""The bench: Mailwicket beside Postfix (which stores durably) and smtp-sink (which stores nothing)."""

import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import sys
import tempfile

import measure
import servers

# (octets, sessions) -> how many times as fast as Postfix, on kept connections
SPEED_TARGETS = {(4096, 1): 2.0, (4096, 10): 4.0, (4096, 100): 6.0, (102400, 100): 2.0}
# sessions -> the part of Postfix's CPU time per message, 4 KB
CPU_TARGETS = {(4096, 1): 1 / 3, (4096, 10): 1 / 5, (4096, 100): 1 / 5}


def arguments():
    environment = os.environ
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=environment.get("MAILWICKET_BINARY", ".build-release/release/mailwicket"))
    parser.add_argument("--load", default=environment.get("MAILWICKET_LOAD", ".build-release/release/mailwicket-load"))
    parser.add_argument("--pairs", type=int, default=int(environment.get("BENCH_PAIRS", "5")))
    parser.add_argument("--messages", type=int, default=int(environment.get("BENCH_MESSAGES", "3000")),
                        help="messages of a 4 KB run; runs with one session send half, 100 KB a third")
    parser.add_argument("--sessions", default=environment.get("BENCH_SESSIONS", "1,10,100"))
    parser.add_argument("--sizes", default=environment.get("BENCH_SIZES", "4096,102400"))
    parser.add_argument("--connections", default=environment.get("BENCH_CONNECTIONS", "kept,new"))
    parser.add_argument("--peers", default=environment.get("BENCH_PEERS", "mailwicket,postfix,smtp-sink"))
    parser.add_argument("--postfix-queue", default=environment.get("BENCH_POSTFIX_QUEUE", "hold"),
                        choices=["hold", "defer"])
    parser.add_argument("--no-memory", action="store_true", default="BENCH_NO_MEMORY" in environment)
    parser.add_argument("--only-memory", action="store_true", default="BENCH_ONLY_MEMORY" in environment)
    parser.add_argument("--lenient", action="store_true", default="BENCH_LENIENT" in environment,
                        help="a missed target is told, and is no error")
    parser.add_argument("--json", default=environment.get("BENCH_JSON"), help="write every run's figures there")
    return parser.parse_args()


def cases(options):
    for size in [int(part) for part in options.sizes.split(",")]:
        for sessions in [int(part) for part in options.sessions.split(",")]:
            for kind in options.connections.split(","):
                messages = options.messages
                if sessions == 1:
                    messages //= 2
                if size > 65536:
                    messages //= 3
                yield size, sessions, kind, max(messages, sessions)


def compare(options, folder, generator, sink):
    """Every case, medians of alternating runs."""
    results = []
    wanted = options.peers.split(",")
    for number, (size, sessions, kind, messages) in enumerate(cases(options)):
        per_connection = 0 if kind == "kept" else 1
        # A store of its own for each case: the case before is not to weigh on it.
        running = []
        if "mailwicket" in wanted:
            running.append(servers.Mailwicket(folder / f"mailwicket-{number}", options.binary))
        if "postfix" in wanted:
            running.append(servers.Postfix(folder / f"postfix-{number}", options.postfix_queue))
        for server in running:
            server.start()
        running += sink
        try:
            for server in running:
                generator.run(server, sessions, min(messages, max(100, 2 * sessions)), size, per_connection)
            runs = {server.name: [] for server in running}
            syncs = []
            for pair in range(options.pairs):
                syncs.append(measure.fdatasync_rate(folder))
                for server in running if pair % 2 == 0 else reversed(running):
                    figures = generator.measured(server, sessions, messages, size, per_connection)
                    runs[server.name].append(figures)
                    print(f"  {server.name:10} {size:6} x {sessions:3} {kind:4} {figures['rate']:7.0f}/s "
                          f"p50 {figures['p50']:7.2f} p99 {figures['p99']:7.2f} cpu {figures['cpu']:.3f}",
                          file=sys.stderr, flush=True)
            results.append({
                "size": size, "sessions": sessions, "connections": kind, "messages": messages,
                "fdatasync": statistics.median(syncs), "runs": runs,
            })
        finally:
            # What they stored stays until the end; see servers.Postfix.
            for server in running:
                if server not in sink:
                    server.stop()
    return results


def pairwise(runs, key):
    """The median of our figure as a multiple of Postfix's, pair by pair: what disturbs a pair disturbs both."""
    pairs = zip(runs["mailwicket"], runs["postfix"])
    return statistics.median(ours[key] / theirs[key] if theirs[key] else float("inf") for ours, theirs in pairs)


def verdict(isMet):
    return "met" if isMet else "MISSED"


def table(results):
    """One Markdown table, and how many targets were missed."""
    missed = 0
    print("| octets | sessions | connections | server | messages/s | p50 ms | p99 ms | CPU s per 1,000 |"
          " fdatasync/s | speed / Postfix | CPU / Postfix |")
    print("|---:|---:|---|---|---:|---:|---:|---:|---:|---|---|")
    for result in results:
        key = (result["size"], result["sessions"])
        for name, runs in result["runs"].items():
            figures = measure.medians(runs)
            speed = cpu = ""
            if name == "mailwicket" and "postfix" in result["runs"]:
                ratio = pairwise(result["runs"], "rate")
                share = pairwise(result["runs"], "cpu")
                speed, cpu = f"{ratio:.2f}x", f"{share:.2f}"
                if result["connections"] == "kept":
                    if key in SPEED_TARGETS:
                        missed += ratio < SPEED_TARGETS[key]
                        speed += f" (target {SPEED_TARGETS[key]:g}x: {verdict(ratio >= SPEED_TARGETS[key])})"
                    if key in CPU_TARGETS:
                        missed += share > CPU_TARGETS[key]
                        cpu += f" (target {CPU_TARGETS[key]:.2f}: {verdict(share <= CPU_TARGETS[key])})"
            print(f"| {result['size']:,} | {result['sessions']} | {result['connections']} | {name} "
                  f"| {figures['rate']:,.0f} | {figures['p50']:.2f} | {figures['p99']:.2f} | {figures['cpu']:.3f} "
                  f"| {result['fdatasync']:,.0f} | {speed} | {cpu} |")
    return missed


def memory_table(figures):
    missed = 0
    print("\n| RssAnon of the server | MiB | target |")
    print("|---|---:|---|")
    for name, octets, target in figures:
        bound = ""
        if target is not None:
            missed += octets > target
            bound = f"under {target / measure.MEBIBYTE:g} MiB: {verdict(octets <= target)}"
        print(f"| {name} | {octets / measure.MEBIBYTE:.1f} | {bound} |")
    return missed


def main():
    options = arguments()
    for program in (options.binary, options.load):
        if not os.access(program, os.X_OK):
            if program == options.binary and "mailwicket" not in options.peers.split(","):
                continue
            sys.exit(f"bench: {program} is not there; `make bench-smtp` builds it")
    measure.raise_file_limit()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mailwicket-bench-"))
    # Postfix's own user walks through it.
    folder.chmod(0o711)
    generator = measure.Generator(options.load)
    sink = []
    wanted = options.peers.split(",")
    missed = 0
    try:
        load = os.getloadavg()[0]
        print(f"{platform.platform()}, {os.cpu_count()} cores, load average {load:.1f} at the start; "
              f"medians of {options.pairs} alternating runs\n")
        if not options.only_memory:
            if "smtp-sink" in wanted:
                sink.append(servers.Sink(folder / "sink"))
                sink[0].start()
            results = compare(options, folder, generator, sink)
            missed += table(results)
            if options.json:
                pathlib.Path(options.json).write_text(json.dumps(results, indent=1))
        if not options.no_memory and "mailwicket" in wanted:
            missed += memory_table(measure.memory_figures(folder, options.binary, generator))
    finally:
        for server in sink:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if missed:
        print(f"\n{missed} target(s) missed")
        if not options.lenient:
            sys.exit(1)


if __name__ == "__main__":
    main()
