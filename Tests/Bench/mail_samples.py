"""Mail and HTML for the bench: ordinary ones of any size, and ones that are made to be slow. All of it is made here,
from a seed, and the same each time."""

import base64
import quopri
import random
import textwrap

WORDS = """ticket order invoice delivery Tuesday please thank you the a of and to for with your our we they customer
number account question answer attached report meeting schedule Grüße größer café naïve señor naar avec pour und
nicht system server update printer office phone garden window river mountain language example problem solution
quickly later tomorrow morning evening""".split()
MEGABYTE = 1 << 20
MULTIPART = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
NAMES = ["Ann Example", "Jörg Müller", "Zoë O'Hara", "Support Team", "Пётр Иванов", "Miller, Bob"]


class Samples:
    def __init__(self, seed=20261121):
        self.random = random.Random(seed)

    # Text

    def sentence(self):
        words = self.random.choices(WORDS, k=self.random.randint(5, 16))
        return " ".join(words).capitalize() + self.random.choice([".", ".", ".", "?", "!"])

    def paragraphs(self, size):
        """Lines of at most 76 characters, paragraphs between empty lines."""
        pieces, total = [], 0
        while total < size:
            text = " ".join(self.sentence() for _ in range(self.random.randint(2, 6)))
            pieces.append("\r\n".join(textwrap.wrap(text, 76)))
            total += len(pieces[-1].encode()) + 4
        return "\r\n\r\n".join(pieces)

    def newsletter(self, size):
        """A page as newsletter programs write it: tables in tables, inline styles, pictures and links."""
        number = self.random.randrange
        pieces = [
            '<!DOCTYPE html><html><head><meta charset="utf-8"><title>News</title><style type="text/css">'
            "body{margin:0;padding:0} .button{background:#06c;color:#fff} @media (max-width:600px){.column{width:100%}}"
            '</style></head>\r\n<body bgcolor="#f4f4f4"><table width="100%" cellpadding="0" cellspacing="0"><tr><td>'
        ]
        total = len(pieces[0])
        while total < size:
            pieces.append(
                f'<table align="center" width="600" style="border-collapse:collapse;background-color:#ffffff">\r\n'
                f'<tr><td style="padding:{number(40)}px;font-family:Arial,Helvetica,sans-serif;font-size:14px">'
                f'<img src="https://img.news.example/{number(10**6)}.jpg" width="560" height="200" alt="Picture">'
                f'<h2 style="color:#333333;margin:0 0 10px 0">{self.sentence()}</h2>\r\n'
                f'<p style="line-height:150%">{self.sentence()} <b>{self.sentence()}</b> {self.sentence()}&nbsp;&amp; '
                f'{self.sentence()}</p><ul><li>{self.sentence()}<li>{self.sentence()}</ul>\r\n'
                f'<a href="https://click.news.example/t/{number(10**9)}?u={number(10**9)}&amp;c=7" target="_blank" '
                f'style="color:#0066cc;text-decoration:none">{self.sentence()}</a><br></td></tr></table>\r\n'
                "<!-- next -->"
            )
            total += len(pieces[-1].encode())
        return "".join(pieces) + "</td></tr></table></body></html>\r\n"

    # Messages

    def word(self, text):
        if text.isascii():
            return f'"{text}"' if "," in text else text
        return "=?utf-8?B?" + base64.b64encode(text.encode()).decode() + "?="

    def identifier(self):
        return f"<{self.random.getrandbits(64):016x}.{self.random.randrange(10**9)}@mail.sender.example>"

    def mailbox(self):
        name = self.random.choice(NAMES)
        return f"{self.word(name)} <user{self.random.randrange(1000)}@{self.random.choice('abcd')}.example>"

    def header(self):
        """The fields of an ordinary message that came by three hosts, without those of its content."""
        number = self.random.randrange
        trace = "".join(
            f"Received: from mx{hop}.sender.example (mx{hop}.sender.example [192.0.2.{number(1, 250)}])\r\n"
            f"\tby mail{hop}.receiver.example with ESMTPS id {self.random.getrandbits(60):x}\r\n"
            f"\tfor <support@receiver.example>; Sat, 21 Nov 2026 09:{number(60):02}:{number(60):02} +0000\r\n"
            for hop in range(3)
        )
        signature = base64.b64encode(self.random.randbytes(256)).decode()
        signature = "\r\n".join("        " + line for line in textwrap.wrap(signature, 60))
        references = "\r\n ".join(self.identifier() for _ in range(number(1, 4)))
        return (
            f"Return-Path: <bounce-{number(10**6)}@sender.example>\r\n{trace}"
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=sender.example; s=mail;\r\n"
            f"        h=from:to:subject:date:message-id; bh={base64.b64encode(self.random.randbytes(32)).decode()};\r\n"
            f"        b={signature.strip()}\r\n"
            f"From: {self.mailbox()}\r\nTo: {self.mailbox()}, {self.mailbox()}\r\nCc: {self.mailbox()}\r\n"
            f"Subject: {self.word('Re: ' + self.sentence()[:40])}\r\nDate: Sat, 21 Nov 2026 10:00:00 +0100\r\n"
            f"Message-ID: {self.identifier()}\r\nIn-Reply-To: {self.identifier()}\r\nReferences: {references}\r\n"
            "MIME-Version: 1.0\r\nX-Mailer: Example 1.0\r\n"
        )

    def quoted_printable(self, text):
        return quopri.encodestring(text.replace("\r\n", "\n").encode()).decode().replace("\n", "\r\n")

    def boundary(self):
        return f"----=_Part_{self.random.randrange(10**9)}_{self.random.getrandbits(60):x}"

    def alternative(self, size):
        """Plain text and HTML, both quoted-printable: what most clients send. Without the header's first fields."""
        boundary = self.boundary()
        text = self.paragraphs(size // 3)
        html = "<html><body>" + "".join(
            f'<p style="margin:0">{line}</p>\r\n' for line in text.split("\r\n") if line
        ) + "</body></html>"
        parts = "".join(
            f"--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
            f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{self.quoted_printable(content)}\r\n"
            for kind, content in (("plain", text), ("html", html))
        )
        return f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n{parts}--{boundary}--\r\n'

    def letter(self, size):
        header = self.header()
        return (header + self.alternative(max(400, (size - len(header) - 500) * 8 // 10))).encode()

    def with_attachment(self, size):
        """A letter of 4 KB and a file in base64 that fills the rest."""
        boundary = self.boundary()
        start = (
            f'{self.header()}Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'
            f"--{boundary}\r\n{self.alternative(2000)}\r\n--{boundary}\r\n"
            'Content-Type: application/pdf; name="report.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
            'Content-Disposition: attachment; filename="report.pdf"\r\n\r\n'
        ).encode()
        # base64 in lines of 76 and CRLF: 57 octets become 78.
        content = self.random.randbytes(max(57, (size - len(start)) * 57 // 78))
        encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
        return start + encoded + f"--{boundary}--\r\n".encode()

    def letters(self, size, total):
        messages = []
        while total > 0:
            messages.append(self.letter(size))
            total -= len(messages[-1])
        return messages

    def text(self, size):
        header = f"{self.header()}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        # One megabyte is made; a larger text repeats it.
        body = (self.paragraphs(min(size, MEGABYTE)) + "\r\n\r\n").encode()
        return header.encode() + repeated(body, size)

    def digest(self, size):
        """A message with a letter's content in each of its parts, in plain text and HTML."""
        boundary = self.boundary()
        part = f"--{boundary}\r\n{self.alternative(3000)}\r\n".encode()
        start = f'{self.header()}Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode()
        return start + repeated(part, size) + f"--{boundary}--\r\n".encode()

    def page(self, size):
        """A newsletter; one of more than a megabyte repeats itself."""
        return repeated(self.newsletter(min(size, MEGABYTE)).encode(), size)


def repeated(unit, size):
    return unit * max(1, round(size / len(unit)))


def html_message(html):
    return b"Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html


def nested(depth):
    levels = "".join(
        f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n" for level in range(depth)
    )
    return (levels + "\r\ndeep\r\n").encode()


def hostile(scale):
    """What is made to be slow: its name, the ordinary content that it is measured beside, the task, the octets.

    The scale is one for the size that the name tells."""

    def times(count):
        return int(count * scale)

    for task in ("summary", "summary-without-limits"):
        for name, kind, message in (
            ("100,000 headers", "letters", b"X-Field: value\r\n" * times(100_000) + b"\r\nx"),
            ("100,000 Received", "letters", b"Received: by b; Sat, 21 Nov 2026 10:00 +0100\r\n" * times(100_000)),
            ("100,000 addresses", "letters", b"To: " + b"Ann <ann@a.example>,\r\n " * times(100_000)),
            ("100,000 parameters", "letters", b"Content-Type: a/b" + b";\r\n a=b" * times(100_000)),
            ("100,000 encoded words", "letters", b"Subject:" + b" =?utf-8?q?=C3=A4?=\r\n" * times(100_000)),
            ("10,000 parts", "letters", MULTIPART + b"--b\r\nContent-Type: a/b\r\n\r\nx\r\n" * times(10_000)),
            ("depth 1,000", "letters", nested(times(1000))),
            ("1 MB of lines like boundaries", "text", MULTIPART + b"--bb\r\n" * times(MEGABYTE // 6)),
            ("one line of 30 MB", "text", b"Subject: x\r\n\r\n" + b"x" * times(30_000_000)),
            ("a field of 30 MB", "text", b"Subject: " + b"x" * times(30_000_000) + b"\r\n\r\nx"),
        ):
            yield name, kind, task, message
    for name, html in (
        ("1 MB of <", b"<" * times(MEGABYTE)),
        ("100,000 nested <div>", b"<div>" * times(100_000)),
        ("<a><div> repeated, 1 MB", b"<a><div>" * times(MEGABYTE // 8)),
        ("<b><p> repeated, 1 MB", b"<b><p>" * times(MEGABYTE // 6)),
        ("<table><tr><td> repeated, 1 MB", b"<table><tr><td>" * times(MEGABYTE // 15)),
        ("1 MB of unclosed comments", b"<!-- " * times(MEGABYTE // 5)),
        ("1 MB of unclosed quotes", b'<a href="' * times(MEGABYTE // 9)),
        ("1 MB of unclosed scripts", b"<script>" * times(MEGABYTE // 8)),
        ("1 MB of character references", b"&amp;&#x41;&notit;" * times(MEGABYTE // 18)),
        ("1 MB of attributes", b"<p " + b"a=b " * times(MEGABYTE // 4) + b">x"),
    ):
        yield name, "page", "sanitise", html
        yield name, "HTML", "summary", html_message(html)
