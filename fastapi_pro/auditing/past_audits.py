"""Findings of past audits of the same files, kept in the user's cache folder.

An audit is the same if all questions about the files have the same answers: see
`project_files.answers`. So neither git's state nor a list of files matters.
"""

import contextlib
import functools
import json
import locale
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro import __version__
from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.model.project_files import Answers, View
from fastapi_pro.paths import RULES
from fastapi_pro.whole_files import replace_file

_LARGEST = 20_000_000  # bytes of all that is kept
_TRIED = 8  # audits of the same programs, the newest first
Groups = Sequence[Sequence[Path]]


@dataclass(frozen=True, slots=True)
class Known:
    """The findings of an audit; `asked` are the rules that ran, None for all."""

    findings: list[Finding]
    asked: Collection[str] | None = None

    @property
    def slugs(self) -> set[str]:
        """The rules that have found something."""
        return {finding.slug for finding in self.findings}

    def answers(self, slugs: Collection[str] | None) -> bool:
        """Say whether these rules, or all, ran."""
        return self.asked is None or (slugs is not None and {*slugs} <= {*self.asked})

    def of(self, slugs: Collection[str] | None) -> list[Finding]:
        """Return the findings of these rules, or of all."""
        return [f for f in self.findings if slugs is None or f.slug in slugs]


class PastAudits:
    """The audits of one project that are kept below `folder`; none if that is ""."""

    def __init__(self, folder: str, root: Path) -> None:
        self._root = root
        at = Path(folder, "fastapi-pro", "audits") if folder else None
        is_inside = at is not None and at.resolve().is_relative_to(root.resolve())
        self._folder = None if is_inside else at

    def find(
        self, groups: Groups, view: View, slugs: Collection[str] | None = None
    ) -> Known | None:
        """Return the kept findings of these rules, or all, where the files were as in this view.

        An entry that cannot be read counts as none. There may be findings of other rules, too.
        """
        if not groups:
            return Known([])
        answered: Answers = {}
        for file in self._files(groups):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
                entry = json.loads(file.read_bytes())
                known = Known([Finding(*row) for row in entry["findings"]], entry["asked"])
                if known.answers(slugs) and _is_answered_so(entry["answers"], view, answered):
                    os.utime(file)
                    return known
        return None

    def keep(self, groups: Groups, answers: Answers | None, known: Known) -> None:
        """Keep the findings in programs, if it is known which questions they depend on."""
        if self._folder is None or not groups or answers is None:
            return
        asked = None if known.asked is None else sorted(known.asked)
        rows = [[getattr(f, name) for name in Finding.__slots__] for f in known.findings]
        entry = {"answers": answers, "asked": asked, "findings": rows}
        file = self._folder / f"{self._name(groups)}-{_digest(answers)}.json"
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            replace_file(file, json.dumps(entry, separators=(",", ":")).encode())
            self._drop_oldest()

    def _name(self, groups: Groups) -> str:
        paths = [[os.fspath(path) for path in group] for group in groups]
        return _digest([self._ours, os.fspath(self._root), paths])

    @functools.cached_property
    def _ours(self) -> str:
        return _ours()

    def _files(self, groups: Groups) -> list[Path]:
        """Return the kept entries for the programs, the newest first."""
        if self._folder is None:
            return []
        name = self._name(groups)
        return [file for _, _, file in self._listed() if file.name.startswith(name)][:_TRIED]

    def _drop_oldest(self) -> None:
        left = _LARGEST
        for _, size, file in self._listed():
            left -= size
            if left < 0:
                file.unlink(missing_ok=True)

    def _listed(self) -> list[tuple[int, int, Path]]:
        """Return when each file was used last, its size and its path, the newest first."""
        found = []
        with contextlib.suppress(OSError):
            for entry in os.scandir(self._folder):
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    found.append((status.st_mtime_ns, status.st_size, Path(entry.path)))
        return sorted(found, reverse=True)


def _is_answered_so(answers: Answers, view: View, answered: Answers) -> bool:
    """Say whether all questions have the same answers as before; `answered` keeps the answers."""
    for question, answer in answers.items():
        if question not in answered:
            answered[question] = view.answer(question)
        if answered[question] != answer:
            return False
    return True


def _ours() -> str:
    """Return a text that changes with the version of the audit, its rules, or Python.

    It also changes with the default encoding of files. All files of a packed skill are of 1980, so
    it counts when they came here, too.
    """
    stamps = sorted(_stamps(Path(__file__).parent)) + sorted(_stamps(RULES))
    encoding = locale.getpreferredencoding(do_setlocale=False)
    return _digest([__version__, sys.version, encoding, stamps])


def _stamps(folder: Path) -> Iterator[tuple[str, int, int]]:
    for above, _, names in os.walk(folder):
        for name in names:
            if name.endswith((".py", ".md")):
                path = os.path.join(above, name)  # noqa: PTH118 -- there are hundreds
                status = os.stat(path)  # noqa: PTH116
                yield path, status.st_size, status.st_mtime_ns + status.st_ctime_ns


def _digest(value: object) -> str:
    from hashlib import blake2b  # noqa: PLC0415 -- it takes long to import, and an empty run needs none

    return blake2b(json.dumps(value).encode(), digest_size=12).hexdigest()
