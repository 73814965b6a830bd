"""What the bench measures: runs of the load generator, the disk, memory."""

import json
import os
import resource
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time

from servers import Mailwicket, rss_anon

MEBIBYTE = 1 << 20


def fdatasync_rate(folder, seconds=0.5):
    """How often a second the disk takes 4 KB and an fdatasync, one after the other: the floor under every commit."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        block = os.urandom(4096)
        # Allocated first: a log that is written again in place changes no metadata.
        os.pwrite(file.fileno(), bytes(4096 * 256), 0)
        os.fsync(file.fileno())
        count = 0
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            os.pwrite(file.fileno(), block, count % 256 * 4096)
            os.fdatasync(file.fileno())
            count += 1
        return count / (time.monotonic() - started)


class Generator:
    """The load generator, the same client for every server; no two runs send the same message."""

    def __init__(self, binary):
        self.binary = binary
        self.runs = 0

    def run(self, server, sessions, messages, size, per_connection, extra=()):
        self.runs += 1
        command = [
            str(self.binary), "--target", f"127.0.0.1:{server.port}", "--sessions", str(sessions),
            "--messages", str(messages), "--size", str(size), "--per-connection", str(per_connection),
            "--seed", str(self.runs), "--json", *extra,
        ]
        outcome = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            return json.loads(outcome.stdout)
        except json.JSONDecodeError as error:
            raise RuntimeError(f"{' '.join(command)}: {outcome.stderr}{outcome.stdout}") from error

    def measured(self, server, sessions, messages, size, per_connection):
        """One run with the server's CPU time, and the proof that what was answered is what is stored."""
        server.settle()
        stored_before = server.stored()
        cpu_before = server.cpu_seconds()
        figures = self.run(server, sessions, messages, size, per_connection)
        server.settle()
        cpu = server.cpu_seconds() - cpu_before
        stored = server.stored()
        if figures["accepted"] != messages:
            raise RuntimeError(f"{server.name} accepted {figures['accepted']} of {messages}: {figures}")
        if stored is not None and stored - stored_before != messages:
            raise RuntimeError(f"{server.name} answered {messages} messages and stored {stored - stored_before}")
        return {
            "rate": figures["messages_per_second"],
            "p50": figures["reply_ms"]["p50"],
            "p99": figures["reply_ms"]["p99"],
            "cpu": cpu / messages * 1000,
            "client_cpu": figures["cpu_seconds"] / messages * 1000,
        }


def medians(runs):
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


class PeakMemory:
    """The highest RssAnon of a process while the block runs."""

    def __init__(self, pid):
        self.pid = pid
        self.peak = rss_anon(pid)
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.done.wait(0.01):
            self.peak = max(self.peak, rss_anon(self.pid))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


def raise_file_limit():
    """A thousand connections are a thousand descriptors here, and as many in the server, which inherits the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8192 if hard == resource.RLIM_INFINITY else min(hard, 8192)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def read_reply(peer, pending=b""):
    """One whole reply."""
    while True:
        lines = pending.split(b"\r\n")
        if any(line[3:4] != b"-" for line in lines[:-1]):
            return pending
        received = peer.recv(4096)
        if not received:
            raise RuntimeError(f"the server closed the connection after {pending!r}")
        pending += received


def open_session(port):
    peer = socket.create_connection(("127.0.0.1", port), timeout=30)
    read_reply(peer)
    peer.sendall(b"EHLO bench.example\r\n")
    read_reply(peer)
    return peer


def memory_figures(folder, binary, generator):
    """The three bounds on memory, each against a server of its own, in octets: (name, figure, target)."""
    raise_file_limit()
    figures = []

    server = Mailwicket(folder / "idle", binary)
    server.start()
    try:
        time.sleep(0.5)
        empty = rss_anon(server.process.pid)
        figures.append(("empty server", empty, None))
        peers = [open_session(server.port) for _ in range(1000)]
        time.sleep(0.5)
        figures.append(("1,000 idle connections, above the empty server", rss_anon(server.process.pid) - empty,
                        32 * MEBIBYTE))
        for peer in peers:
            peer.close()
    finally:
        server.stop()

    server = Mailwicket(folder / "large", binary)
    server.start()
    try:
        with PeakMemory(server.process.pid) as memory:
            result = generator.run(server, 50, 50, 25 * MEBIBYTE, 1, ("--retry-temporary",))
        if result["accepted"] != 50 or server.stored() != 50:
            raise RuntimeError(f"50 messages of 25 MiB: {result}, stored {server.stored()}")
        figures.append(("50 senders of 25 MiB at once, in all", memory.peak, 256 * MEBIBYTE))
    finally:
        server.stop()

    figures.append(held_commit(folder / "held", binary))
    return figures


def held_commit(folder, binary, total=1 << 30):
    """A peer that goes on sending commands, up to 1 GB, while its message's commit is held by a foreign lock."""
    server = Mailwicket(folder, binary, busy_timeout=120)
    server.start()
    try:
        peer = open_session(server.port)
        store = sqlite3.connect(server.database(), timeout=30, isolation_level=None)
        store.execute("BEGIN IMMEDIATE")
        peer.sendall(b"MAIL FROM:<a@bench.example>\r\nRCPT TO:<support@example.com>\r\nDATA\r\n")
        while b"354" not in (received := peer.recv(4096)):
            if not received:
                raise RuntimeError("the server closed the connection before DATA")
        peer.sendall(b"Subject: held\r\n\r\nheld\r\n.\r\n")
        time.sleep(0.5)
        before = rss_anon(server.process.pid)
        sent = 0
        with PeakMemory(server.process.pid) as memory:
            block = b"NOOP\r\n" * 10923
            peer.settimeout(2)
            try:
                while sent < total:
                    sent += peer.send(block)
            except (TimeoutError, ConnectionError):
                # Stopped by TCP, as it is to be.
                pass
        store.execute("ROLLBACK")
        store.close()
        peer.settimeout(30)
        reply = peer.recv(4096)
        if not reply.startswith(b"250"):
            raise RuntimeError(f"the held message was answered {reply[:200]!r}")
        peer.close()
        name = f"1 GB of commands behind a held commit ({sent / MEBIBYTE:.1f} MiB were taken by the sockets), growth"
        return (name, memory.peak - before, 4 * MEBIBYTE)
    finally:
        server.stop()
