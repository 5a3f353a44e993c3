"""What the environment of a process is, as the files that start it say."""

import re
from collections.abc import Iterator
from pathlib import Path

from fastapi_pro.auditing.libraries.launches import Launch, launches, settings_in
from fastapi_pro.auditing.model.program import Program
from fastapi_pro.auditing.sources import yaml
from fastapi_pro.auditing.sources.shell import Command
from fastapi_pro.auditing.sources.spots import Source, Word, source

_ASSIGNED = re.compile(r"(\w+)=(.*)", re.DOTALL)


def settings_of(program: Program, launch: Launch) -> Iterator[tuple[dict[str, Word], Source]]:
    """Yield the variables that are set for what a launch runs, with their files; the first win.

    Those of an image are set by the services that run it, too.
    """
    services = [launch]
    if launch.kind == "dockerfile":
        running = (other for other in launches(program) if other.image is launch)
        services = [s for s in running if not s.is_development and not s.commands] + services
    for service in services:
        yield service.environment, service.source
        for path in _files(service):
            read = source(path)
            yield dict(settings_in(read.text)), read
    if launch.image is not None:
        yield from settings_of(program, launch.image)


def _files(service: Launch) -> Iterator[Path]:
    """Yield the `env_file` of a compose service; the last one wins, and is first here."""
    given = service.body.get("env_file") if service.body else yaml.NOTHING
    items = given.items if isinstance(given, yaml.Sequence) else [given]
    for item in reversed(items):
        path = item.get("path") if isinstance(item, yaml.Mapping) else item
        if isinstance(path, yaml.Scalar) and path.text:
            yield service.source.path.parent / path.text


def assigned_before(launch: Launch, command: Command) -> dict[str, Word]:
    """Return the variables that a script exports before a command, or that stand before it."""
    found: dict[str, Word] = {}
    for one in launch.commands[: launch.commands.index(command) + 1]:
        is_exported = one.words[0].text == "export"
        for word in one.words[is_exported:]:
            match = _ASSIGNED.fullmatch(word.text)
            if match is None:
                if word.text in ("env", "exec"):
                    continue
                break
            if is_exported or one is command:
                column = word.column + len(match[1]) + 1
                found[match[1]] = Word(match[2], word.line, column, word.is_known)
    return found
