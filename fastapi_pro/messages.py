"""Parts of messages: quoted text, numbers and nouns, "did you mean", GitHub's annotations."""

from collections.abc import Iterable


def visible(text: str) -> str:
    """Keep a text on one line and printable, whatever the file it quotes holds."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: "1 line", "2 lines"; `many` is a plural that is no `one`s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def near(word: str, known: Iterable[str]) -> str:
    """Return the end of a message: a hint at the known words most similar to a wrong one."""
    import difflib  # noqa: PLC0415 -- only where something is wrong: it takes time to import

    found = difflib.get_close_matches(word, list(known), n=3, cutoff=0.75)
    return f"; did you mean {', '.join(found)}?" if found else ""


def annotation(level: str, place: tuple[str, int, int], title: str, message: str) -> str:
    """Return the workflow command that shows a message at a place: path, line and column.

    Follows docs.github.com, "Workflow commands for GitHub Actions", including its escapes.
    """
    path, line, column = place
    where = f"file={_property(path)},line={line},col={column},title={_property(title)}"
    return f"::{level} {where}::{_data(message)}"


def _data(value: str) -> str:
    return visible(value).replace("%", "%25")  # line ends, too, would be escaped: there are none


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
