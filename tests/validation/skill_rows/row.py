"""A row of the table."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

D = "description: d"
ARGUMENTS = "alpha 'be ta' c"
"""What each skill is called with."""
END = "The end."
"""The last line of each body that is loaded, so that a row says all of it."""
ANY = "any/file.txt"
"""What opens a gate for each file."""


@dataclass(frozen=True)
class Row:
    """A SKILL.md, what the client does with it, and what the validator says of it.

    The findings are those that say something of this client: errors, warnings, and of what is not
    portable what the client bears although it is told. `older` holds what the older client did
    otherwise.
    """

    name: str
    text: str | bytes
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    borne: tuple[str, ...] = ()
    listed: str | None = "d"
    """What follows the name in the listing at the start; None where it is not listed."""
    typed: bool = True
    """Whether a user may type /name at the start."""
    loaded: str | None = None
    """The text that is loaded when it is called with ARGUMENTS, where that is asked."""
    granted: bool | None = None
    """Whether it may run `mkdir NAME` when it was called, where that is asked of the newer."""
    shut: tuple[str, ...] = ()
    opens: str | None = None
    """The file whose Read lists it; Reads of those in `shut` do not."""
    says: str = ""
    """What the client's log says of it."""
    older: dict[str, Any] = field(default_factory=dict)

    def in_older(self) -> "Row":
        """Return what the older client does."""
        return replace(self, granted=None, **self.older)

    def write(self, project: Path) -> Path:
        """Write it as a skill of the project, and the files to read."""
        file = project / ".claude" / "skills" / self.name / "SKILL.md"
        file.parent.mkdir(parents=True)
        file.write_bytes(self.text if isinstance(self.text, bytes) else self.text.encode())
        for name in (*self.shut, self.opens or ANY):
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).touch()
        return file


def front(fields: str, body: str = "Body.") -> str:
    """Return a SKILL.md."""
    return f"---\n{fields}\n---\n{body}\n"
