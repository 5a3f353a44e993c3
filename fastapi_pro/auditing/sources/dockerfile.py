"""A Dockerfile: its stages, their commands, users and environments."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from fastapi_pro.auditing.sources.shell import Command, commands
from fastapi_pro.auditing.sources.spots import Word

_INSTRUCTION = re.compile(r"[ \t]*([A-Za-z]+)[ \t]+")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, eq=False)
class Instruction:
    """One instruction: its name in capitals, its arguments as written and where they begin."""

    name: str
    text: str
    line: int
    column: int

    @property
    def listed(self) -> list[Word] | None:
        """The words of the exec form, a list in JSON; None for the shell form."""
        bare = re.sub(r"\\[ \t]*\n(?:[ \t]*#.*\n)*", lambda m: "\n" * m[0].count("\n"), self.text)
        try:
            values = json.loads(bare)
        except (ValueError, RecursionError):
            return None
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            return None
        found = []
        for value, match in zip(values, _STRING.finditer(bare), strict=False):
            line = bare.count("\n", 0, match.start())
            start = bare.rfind("\n", 0, match.start()) + 1
            column = match.start(1) - start + (0 if line else self.column)
            found.append(Word(value, self.line + line, column))
        return found

    def commands(self, variables: dict[str, str]) -> list[Command]:
        """Return the commands of the shell form."""
        return commands(Word(self.text, self.line, self.column), variables=variables)

    @property
    def word(self) -> Word:
        """The whole as one word."""
        return Word(self.text.strip(), self.line, self.column)


@dataclass(eq=False)
class Stage:
    """The result of one stage of a Dockerfile, including what it inherits from its base stages.

    `folder` is the last WORKDIR, "" where none is known.
    """

    image: str
    name: str
    start: Word
    environment: dict[str, Word] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    user: Word | None = None
    folder: str = ""
    entrypoint: Instruction | None = None
    command: Instruction | None = None
    shell: str = "sh"
    runs: list[Instruction] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        """The known values of the variables."""
        known = {name: word.text for name, word in self.environment.items() if word.is_known}
        return self.arguments | known


def instructions(text: str) -> Iterator[Instruction]:
    """Yield the instructions of a Dockerfile in their order."""
    escape = "`" if re.match(r"(?i)(?:#[^\n]*\n)*#\s*escape\s*=\s*`", text) else "\\"
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        first = at
        match = _INSTRUCTION.match(lines[at])
        at += 1
        if match is None:
            continue
        taken = [lines[first][match.end() :]]
        while taken[-1].rstrip().endswith(escape) and at < len(lines):
            taken[-1] = taken[-1].rstrip()[:-1] + "\\"
            taken.append(lines[at])
            at += 1
            while taken[-1].lstrip().startswith("#") and at < len(lines):
                taken[-1] = "\\"
                taken.append(lines[at])
                at += 1
        name = match[1].upper()
        for mark in _HEREDOC.findall("\n".join(taken)) if name in ("RUN", "COPY", "ADD") else ():
            while at < len(lines) and lines[at].strip() != mark[1]:
                at += 1
            at += 1
        yield Instruction(name, "\n".join(taken), first + 1, match.end())


def stages(text: str) -> list[Stage]:
    """Return the stages; the last one is built by default."""
    found: list[Stage] = []
    arguments: dict[str, str] = {}
    for instruction in instructions(text):
        if instruction.name == "FROM":
            found.append(_stage(instruction, found, arguments))
        elif not found and instruction.name == "ARG":
            arguments |= _assigned(instruction, arguments)[1]
        else:
            if not found:  # a part of a Dockerfile
                found.append(Stage("", "", instruction.word))
            _apply(found[-1], instruction)
    return found


def _stage(instruction: Instruction, before: list[Stage], arguments: dict[str, str]) -> Stage:
    listed = [c.words for c in instruction.commands(arguments)]
    words = [w for w in (listed[0] if listed else []) if not w.text.startswith("--")]
    start = instruction.word
    image = words[0] if words else start
    name = words[2].text.lower() if len(words) > 2 and words[1].text.lower() == "as" else ""
    for stage in before:
        if stage.name and stage.name == image.text.lower():
            return replace(
                stage,
                name=name,
                start=start,
                environment=dict(stage.environment),
                arguments=dict(stage.arguments),
                runs=list(stage.runs),
            )
    return Stage(image.text if image.is_known else "", name, start)


def _apply(stage: Stage, instruction: Instruction) -> None:
    match instruction.name:
        case "ENV":
            stage.environment |= _assigned(instruction, stage.variables)[0]
        case "ARG":
            stage.arguments |= _assigned(instruction, stage.variables)[1]
        case "USER":
            listed = instruction.commands(stage.variables)
            stage.user = listed[0].words[0] if listed else None
        case "WORKDIR":
            listed = instruction.commands(stage.variables)
            word = listed[0].words[0] if listed else None
            stage.folder = word.text if word is not None and word.is_known else ""
        case "ENTRYPOINT":
            stage.entrypoint, stage.command = instruction, None
        case "CMD":
            stage.command = instruction
        case "SHELL":
            words = instruction.listed or []
            stage.shell = words[0].text.rpartition("/")[2] if words else stage.shell
        case "RUN":
            stage.runs.append(instruction)


def _assigned(
    instruction: Instruction, variables: dict[str, str]
) -> tuple[dict[str, Word], dict[str, str]]:
    """Return the variables that ENV or ARG sets, with their places and known values."""
    listed = instruction.commands(variables)
    words = listed[0].words if listed else []
    found: dict[str, Word] = {}
    if instruction.name == "ENV" and len(words) > 1 and "=" not in words[0].text:
        value = " ".join(word.text for word in words[1:])
        is_known = all(word.is_known for word in words[1:])
        found[words[0].text] = Word(value, words[0].line, words[0].column, is_known)
    else:
        for word in words:
            name, equals, value = word.text.partition("=")
            if equals:
                found[name] = Word(value, word.line, word.column, word.is_known)
    return found, {name: word.text for name, word in found.items() if word.is_known}
