"""Files that went wrong on their way: real ones with some of their bytes changed."""

import random

NASTY = [
    b"\0", b"\xff", b"\xed\xa0\x80", "\ufeff".encode(), "\u2028".encode(), b"\r", b"\r\n", b"\t",
    b"\x1b[31m", b"---\n", b"```", b"~~~python snippets/", b"<!-- end -->",
    b"<!-- rules critical -->",
    b"#", b":", b"*", b"&a ", b"*a", b"!!python/object:os.system ", b"'", b'"', b'"""', b"\\", b"%",
    b"$ARGUMENTS", b"{" * 300, b"[" * 300, b"(" * 120, b"- " * 50, b"9" * 5000, b"1e999", b"-1",
    b"0o8", b"2026-99-99", b"../" * 5, b"null", b"true", b"async ", b"await ", b"yield ", b"@",
    b"lambda", b"import ", b"from . ", b"# fastapi-pro: ignore[", b"]", b"}", b")", b":=",
]  # fmt: skip


def mutant(source: bytes, choice: random.Random) -> bytes:
    """Return a source with one to four changes: bytes that are lost, doubled, moved or put in."""
    for _ in range(choice.randint(1, 4)):
        start = choice.randint(0, len(source))
        end = min(len(source), start + choice.choice([1, 1, 8, 60, 400]))
        part = source[start:end]
        source = choice.choice([
            source[:start] + source[end:],
            source[:start] + part + source[start:],
            source[:start] + choice.choice(NASTY) + source[start:],
            source[:start] + choice.choice(NASTY) + source[end:],
            source[:start] + choice.randbytes(choice.randint(1, 6)) + source[end:],
            source[:start] + source[end:] + part,
            source[:end],
        ])  # fmt: skip
    return source
