#!/usr/bin/env python3
"""Reads HTML with html5lib, a parser that is not ours, and looks for what is not in allowed.json.

    html5lib_check.py CASES.jsonl        (Debian: python3-html5lib)

Each line has name and html, and perhaps text and elements, which must be there. Prints one line of JSON: the number of
cases, and the faults, each as a sentence. A case is read within a division, a cell and a body; html5lib must also write it
as it came, since a browser would repair what it writes differently.
"""

import json
import pathlib
import re
import sys

import html5lib
from html5lib.serializer import HTMLSerializer

ALLOWED = json.loads((pathlib.Path(__file__).parent / "allowed.json").read_text())
XHTML = "{http://www.w3.org/1999/xhtml}"


def attribute_faults(name, value):
    if name not in ALLOWED["attributes"]:
        yield f"attribute {name}"
    if name in ALLOWED["values"] and not re.search(ALLOWED["values"][name], value):
        yield f"{name} {value}"
    if name in ALLOWED["forbidden"] and re.search(ALLOWED["forbidden"][name], value, re.I):
        yield f"{name} {value}"


def tree_faults(tree):
    for node in tree.iter():
        if not isinstance(node.tag, str):
            yield f"node {node.tag}"
            continue
        name = node.tag.removeprefix(XHTML)
        if name not in ALLOWED["elements"] and name != "DOCUMENT_FRAGMENT":
            yield f"element {node.tag}"
        for attribute, value in node.attrib.items():
            yield from attribute_faults(attribute, value)


def written(tree):
    serializer = HTMLSerializer(
        quote_attr_values="always", quote_char='"', omit_optional_tags=False, minimize_boolean_attributes=False,
        use_trailing_solidus=False, alphabetical_attributes=False, resolve_entities=False, escape_lt_in_attrs=True,
        strip_whitespace=False,
    )
    return serializer.render(html5lib.getTreeWalker("etree")(tree))


def plain(html):
    """Without the differences in how text may be escaped, and without the line feed that a parser drops from a pre."""
    html = html.replace("&gt;", ">").replace("\xa0", " ").replace("&nbsp;", " ").replace("&quot;", '"')
    return re.sub(r"(<pre[^>]*>)\n", r"\1", html)


def faults(case):
    for container in ("div", "td", "body"):
        yield from tree_faults(html5lib.parseFragment(case["html"], container=container))
    tree = html5lib.parseFragment(case["html"], container="div")
    if plain(written(tree)) != plain(case["html"]):
        yield f"is read as {written(tree)!r}"
    if "text" in case and "".join("".join(tree.itertext()).split()) != "".join(case["text"].split()):
        yield f"has the text {''.join(tree.itertext())!r}"
    names = {node.tag.removeprefix(XHTML) for node in tree.iter() if isinstance(node.tag, str)}
    for name in case.get("elements", []):
        if name not in names:
            yield f"has no {name}"


def main():
    cases = 0
    found = []
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            cases += 1
            found += [f"{case['name']}: {fault} in {case['html']!r}" for fault in faults(case)]
    print(json.dumps({"cases": cases, "faults": found}))


if __name__ == "__main__":
    main()
