#!/usr/bin/env python3
"""Reads sanitised HTML with html5lib, a parser that is not ours, and looks for what must not be there.

    MAILWICKET_SANITISED=/tmp/sanitised.jsonl swift test --filter HTMLCorpusTests
    python3 Tests/Bench/sanitiser_check.py /tmp/sanitised.jsonl        (needs html5lib from PyPI)

Each line has name, source and output. A violation is an element, an attribute or a scheme off the list; a moved case is
one whose tree html5lib writes differently from how we wrote it, that is, where a browser would repair our output.
"""

import json
import re
import sys

import html5lib
from html5lib.serializer import HTMLSerializer

ELEMENTS = set(
    """a abbr acronym address article aside b bdi big blockquote br caption center cite code col colgroup dd del dfn
    div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q
    s samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr""".split()
)
ATTRIBUTES = set(
    """align alt bgcolor border cellpadding cellspacing color colspan data-blocked-src datetime dir face height href
    hspace lang nowrap rel reversed rowspan size span src start style target title type valign value vspace
    width""".split()
)
XHTML = "{http://www.w3.org/1999/xhtml}"
STYLE = re.compile(r"url|expression|import|@|\\|position|behavior|binding|[<>{}]", re.I)


def faults(tree):
    for node in tree.iter():
        if not isinstance(node.tag, str):
            yield f"node {node.tag}"
            continue
        name = node.tag.removeprefix(XHTML)
        if name not in ELEMENTS and name != "DOCUMENT_FRAGMENT":
            yield f"element {node.tag}"
        for attribute, value in node.attrib.items():
            if attribute not in ATTRIBUTES:
                yield f"attribute {attribute}"
            if attribute == "href" and not re.match(r"(https?|mailto|tel):", value):
                yield f"target {value}"
            if attribute == "src" and not re.match(r"cid:|data:image/(png|jpe?g|gif|webp);base64,", value):
                yield f"source {value}"
            if attribute == "style" and STYLE.search(value):
                yield f"style {value}"


def written(tree):
    serializer = HTMLSerializer(
        quote_attr_values="always", quote_char='"', omit_optional_tags=False, minimize_boolean_attributes=False,
        use_trailing_solidus=False, alphabetical_attributes=False, resolve_entities=False, escape_lt_in_attrs=True,
        strip_whitespace=False,
    )
    return serializer.render(html5lib.getTreeWalker("etree")(tree))


def plain(html):
    """Without the differences in how text may be escaped."""
    return html.replace("&gt;", ">").replace("\xa0", " ").replace("&nbsp;", " ").replace("&quot;", '"')


def without_first_lines(html):
    """Without the line feed that a pre may begin with, which a parser drops."""
    return re.sub(r"(<pre[^>]*>)\n", r"\1", html)


def main():
    cases = violations = moved = 0
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            cases += 1
            for container in ("div", "td", "body"):
                tree = html5lib.parseFragment(case["output"], container=container)
                for fault in faults(tree):
                    violations += 1
                    print(f"{case['name']}: {fault} in {case['output']!r}")
            tree = html5lib.parseFragment(case["output"], container="div")
            if plain(written(tree)) != plain(without_first_lines(case["output"])):
                moved += 1
                print(f"{case['name']}: {case['output']!r} is read as {written(tree)!r}")
    print(f"{cases} cases, {violations} violations, {moved} moved")
    return 1 if violations or moved else 0


if __name__ == "__main__":
    sys.exit(main())
