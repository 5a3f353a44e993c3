"""The new content of a fence: a file, some of its definitions, or the tree of a folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.validating.client_syntax import find_client_syntax
from fastapi_pro.validating.report import Finding
from maintain.building.extract import pick, whole
from maintain.building.refusal import RefusedError, refused
from maintain.building.sources import Snippets, load_module, read_text, relative
from maintain.building.tree import docstring_line, render_tree

_PYTHON = {"python", "python3", "py"}


def content_of(language: str, path: Path, names: list[str] | None, snippets: Snippets) -> str:
    """Return the content of a fence with this language that names the snippet `path`.

    `names` are the definitions to show, None for the whole. Raises RefusedError, also when the
    client would act on the content, and OSError when a file cannot be read.
    """
    if path.is_dir():
        content = _tree(language, path, names, snippets)
    else:
        content = _file(language, path, names, snippets)
    if content.acted_on:
        raise RefusedError(*content.acted_on)
    return content.text


@dataclass(frozen=True)
class _Content:
    """The new content of a fence; `acted_on` are the parts that the client would run or replace."""

    text: str
    acted_on: list[Finding]


def _tree(language: str, folder: Path, names: list[str] | None, snippets: Snippets) -> _Content:
    if names is not None or language.lower() in _PYTHON:
        raise refused("folder-source", "a folder is shown as a tree", "write ```text and no #")

    def describe(file: Path) -> str:
        return docstring_line(load_module(snippets, file).tree)

    text = render_tree(folder, describe)
    odd = [c for c in text if not c.isprintable() and c != "\n"]
    if odd:
        message = f"a file name or docstring below the folder holds {odd[0]!a}"
        raise refused("unprintable", message, "rename the file or rewrite the line")
    return _Content(text, list(_acted_on(text, "")))


def _file(language: str, path: Path, names: list[str] | None, snippets: Snippets) -> _Content:
    name = relative(snippets, path)
    if path.suffix != ".py":
        if names is not None:
            raise refused("names-of-text", "only Python is shown in parts", "leave # and names out")
        if language.lower() in _PYTHON:
            raise refused("wrong-language", f"`{name}` is not a .py file", "name its language")
        text = read_text(snippets, path)
        return _Content(text.removesuffix("\n"), list(_acted_on(text, name)))
    if language.lower() not in _PYTHON:
        raise refused("wrong-language", f"`{name}` is Python, not {language}", "write ```python")
    if names is not None:
        _refuse_names(names)
    module = load_module(snippets, path)
    try:
        block = whole(module) if names is None else pick(module, names)
    except RecursionError as error:
        raise refused("python-syntax", "too deeply nested", "write it simpler", name) from error
    found = [each for each in _acted_on(module.text, name) if each.line in block.lines]
    return _Content(block.text, found)


def _refuse_names(names: list[str]) -> None:
    for name in names:
        if "." in name:
            outer = name.partition(".")[0]
            raise refused(
                "bad-name", f"`{name}` is inside `{outer}`", f"write {outer}, it is shown whole"
            )
        if not name.isidentifier():
            raise refused("bad-name", f"`{name}` is no name", "write #one,two without spaces")
        if names.count(name) > 1:
            raise refused("duplicate-name", f"`{name}` is named twice", "name it once")


def _acted_on(text: str, path: str) -> Iterator[Finding]:
    """Yield what the client would run or replace in `text`; an empty path means at the fence."""
    for each in find_client_syntax(text):
        yield Finding(
            path,
            each.line,
            each.column,
            "client-syntax",
            f"`{each.text}` {each.effect} when the skill is loaded, inside a fence too",
            "write the snippet without this sequence",
        )
