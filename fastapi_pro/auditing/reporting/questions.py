"""What to ask about the code if it cannot show whether a rule is broken."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.reporting.catalogue import Entry


def questions_of(files: Iterable[Path], entries: Mapping[str, Entry]) -> list[Entry]:
    """Return the rules that no code shows and that these files may break."""
    unseen = [entry for entry in entries.values() if entry.unseen]
    words = {word: word.encode() for entry in unseen for word in entry.ask_where}
    there: set[str] = set()
    for file in files:
        try:
            text = project_files.read(file)
        except OSError:
            continue
        there |= {word for word in words.keys() - there if words[word] in text}
    return [
        entry for entry in unseen if not entry.ask_where or not there.isdisjoint(entry.ask_where)
    ]
