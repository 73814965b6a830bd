"""Python's `email`, html5lib and bleach in the place of mailwicket-measure, for the bench (mail.py starts it).

Each line of standard input is `TASK ROUNDS FILE`; FILE holds messages, each behind its size in decimal digits and a
line feed. `parse` does with `email` what the task of mailwicket-measure does: structure, subject, date, identifiers,
addresses, and each part that holds no others decoded, a text into str. `html5lib` parses HTML, filters the tree by its
list and writes it; `bleach` cleans it with a list like ours.
"""

import email
import email.policy
import json
import sys
import time
import warnings

import bleach

warnings.simplefilter("ignore", DeprecationWarning)

import html5lib
from html5lib.filters import sanitizer
from html5lib.serializer import HTMLSerializer

ADDRESS_FIELDS = ("from", "sender", "reply-to", "to", "cc")
OTHER_FIELDS = ("subject", "message-id", "in-reply-to", "references")
TAGS = sorted(
    """a abbr address b big blockquote br caption center code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6
    hr i img ins kbd li ol p pre q s small span strike strong sub sup table tbody td tfoot th thead tr tt u
    ul""".split()
)
ATTRIBUTES = {"*": ["align", "bgcolor", "border", "cellpadding", "cellspacing", "color", "colspan", "height", "rowspan",
                    "title", "valign", "width"], "a": ["href"], "img": ["alt"]}


def load(path):
    messages = []
    with open(path, "rb") as file:
        while size := file.readline():
            messages.append(file.read(int(size)))
    return messages


def parse(message, findings):
    """What raises is counted and passed over: `email` does so with some malformed mail."""
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    for part in parsed.walk():
        try:
            if part is parsed or part.get_content_type() == "message/rfc822":
                read_header(part, findings)
            if not part.is_multipart():
                findings["leaves"] += 1
                findings["octets"] += len(part.get_content())
        except Exception:
            findings["failures"] += 1


def read_header(message, findings):
    for name in ADDRESS_FIELDS:
        for field in message.get_all(name, []):
            findings["addresses"] += len([(address.display_name, address.addr_spec) for address in field.addresses])
    for name in OTHER_FIELDS:
        str(message[name])
    if message["date"] is not None:
        message["date"].datetime


def with_html5lib(message, findings):
    tree = html5lib.parseFragment(message.decode(errors="replace"))
    tokens = sanitizer.Filter(html5lib.getTreeWalker("etree")(tree))
    findings["octets"] += len(HTMLSerializer(omit_optional_tags=False).render(tokens))


def with_bleach(message, findings):
    text = message.decode(errors="replace")
    findings["octets"] += len(bleach.clean(text, tags=TAGS, attributes=ATTRIBUTES, strip=True, strip_comments=True))


TASKS = {"parse": parse, "html5lib": with_html5lib, "bleach": with_bleach}


def main():
    loaded = None
    messages = []
    for line in sys.stdin:
        task, rounds, path = line.rstrip("\n").split(" ", 2)
        if loaded != path:
            loaded, messages = path, load(path)
        started = time.monotonic()
        for _ in range(int(rounds)):
            findings = {"leaves": 0, "addresses": 0, "octets": 0, "failures": 0}
            for message in messages:
                TASKS[task](message, findings)
        print(json.dumps({"seconds": time.monotonic() - started, "findings": findings}), flush=True)


if __name__ == "__main__":
    main()
