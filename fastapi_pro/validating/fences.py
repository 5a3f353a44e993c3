"""Fenced code blocks of a Markdown text, with their lines."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fence:
    r"""One fenced block.

    `start` and `end` are 0-based line indexes: the opening fence is line `start`, the content is
    `lines[start + 1 : end]`. `closed` says whether line `end` is a closing fence. `nested` says
    whether the fence is inside a list item or a block quote. Lines end at `\n` only, as in
    CommonMark after its normalisation of `\r\n` and `\r`.
    """

    info: str
    markup: str
    start: int
    end: int
    closed: bool
    nested: bool

    @property
    def language(self) -> str:
        """Return the first word of the info string."""
        return self.info.split(maxsplit=1)[0] if self.info.strip() else ""


def find_fences(text: str) -> list[Fence]:
    """Return the fenced blocks of `text` in order.

    `text` must not contain front matter, which could be read as Markdown: pass the whole file with
    blank lines in place of the front matter, so that line numbers stay right.
    """
    from markdown_it import MarkdownIt  # noqa: PLC0415 -- few skills need it: it takes time

    parser = MarkdownIt("commonmark").disable("inline")  # only blocks matter here
    found = []
    for token in parser.parse(text if text.endswith("\n") else text + "\n"):
        if token.type != "fence" or token.map is None:
            continue
        start, stop = token.map
        closed = stop - start - 1 > token.content.count("\n")  # one line more than its content
        found.append(
            Fence(
                info=token.info.strip(),
                markup=token.markup,
                start=start,
                end=stop - 1 if closed else stop,
                closed=closed,
                nested=token.level > 0,
            )
        )
    return found
