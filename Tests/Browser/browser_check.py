#!/usr/bin/env python3
"""Loads HTML in headless Chromium and tells what it does there.

    browser_check.py CHROMIUM CASES.jsonl

Each line has name and html, and perhaps text and elements, which must be there; a control, which has isControl, may do
anything and is only watched. Every case is loaded twice: as the body of a page, and in a division, in a cell, straight
within a table and by innerHTML. This program is also Chromium's proxy for all hosts: it serves the pages, and whatever
else is asked for is a find.

Prints one line of JSON: the number of pages, and the finds, each with the case's name, its context and what it did.
"""

import http.server
import json
import pathlib
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import urllib.parse

HERE = pathlib.Path(__file__).parent
ALLOWED = json.loads((HERE / "allowed.json").read_text())
ORIGIN = "http://mail.test"
SECRET = "h" + secrets.token_hex(8)
# What the finds are measured by: all but pictures without a load and styles of elements is reported.
POLICY = (
    f"default-src 'none'; script-src 'nonce-{SECRET}' 'report-sample'; style-src-attr 'unsafe-inline'; "
    "img-src data: cid:; form-action 'none'; base-uri 'none'"
)
# Own elements have an identifier that a case cannot know. Behind each host of a case stands its neighbour, which says
# whether the case stayed in its place.
CONTEXTS = {
    "body": "{html}",
    "places": f"""
        <div id={SECRET}-host-1>{{html}}</div><b id={SECRET}-next-1></b>
        <table id={SECRET}-2><tbody id={SECRET}-3><tr id={SECRET}-4><td id={SECRET}-host-2>{{html}}</td><td
         id={SECRET}-next-2></td></tr></tbody></table>
        <div id={SECRET}-host-3></div><b id={SECRET}-next-3></b>
        <script nonce={SECRET} id={SECRET}-5>
        const host = document.getElementById('{SECRET}-host-3');
        host.innerHTML = {{json}};
        host.innerHTML = host.innerHTML;
        </script>
        <table id={SECRET}-6>{{html}}</table>""",
}
# What Chromium asks for itself, whatever it is told.
BROWSER_HOSTS = (".google.com", ".googleapis.com")


def page(html, context):
    literal = json.dumps(html).replace("<", "\\u003c")
    pieces = re.split(r"(\{html\}|\{json\})", CONTEXTS[context])
    body = "".join({"{html}": html, "{json}": literal}.get(piece, piece) for piece in pieces)
    hook = (HERE / "hook.js").read_text()
    return f"<!DOCTYPE html><html><head><meta charset=utf-8><script nonce={SECRET}>{hook}</script></head><body>{body}"


class Run:
    """The cases, and what is found of them."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as lines:
            self.cases = [json.loads(line) for line in lines]
        self.requests = []
        self.result = None
        self.is_finished = threading.Event()

    def pages(self):
        return [
            {
                "index": index, "name": case["name"], "context": context, "isControl": case.get("isControl", False),
                "secret": SECRET, "text": case.get("text"), "elements": case.get("elements", []),
            }
            for index, case in enumerate(self.cases)
            for context in CONTEXTS
        ]

    def note(self, method, url, referer):
        """A request that none of the pages should have made; the referer tells which one did."""
        if not urllib.parse.urlsplit(url).hostname or url.endswith("/favicon.ico"):
            return
        if not referer and urllib.parse.urlsplit(url).hostname.endswith(BROWSER_HOSTS):
            return
        parts = urllib.parse.urlsplit(referer or "").path.split("/")
        is_page = len(parts) == 4 and parts[1] == "page"
        name = self.cases[int(parts[2])]["name"] if is_page else "?"
        self.requests.append({"name": name, "context": parts[-1], "findings": [f"request: {method} {url}"]})


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A page that is gone does not wait for its answer."""


def handler(run):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer in one piece, at once.
        wbufsize = -1
        disable_nagle_algorithm = True

        def log_message(self, *_):
            pass

        def answer(self, status, content="", kind="text/plain", headers=()):
            octets = content.encode("utf-8", "surrogatepass")
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(octets)))
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(octets)

        def do_GET(self):
            path = self.path.removeprefix(ORIGIN)
            parts = path.split("/")
            if path == "/":
                self.answer(200, "<!DOCTYPE html><body><script src=/harness.js></script>", "text/html")
            elif path == "/harness.js":
                self.answer(200, (HERE / "harness.js").read_text(), "text/javascript")
            elif path == "/pages":
                pages = [{key: value for key, value in page.items() if value is not None} for page in run.pages()]
                self.answer(200, json.dumps({"pages": pages, "allowed": ALLOWED}), "application/json")
            elif len(parts) == 4 and parts[1] == "page" and parts[3] in CONTEXTS:
                headers = [("Content-Security-Policy-Report-Only", POLICY), ("Referrer-Policy", "unsafe-url")]
                self.answer(200, page(run.cases[int(parts[2])]["html"], parts[3]), "text/html", headers)
            else:
                run.note("GET", self.path, self.headers.get("Referer"))
                self.answer(404)

        def do_POST(self):
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == ORIGIN + "/result":
                run.result = json.loads(content)
                self.answer(200)
                run.is_finished.set()
            else:
                run.note("POST", self.path, self.headers.get("Referer"))
                self.answer(404)

        def do_CONNECT(self):
            run.note("CONNECT", f"https://{self.path}", None)
            self.answer(403)

    return Handler


def main():
    chromium, cases = sys.argv[1:]
    run = Run(cases)
    server = Server(("127.0.0.1", 0), handler(run))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
            "--disable-domain-reliability", "--disable-extensions", "--disable-popup-blocking", "--mute-audio",
            f"--user-data-dir={profile}", f"--proxy-server=http://127.0.0.1:{server.server_port}",
            "--proxy-bypass-list=<-loopback>", ORIGIN + "/",
        ]
        browser = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            is_finished = run.is_finished.wait(timeout=180)
        finally:
            browser.terminate()
            try:
                browser.wait(timeout=10)
            except subprocess.TimeoutExpired:
                browser.kill()
                browser.wait()
    if not is_finished:
        sys.exit("Chromium did not come to an end")
    print(json.dumps({"pages": run.result["pages"], "finds": run.result["results"] + run.requests}))


if __name__ == "__main__":
    main()
