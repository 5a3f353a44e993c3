"""What the commands share: the help of each is the docstring of its module."""

import argparse


def parser_of(docstring: str | None) -> argparse.ArgumentParser:
    """Return a parser that prints the docstring's parts: a summary, `usage: NAME ...`, the rest."""
    summary, _, rest = (docstring or "").partition("\n\n")
    usage, _, about = rest.partition("\n\n")
    usage = usage.removeprefix("usage: ")
    return argparse.ArgumentParser(
        prog=usage.partition(" ")[0],
        usage=usage,
        description=summary,
        epilog=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
