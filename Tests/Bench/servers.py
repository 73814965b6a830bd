"""The servers that the bench runs, each in a temporary folder of its own, on loopback, as children of the bench."""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def find_program(name):
    """The program's path; Debian keeps the servers where a user's PATH does not look."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, what, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)


def greets(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
            greeting = peer.recv(512)
            peer.sendall(b"QUIT\r\n")
            peer.recv(512)
            return greeting.startswith(b"220")
    except OSError:
        return False


def cpu_ticks(pid, with_children=False):
    """User and system time of a process; with those of its ended children, where asked for."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = int(fields[11]) + int(fields[12])
    return own + (int(fields[13]) + int(fields[14]) if with_children else 0)


def children(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def rss_anon(pid):
    """Octets of anonymous memory."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


class Server:
    """One child process in its own session, ended by its pid."""

    name = "server"

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.process = None

    def spawn(self, arguments, **options):
        self.log = open(self.folder / "output.log", "ab")
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True, **options
        )

    def wait_until_ready(self):
        def ready():
            if self.process.poll() is not None:
                tail = (self.folder / "output.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}:\n{tail}")
            return greets(self.port)

        wait_for(ready, f"{self.name} greets")

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        self.log.close()

    def cpu_seconds(self):
        return cpu_ticks(self.process.pid) / CLOCK_TICKS

    def stored(self):
        """Messages in the store, or None for a server that stores nothing."""
        return None

    def settle(self):
        """Waits until the work that a reply does not wait for is done: its CPU time counts, too."""
        last = self.cpu_seconds()
        for _ in range(20):
            time.sleep(0.1)
            now = self.cpu_seconds()
            if now - last < 0.011:
                return
            last = now


class Sink(Server):
    """smtp-sink: takes everything and stores nothing."""

    name = "smtp-sink"

    def start(self):
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.spawn([find_program("smtp-sink"), *user, f"127.0.0.1:{self.port}", "1000"])
        self.wait_until_ready()


class Postfix(Server):
    """Postfix's smtpd into its queue and no further: what it has answered 250 is on the disk.

    Nothing is taken out of the queue while the bench runs. ext4 without a journal passes over each inode that was
    deleted in the last minute when it looks for a free one (`recently_deleted` in fs/ext4/ialloc.c): emptied between
    two runs, the queue made Postfix pay for what the bench had deleted, up to twice its CPU time.
    """

    name = "postfix"

    def __init__(self, folder, queue="hold"):
        super().__init__(folder)
        self.queue = queue
        self.configuration = self.folder / "etc"
        self.spool = self.folder / "queue"

    def start(self):
        if os.geteuid() != 0:
            raise RuntimeError("postfix needs root: its daemons drop to their own user")
        daemons = self.daemon_directory()
        self.configuration.mkdir(exist_ok=True)
        self.spool.mkdir(exist_ok=True)
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        postfix = pwd.getpwnam("postfix")
        os.chown(data, postfix.pw_uid, postfix.pw_gid)
        restriction = "static:HOLD" if self.queue == "hold" else "static:DUNNO"
        settings = {
            "compatibility_level": "3.6",
            "queue_directory": self.spool,
            "data_directory": data,
            "daemon_directory": daemons,
            "command_directory": "/usr/sbin",
            "mail_owner": "postfix",
            "setgid_group": "postdrop",
            "myhostname": "bench.example",
            "mydestination": "",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "mynetworks": "127.0.0.0/8",
            "alias_maps": "",
            "alias_database": "",
            "smtpd_peername_lookup": "no",
            "disable_dns_lookups": "yes",
            "smtpd_recipient_restrictions": f"check_client_access {restriction}, permit_mynetworks, reject",
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            "defer_transports": "smtp, relay, local, virtual",
            "default_process_limit": "250",
            "smtpd_client_connection_count_limit": "0",
            "in_flow_delay": "0",
            "message_size_limit": "0",
            "mailbox_size_limit": "0",
            "max_idle": "600s",
        }
        text = "".join(f"{key} = {value}\n" for key, value in settings.items())
        (self.configuration / "main.cf").write_text(text)
        (self.configuration / "master.cf").write_text(
            f"127.0.0.1:{self.port} inet n - n - - smtpd\n"
            "cleanup   unix  n       -       n       -       0       cleanup\n"
            "qmgr      unix  n       -       n       300     1       qmgr\n"
            "rewrite   unix  -       -       n       -       -       trivial-rewrite\n"
            "bounce    unix  -       -       n       -       0       bounce\n"
            "defer     unix  -       -       n       -       0       bounce\n"
            "trace     unix  -       -       n       -       0       bounce\n"
            "flush     unix  n       -       n       1000?   0       flush\n"
            "proxymap  unix  -       -       n       -       -       proxymap\n"
            "smtp      unix  -       -       n       -       -       smtp\n"
            "relay     unix  -       -       n       -       -       smtp\n"
            "error     unix  -       -       n       -       -       error\n"
            "retry     unix  -       -       n       -       -       error\n"
            "showq     unix  n       -       n       -       -       showq\n"
        )
        subprocess.run(
            [find_program("postfix"), "-c", str(self.configuration), "check"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.spawn([f"{daemons}/master", "-c", str(self.configuration), "-d"])
        self.wait_until_ready()

    @staticmethod
    def daemon_directory():
        for place in ("/usr/lib/postfix/sbin", "/usr/libexec/postfix", "/usr/lib/postfix"):
            if os.access(f"{place}/master", os.X_OK):
                return place
        raise RuntimeError("postfix's master program is not installed")

    def cpu_seconds(self):
        """The whole process tree: what the master has reaped, and what lives."""
        ticks = cpu_ticks(self.process.pid, with_children=True)
        for child in children(self.process.pid):
            try:
                ticks += cpu_ticks(child, with_children=True)
            except (FileNotFoundError, ProcessLookupError):
                # Ended since it was listed; the next reading has it in the master's sum.
                pass
        return ticks / CLOCK_TICKS

    def stored(self):
        queues = ["hold"] if self.queue == "hold" else ["incoming", "active", "deferred"]
        return sum(len(files) for queue in queues for _, _, files in os.walk(self.spool / queue))


class Mailwicket(Server):
    """The release binary with a configuration of the bench's own."""

    name = "mailwicket"

    def __init__(self, folder, binary, busy_timeout=5):
        super().__init__(folder)
        self.binary = pathlib.Path(binary).resolve()
        self.busy_timeout = busy_timeout
        self.configuration = self.folder / "mailwicket.yaml"
        self.data = self.folder / "data"

    def start(self):
        self.configuration.write_text(f"""\
server:
  hostname: bench.example
  data_directory: {self.data}
log: {{ level: info, format: json }}
listeners:
  - name: smtp
    dialect: smtp
    address: 127.0.0.1:{self.port}
    max_connections_per_address: 0
    max_message_size: 52428800
storage:
  busy_timeout: {self.busy_timeout}
defaults:
  standard: {{ queue: inbox, status: new, priority: normal }}
mailboxes:
  - id: support
    name: Support
    addresses: [support@example.com]
    defaults: standard
postmaster: support
""")
        self.spawn([str(self.binary), "serve", "--config", str(self.configuration)])
        self.wait_until_ready()

    def database(self):
        for place in sorted(self.data.rglob("*")):
            if place.is_file() and place.stat().st_size >= 16:
                with open(place, "rb") as file:
                    if file.read(15) == b"SQLite format 3":
                        return place
        raise RuntimeError(f"no database in {self.data}")

    def stored(self):
        store = sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True, timeout=30)
        try:
            tables = {row[0] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            table = next(name for name in ("ticket", "tickets") if name in tables)
            return store.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        finally:
            store.close()
