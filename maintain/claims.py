"""Check that each sentence of fact in the pages has a line that says what shows it.

usage: maintain.py claims [--write] [PAGE ...]

The list of a page is docs/claims/NAME.txt, that of a rule claims.txt in its folder. A line is the
first words of one sentence, ` <- `, and what shows it; where it takes several, a space between:

    path/to/test_x.py::test_y   a test; in a rule's list its own files go without a folder
    cases.py::its-name          a program of a rule's table, which the audit finds or lets pass
    bench/x.py                  a program that measures it, or a file of its figures
    https://...                 a public source, where no test can show it
    advice                      nothing: the sentence says what to do or where to read, no fact

Headings, code and generated parts do not count as sentences; a row of any other table does. Without
a PAGE all pages are checked, and the rules that have a list. --write adds a line with TODO for each
sentence without a line, and removes lines without a sentence.

Exits with 0, 1 when something does not fit, 2 for wrong use.
"""

import ast
import functools
import re
import runpy
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from fastapi_pro.command_line import parser_of

ROOT = Path(__file__).resolve().parents[1]
_ARROW = " <- "
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_GENERATED = re.compile(r"<!-- (?!end\b)[^>]+ -->\n.*?<!-- end -->", re.DOTALL)
_PART = re.compile(r"^\*\*(You see|Why|Fix|Not when)\.\*\* ")
_BETWEEN = re.compile(r"(?<=[.!?])(?:\*\*|[)\"])?\s+(?=[A-Z`\"(*])")
_CODE = re.compile(r"`[^`]*`")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--write", action="store_true", help="lay out lines that are missing")
    parser.add_argument(
        "pages", metavar="PAGE", nargs="*", type=Path, help="pages or rule.md files"
    )
    args = parser.parse_args(argv)
    pages = [page.resolve() for page in args.pages] or listed_pages()
    if missing := [page for page in pages if not page.is_file()]:
        parser.error(f"there is no {missing[0].name}; name a page of references/ or a rule.md")
    if args.write:
        for page in pages:
            write(page)
    problems = [problem for page in pages for problem in problems_of(page)]
    print("\n".join(problems) if problems else f"{len(pages)} pages: each sentence has its line")
    return int(bool(problems))


def listed_pages() -> list[Path]:
    """Return SKILL.md, the pages, and the rules that have a list."""
    pages = sorted((ROOT / "references").glob("*.md"))
    rules = sorted((ROOT / "snippets" / "rules").glob("*/claims.txt"))
    return [ROOT / "SKILL.md", *pages, *(path.with_name("rule.md") for path in rules)]


def list_of(page: Path) -> Path:
    """Return the file that holds the list of a page or of a rule."""
    if page.name == "rule.md":
        return page.with_name("claims.txt")
    return ROOT / "docs" / "claims" / f"{page.stem}.txt"


def problems_of(page: Path) -> list[str]:
    """Return what does not fit between a page and its list, with file, line and what to write."""
    path = list_of(page)
    if not path.is_file():
        return [f"{_shown(page)}: it has no list; write {_shown(path)}, or run claims --write"]
    sentences = sentences_of(page.read_text(encoding="utf-8"))
    found, problems = set[str](), []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        place = f"{_shown(path)}:{number}"
        words, arrow, proof = line.rpartition(_ARROW)
        meant = [sentence for sentence in sentences if sentence.startswith(words)]
        if not arrow or not words:
            problems.append(f"{place}: no line of a list; write `first words{_ARROW}proof`")
        elif len(meant) != 1:
            are = "no sentence begins" if not meant else f"{len(meant)} sentences begin"
            problems.append(f"{place}: {are} so: {words}; write the first words of one")
        elif meant[0] in found:
            problems.append(f"{place}: a second line for one sentence; take one of them out")
        else:
            wrong = (_wrong(each, path.parent) for each in proof.split() or [""])
            problems += [f"{place}: {each}" for each in wrong if each]
        found.update(meant[:1])
    problems += [
        f"{_shown(page)}: no line says what shows this: {sentence[:70]}"
        for sentence in sentences
        if sentence not in found
    ]
    return problems


def write(page: Path) -> None:
    """Lay out the list of a page: a line for each sentence, with what its old line said."""
    path = list_of(page)
    old = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    lines = []
    for sentence in sentences_of(page.read_text(encoding="utf-8")):
        kept = [line for line in old if sentence.startswith(line.rpartition(_ARROW)[0] or "\n")]
        lines.append(kept[0] if kept else f"{sentence}{_ARROW}TODO")
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a page in their order, each once: no headings, code or bare links."""
    text = _GENERATED.sub("", _FRONT_MATTER.sub("", text))
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    blocks = (_PART.sub("", re.sub(r"\s+", " ", block)) for block in _blocks(tokens))
    sentences = (part.strip() for block in blocks for part in _parts(block))
    return list(dict.fromkeys(part for part in sentences if re.search(r"\w", part)))


def _parts(block: str) -> Iterator[str]:
    """Yield the sentences of a block; code is never cut."""
    begin = 0
    for between in _BETWEEN.finditer(_CODE.sub(lambda code: "`" * len(code[0]), block)):
        yield block[begin : between.start()]
        begin = between.end()
    yield block[begin:]


def _blocks(tokens: Iterable[Token]) -> Iterator[str]:
    """Yield the text of each paragraph and of each row of a table's body."""
    is_body, is_heading, cells = False, False, list[str]()
    for token in tokens:
        if token.type in ("tbody_open", "tbody_close"):
            is_body = token.type == "tbody_open"
        elif token.type in ("heading_open", "heading_close", "thead_open", "thead_close"):
            is_heading = token.nesting == 1
        elif token.type == "tr_close" and is_body:
            yield "; ".join(filter(None, cells))
            cells = []
        elif token.type == "inline" and is_body:
            cells.append(token.content)
        elif token.type == "inline" and not is_heading:
            yield token.content


def _wrong(proof: str, folder: Path) -> str:
    """Return what is wrong with a proof, and "" where it is one."""
    if proof == "advice" or proof.startswith("https://"):
        return ""
    name, _, test = proof.partition("::")
    file = next((file for file in (folder / name, ROOT / name) if name and file.is_file()), None)
    if file is None:
        return f"there is no file {name!r}; write a test, a bench, https://… or advice"
    is_table = file.name == "cases.py"
    if is_table and test not in _programs(file):
        return f"{name} has no program {test!r}; write a name as in-a-router"
    if test and not is_table and test.partition("[")[0] not in _tests(file):
        return f"{name} has no test {test}; write the name of one that it has"
    if not test and file.name.startswith("test_"):
        return f"{name} is a file of tests; write {name}::test_that_shows_it"
    return ""


@functools.cache
def _tests(file: Path) -> frozenset[str]:
    """Return the names of the tests of a file; those of a class as Class::test."""
    found = set()
    for node in ast.parse(file.read_bytes()).body:
        body = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {
            f"{prefix}{each.name}"
            for each in body
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        }
    return frozenset(name for name in found if name.rpartition("::")[2].startswith("test"))


@functools.cache
def _programs(file: Path) -> frozenset[str]:
    """Return the names of the programs in the two tables of a rule's cases, without spaces."""
    tables = runpy.run_path(str(file))
    names = [*tables["FOUND"], *tables["LOOK_ALIKES"]]
    return frozenset(name.replace(" ", "-") for name in names)


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
