"""The files of hosting services: which commands they start, with which variables."""

import re
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.servers import unfolded
from fastapi_pro.auditing.sources import yaml
from fastapi_pro.auditing.sources.shell import Command, commands
from fastapi_pro.auditing.sources.spots import Source, Word

_TOML = re.compile(r"""(?m)^[ \t]*([\w-]+)[ \t]*=[ \t]*(["'])(.+)\2[ \t]*(?:#.*)?$""")
_KEYS = {"railway.toml": re.compile("startCommand"), "nixpacks.toml": re.compile("cmd")}
_COMMANDS = ("startCommand", "dockerCommand", "entrypoint")

Started = tuple[Word, list[Command], dict[str, Word]]
"""Where a command stands, its parts, and its variables."""


def started(read: Source) -> Iterator[Started]:
    """Yield what a file of Render, Google App Engine, Fly, Railway or Nixpacks starts."""
    if read.path.suffix != ".toml":
        for document in yaml.documents(read.text):
            for service in (document, *yaml.mappings(document.get("services"))):
                yield from _of_service(service)
        return
    text = read.text
    if read.path.name == "fly.toml":
        section = re.search(r"(?m)^\[processes\][^\n]*\n((?:(?!\[).*\n?)*)", text)
        begin, end = section.span(1) if section else (0, 0)
    else:
        begin, end = 0, len(text)
    wanted = _KEYS.get(read.path.name)
    for match in _TOML.finditer(text, begin, end):
        if wanted is None or wanted.fullmatch(match[1]):
            line = text.count("\n", 0, match.start(3)) + 1
            column = match.start(3) - (text.rfind("\n", 0, match.start(3)) + 1)
            value = Word(match[3].replace('\\"', '"'), line, column)
            yield Word(match[1], line, 0), _commands(value), {}


def _of_service(service: yaml.Mapping) -> Iterator[Started]:
    pairs = [(item.get("key"), item.get("value")) for item in yaml.mappings(service.get("envVars"))]
    variables = {_word(name).text: _word(value) for name, value in pairs}
    given = service.get("env_variables")
    if isinstance(given, yaml.Mapping):
        variables |= {name: _word(value) for name, value in given.values.items()}
    for key in _COMMANDS:
        if key in service.values:
            line, column = service.places[key]
            yield Word(key, line, column), _commands(_word(service.get(key))), variables


def _word(value: yaml.Value) -> Word:
    if not isinstance(value, yaml.Scalar):
        return Word("", 0, 0, is_known=False)
    return Word(value.text, value.line, value.column, places=value.places)


def _commands(text: Word) -> list[Command]:
    return [inner for command in commands(text) for inner in unfolded(command)]
