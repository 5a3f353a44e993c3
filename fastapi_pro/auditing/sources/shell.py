"""The commands of a shell text: their words, and the places of these."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi_pro.auditing.sources.spots import Word

_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:(:?[-=])([^${}]*))?\}|[@*#?$!])")
_OPERATORS = re.compile(r"&&|\|\||;;|[;|&()\n]")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_RESERVED = frozenset({"if", "then", "else", "elif", "do", "while", "until", "!", "{", "}"})
_OPENING = frozenset({"if", "while", "until", "for", "case", "{"})
_CLOSING = frozenset({"fi", "done", "esac", "}"})
_SPACE = re.compile(r"\s")
_TESTS = frozenset({"[", "[[", "test"})


@dataclass(eq=False)
class Command:
    """One simple command; `after` is the operator after it, "" at the end of the text.

    `is_conditional` says whether it is in a branch, a loop or a function.
    """

    words: list[Word] = field(default_factory=list)
    after: str = ""
    is_conditional: bool = False

    @property
    def names(self) -> list[str]:
        """The texts of the words."""
        return [word.text for word in self.words]


def commands(
    text: Word,
    *,
    variables: Mapping[str, str] | None = None,
) -> list[Command]:
    """Return the commands of a text.

    Variables are replaced if `variables`, the text or their own default give the value.
    """
    lexer = _Lexer(text, dict(variables or {}))
    lexer.read()
    return [command for command in lexer.commands if command.words]


class _Lexer:
    """Splits one text; `place` is the index of the next character."""

    def __init__(self, text: Word, variables: dict[str, str]) -> None:
        self.text, self.places, self.variables = text.text, text.places, variables
        self.place, self.line, self.start = 0, text.line, -text.column
        self.commands = [Command()]
        self.heredocs: list[str] = []
        self.depth = 0

    def read(self) -> None:
        while self.place < len(self.text):
            character = self.text[self.place]
            if self.text.startswith("\\\n", self.place):
                self._advance(2)
                self._skip_comments()
            elif character in " \t\r":
                self.place += 1
            elif character == "#":
                end = self.text.find("\n", self.place)
                self.place = len(self.text) if end < 0 else end
            elif match := _HEREDOC.match(self.text, self.place):
                self.heredocs.append(match[2])
                self._advance(len(match[0]))
            elif match := re.compile(r"\d*(?:&>|[<>]+&?)\s*").match(self.text, self.place):
                self._advance(len(match[0]))
                self._word()  # the file
            elif match := _OPERATORS.match(self.text, self.place):
                self._end(match[0])
            else:
                self._add(self._word())

    def _advance(self, count: int) -> None:
        for _ in range(count):
            if self.place < len(self.text) and self.text[self.place] == "\n":
                self.line += 1
                self.start = self.place + 1
            self.place += 1

    @property
    def _here(self) -> tuple[int, int]:
        """The line and column of the next character, at the end those of the last one."""
        if self.places:
            return self.places[min(self.place, len(self.places) - 1)]
        return self.line, self.place - self.start

    def _skip_comments(self) -> None:
        """Skip lines of comments after a continued line, which a Dockerfile allows."""
        while match := re.compile(r"[ \t]*#[^\n]*\n").match(self.text, self.place):
            self._advance(len(match[0]))

    def _end(self, operator: str) -> None:
        self._advance(len(operator))
        command = self.commands[-1]
        if command.words:
            command.after = operator
            self._remember(command)
            is_tested = operator in ("&&", "||") and command.words[0].text in _TESTS
            self.commands.append(Command(is_conditional=is_tested))
        if operator == "\n":
            for mark in self.heredocs:
                end = re.compile(rf"^[ \t]*{mark}[ \t]*$", re.MULTILINE)
                match = end.search(self.text, self.place)
                self._advance((match.end() if match else len(self.text)) - self.place)
            self.heredocs = []

    def _remember(self, command: Command) -> None:
        """Keep the variables that a command sets if it has only assignments."""
        words = [word for word in command.words if word.text != "export"]
        pairs = [re.fullmatch(r"(\w+)=(.*)", word.text, re.DOTALL) for word in words]
        for word, pair in zip(words, pairs, strict=True):
            if pair and all(pairs):
                if word.is_known and pair[1] not in self.variables:
                    self.variables[pair[1]] = pair[2]
                else:
                    self.variables.pop(pair[1], None)

    def _add(self, word: Word) -> None:
        command = self.commands[-1]
        if not command.words and word.is_known:
            self.depth += (word.text in _OPENING) - (word.text in _CLOSING)
            command.is_conditional = command.is_conditional or self.depth > 0
            if word.text in _RESERVED:
                return
        command.words.append(word)

    def _word(self) -> Word:
        line, column = self._here
        parts: list[str] = []
        places: list[tuple[int, int]] = []  # of each part
        is_known = True
        quote = ""
        begin = self.place
        while self.place < len(self.text):
            character, here = self.text[self.place], self._here
            taken = ""
            if quote == "'":
                taken = "" if character == "'" else character
                quote = "" if character == "'" else quote
                self._advance(1)
            elif character == "\\":
                following = self.text[self.place + 1 : self.place + 2]
                is_kept = bool(quote) and following not in '"\\$`\n'
                taken = character if is_kept else ""
                self._advance(1)
                if following and following != "\n":
                    parts.append(taken)
                    places.append(here)
                    taken, here = following, self._here
                self._advance(1)
            elif character == '"' or (character == "'" and not quote):
                quote = "" if quote else character
                self._advance(1)
            elif character == "`" or self.text.startswith("$(", self.place):
                is_known = False
                self._substitution(character)
            elif character == "$" and (match := _VARIABLE.match(self.text, self.place)):
                value = self._variable(match)
                is_known = is_known and value is not None
                taken = value or ""
                self._advance(len(match[0]))
            elif character == "$" and self.text.startswith("${", self.place):
                is_known = False
                end = self.text.find("}", self.place)
                self._advance((end if end >= 0 else len(self.text)) + 1 - self.place)
            elif not quote and (character in " \t\r\n<>" or _OPERATORS.match(character)):
                break
            else:
                taken = character
                self._advance(1)
            parts.append(taken)
            places.append(here)
        if self.place == begin:  # an operator behind a redirection
            return Word("", line, column)
        text = "".join(parts)
        if not _SPACE.search(text):
            return Word(text, line, column, is_known)
        spread = [place for part, place in zip(parts, places, strict=True) for _ in part]
        return Word(text, line, column, is_known, tuple(spread))

    def _variable(self, match: re.Match[str]) -> str | None:
        name, default = match[1] or match[2], match[4]
        if name in self.variables:
            return self.variables[name]
        return default.strip("'\"") if match[3] else None

    def _substitution(self, opening: str) -> None:
        """Skip a command substitution."""
        depth = 0
        self._advance(1)
        while self.place < len(self.text):
            character = self.text[self.place]
            self._advance(1)
            if opening == "`" and character == "`":
                return
            if opening != "`":
                depth += {"(": 1, ")": -1}.get(character, 0)
                if depth == 0:
                    return
