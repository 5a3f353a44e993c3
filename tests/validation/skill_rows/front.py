"""Loading: where front matter begins and ends, and how its YAML is read.

Where YAML is broken, the client reads it again with quotes around each one-line value of the top
level that holds one of `{}[]*&#!|>%@` or a backtick, or a colon and a space. In quotes already, and
lists in brackets that are YAML, stay as they are. What is no YAML then either is dropped: a skill
without a description is listed by the first line of its body.
"""

from typing import Any

from tests.validation.skill_rows.row import D, Row, front

_BODY = "Body."
_HINT = "argument-hint: [a] [b]"
"""A line that makes the client read the others with quotes."""


def _dropped(name: str, fields: str, **more: Any) -> Row:
    return Row(name, front(fields), ("front-matter-not-yaml",), listed=_BODY, **more)


def _mended(name: str, value: str, **more: Any) -> Row:
    text = front(f"description: {value}")
    return Row(name, text, **{"borne": ("quotes-missing",), "listed": value} | more)


_LOST = {"listed": "---"}
_ENDS = [
    Row("no-front", "# A title\n\nText.\n", borne=("front-matter-missing",), listed="A title"),
    Row("blank-first", "\n---\ndescription: lost\n---\n", ("front-matter-missing",), **_LOST),
    Row("title-first", "# Hi\n\n---\ndescription: lost\n---\n", ("front-matter-missing",),
        listed="Hi"),
    *[Row(f"first-{n}", f"{line}\ndescription: lost\n---\nBody.\n", ("front-matter-missing",),
          listed=line.strip()) for n, line in enumerate(("--- # of mine", "---yaml", "  ---"))],
    Row("spaces-after", "---  \ndescription: kept\n---  \nBody.\n", listed="kept"),
    Row("unclosed", "---\ndescription: lost\n\nBody.\n", ("front-matter-unclosed",), **_LOST),
    Row("closed-by-dots", "---\ndescription: lost\n...\nBody.\n", ("front-matter-unclosed",),
        **_LOST),
    *[Row(f"closed-{n}", f"---\ndescription: kept\n{end}\nBody.\n", listed="kept",
          borne=("front-matter-unclosed",)) for n, end in enumerate(("  ---", "-----", "--- end"))],
    Row("dashes-quoted", front("description: 'a --- b'\nwhen_to_use: lost"),
        ("front-matter-cut",), listed="b'"),
    Row("dashes-plain", front("description: a---b\nwhen_to_use: lost"), ("front-matter-cut",),
        listed="a"),
    Row("dashes-comment", front("description: a\n# ----- b\nwhen_to_use: lost"),
        ("front-matter-cut",), listed="a"),
    Row("dashes-value", front("description: a\nmetadata:\n  b: ---\nwhen_to_use: lost"),
        ("front-matter-cut",), listed="a"),
    Row("dashes-own", front("description: kept\nowner: a --- b\nteam: c"),
        warnings=("unknown-key", "front-matter-cut"), listed="kept"),
    Row("dashes-and-words", front("description: a\nwhen_to_use: b\n--- MIT\nc: 'd"),
        ("front-matter-cut",), listed="a - b"),
    Row("nothing-in-it", front(""), borne=("front-matter-missing",), listed=_BODY),
    Row("comment-alone", front("# later"), borne=("front-matter-missing",), listed=_BODY),
    Row("words-alone", front("just words"), ("front-matter-not-a-mapping",), listed=_BODY),
    Row("list-alone", front("- a\n- b"), ("front-matter-not-a-mapping",), listed=_BODY),
    Row("byte-order-mark", "\ufeff" + front("description: kept"), borne=("byte-order-mark",),
        listed="kept", older=_LOST),
    Row("windows-lines", front("description: kept\nwhen_to_use: too").replace("\n", "\r\n"),
        listed="kept - too"),
    Row("old-mac-lines", front("description: lost").replace("\n", "\r"), ("line-ends",),
        listed="--- description: lost --- Body.",
        older={"listed": "---\rdescription: lost\r---\rBody."}),
    Row("latin-1", front("description: café").encode("latin-1"), ("not-text",), listed="caf\ufffd"),
    Row("nul", front("description: a\0b"), ("not-text",), listed=_BODY, older={"listed": "a"}),
]  # fmt: skip

