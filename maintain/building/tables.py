"""Tables of measurements, in the pages that show them."""

from collections.abc import Sequence

_END = "<!-- end -->"


def markdown(rows: Sequence[Sequence[object]]) -> str:
    """Return a table, of which the first row is the head."""
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def with_table(page: str, name: str, table: str) -> str:
    """Return a page with the table between `<!-- NAME -->` and `<!-- end -->`.

    Raises ValueError where they are not there.
    """
    head, mark, rest = page.partition(f"<!-- {name} -->\n")
    if not mark or _END not in rest:
        raise ValueError(f"the page has no <!-- {name} --> with {_END} after it")
    return f"{head}{mark}{table}{_END}{rest.partition(_END)[2]}"
