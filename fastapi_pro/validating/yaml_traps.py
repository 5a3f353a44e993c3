"""Front matter that the client reads differently from what was meant: cut values, lost fields."""

import re
from collections.abc import Iterator

from fastapi_pro.validating.contract import AGENT_KEYS, KNOWN_KEYS
from fastapi_pro.validating.report import Finding, Level

_TEXT = re.compile(r"(?P<key>description|when_to_use|argument-hint):[ \t]+(?P<value>[^\s\"'|>].*)")
_KEY = re.compile(r"^([A-Za-z_-]+):", re.MULTILINE)
_READ = {*KNOWN_KEYS, *AGENT_KEYS}
_COMMENT = re.compile(r"\s#")
_EATEN = re.compile(r"(?:&\S+|!(?!!)\S*)\s+\S")


def check_early_end(yaml: str, path: str) -> Iterator[Finding]:
    """Yield a finding for a `---` inside the front matter: the client ends it there.

    It is an error if a field that the client reads is cut or lost, otherwise a warning.
    """
    before, found, after = yaml.partition("---")
    if found:
        lost = {*_KEY.findall(before)[-1:], *_KEY.findall(after)}
        level: Level = "error" if lost & _READ else "warning"
        message = "`---` ends the front matter here, so the client loses the fields after it"
        number = before.count("\n") + 2
        place = (number, len(before) - before.rfind("\n"))
        yield Finding(path, *place, "front-matter-cut", message, "write -- instead", level)


def check_cut_values(yaml: str, path: str) -> Iterator[Finding]:
    """Yield an error for each text with a part that YAML reads as a comment, an anchor or a tag."""
    for number, line in enumerate(yaml.split("\n"), start=2):
        match = _TEXT.fullmatch(line)
        if not match:
            continue
        start, fix = match.start("value") + 1, "put the value in double quotes"
        if cut := _COMMENT.search(line, match.start("value") - 1):
            message = f"for the client `{match['key']}` ends here: ` #` begins a YAML comment"
            column = cut.start() + 2
            yield Finding(path, number, column, "value-cut", message, fix)
        if _EATEN.match(match["value"]):
            word = match["value"].split()[0]
            message = f"YAML reads `{word}` as an anchor or a tag, not as part of `{match['key']}`"
            yield Finding(path, number, start, "value-cut", message, fix)