_YAML = [
    Row("twice", front("description: first\ndescription: second"), ("duplicate-key",),
        listed="second"),
    Row("twice-own", front(f"{D}\nowner: a\nowner: b"), warnings=("unknown-key",),
        borne=("duplicate-key",)),
    Row("twice-inside", front(f"{D}\nmetadata:\n  a: 1\n  a: 2"), ("duplicate-key",)),
    Row("in-lines", front("description: |\n  one\n  two"), listed="one two",
        older={"listed": "one\ntwo"}),
    Row("folded", front("description: >-\n  one: two\n  three"), listed="one: two three"),
    Row("continued", front("description: one\n  two"), listed="one two"),
    Row("hash", front("description: for #channel"), ("value-cut",), listed="for"),
    Row("hash-first", front("description: #channel"), ("value-cut",), listed=_BODY),
    Row("hash-in-word", front("description: C# and F#"), listed="C# and F#"),
    Row("hash-folded", front("description: >\n  for #channel"), listed="for #channel"),
    Row("anchor", front("description: &word notes"), ("value-cut",), listed="notes"),
    Row("tag", front("description: !word notes"), ("value-cut",), listed="notes"),
    Row("tag-bare", front("description: ! notes"), ("value-cut",), listed="notes"),
    Row("tag-of-yaml", front("description: !!str 12"), listed="12"),
    Row("ampersand-inside", front("description: you & me"), listed="you & me"),
    Row("number", front("description: 3"), borne=("wrong-type",), listed="3"),
    Row("date", front("description: 2024-01-01"), listed="2024-01-01"),
    Row("json", front('{"description": "kept"}'), listed="kept"),
    Row("key-capital", front("Description: lost"), warnings=("unknown-key",),
        borne=("field-missing",), listed=_BODY),
    Row("list", front("description: [a, b]"), ("wrong-type",), listed=_BODY),
    Row("map", front("description: {a: b}"), ("wrong-type",), listed=_BODY),
    *[Row(f"line-end-{n}", front(f"description: a{end}b"), borne=("quotes-missing",),
          listed="a b", older={"listed": f"a{end}b"})
      for n, end in enumerate(("\x85", "\u2028", "\u2029"))],
    Row("quotes-two-lines", front('description: "one\n  two"'), listed="one two"),
    Row("list-closed-inside", front(f"{D}\nmetadata:\n  a: [\n    b\n  ]")),
    Row("list-closed-flush", front(f"{D}\nkeywords: [\n  a\n]"), warnings=("unknown-key",)),
    Row("bell", front("description: a\x07b"), borne=("quotes-missing",), listed="a b",
        older={"listed": "a\x07b"}),
    Row("tab-indent-inside", front(f"{D}\nmetadata:\n\ta: b"), borne=("quotes-missing",),
        older={"listed": _BODY}),
]  # fmt: skip

_QUOTED = [
    _mended("colon", "Use when: x"),
    _mended("colon-thrice", "a: b: c"),
    _mended("bracket-first", "[Internal] notes"),
    _mended("brace-first", "{a} notes"),
    _mended("link", "[a](b.md) notes"),
    _mended("backtick", "`x` notes"),
    _mended("at", "@x notes"),
    _mended("percent", "%x notes"),
    _mended("star-first", "**all** notes"),
    _mended("bar", "| notes"),
    _mended("greater", "> notes", listed="&gt; notes", older={"listed": "> notes"}),
    _mended("quotes-half", '"a" [b]'),
    _mended("quotes-half-colon", "'a': b"),
    _mended("quote-open", "'a [b"),
    _mended("tab-before", "\tkept", listed="kept"),
    _mended("hash-after-colon", "a: b #c"),
    Row("hash-mended", front(f"description: for #channel\n{_HINT}"), borne=("quotes-missing",),
        listed="for #channel"),
    Row("anchor-mended", front(f"description: &word notes\n{_HINT}"), borne=("quotes-missing",),
        listed="&word notes"),
    Row("braces-mended", front(f"description: {{a: b}}\n{_HINT}"), borne=("quotes-missing",),
        listed="{a: b}"),
    Row("list-kept", front(f"description: [a, b]\n{_HINT}"), ("wrong-type",),
        borne=("quotes-missing",), listed=_BODY),
    _dropped("hint-and-folded", f"description: >\n  one\n{_HINT}"),
    _dropped("hint-and-lines", f"{_HINT}\ndescription: |\n  one"),
    _dropped("quotes-flush", 'description: "one\ntwo"'),
    _dropped("quotes-flush-single", "description: 'one\ntwo'"),
    _dropped("quotes-flush-end", 'description: "one\n  two\n"'),
    _dropped("list-flush", f"{D}\nkeywords: [a,\nb]"),
    _dropped("list-flush-inside", f"{D}\nmetadata:\n  a: [b,\n  c]"),
    _dropped("map-flush", f"{D}\nmetadata: {{\na: b\n}}"),
    _dropped("dash-first", "description: - one"),
    _dropped("question-first", "description: ? one", older={"listed": "one"}),
    _dropped("colon-last", "description: a:"),
    _dropped("quotes-half-plain", 'description: "a" b'),
    _dropped("quotes-in-quotes", 'description: "a "b" c"'),
    _dropped("apostrophe", "description: 'it's [here]'"),
    _dropped("bad-escape", 'description: "a\\qb"'),
    _dropped("colon-continued", "description: a: b\n  and on"),
    _dropped("colon-inside", f"{D}\nmetadata:\n  a: b: c"),
    _dropped("star-in-items", f"{D}\npaths:\n  - **/*.x"),
    _dropped("key-with-digit", f"{D}\nkey1: a: b"),
    _dropped("key-with-space", f"{D}\nmy key: a: b"),
    _dropped("two-texts", f'{D}\nallowed-tools: "Read", "Bash(x *)"'),
    _dropped("tab-indent", "name: tab-indent\n\tdescription: x", older={"listed": "x"}),
]  # fmt: skip

FRONT = [*_ENDS, *_YAML, *_QUOTED]
