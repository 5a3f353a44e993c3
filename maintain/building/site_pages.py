"""The pages of the site: README.md, `docs/`, the rules and the guide, with links that hold."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath

from fastapi_pro.addresses import REPOSITORY
from fastapi_pro.auditing.reporting.catalogue import OWN
from fastapi_pro.rulebook import folder_name, load_rules
from fastapi_pro.validating.fences import Fence, find_fences
from maintain.building.listings import purposes
from maintain.building.refusal import refused

GROUPS = {
    "breaks": "What breaks",
    "stranger": "What strangers can do",
    "load": "What load brings out",
    "rest": "The rest",
}
_GUIDE = "guide/index.md"
_LINK = re.compile(r"(?P<before>!?\[[^\]\n]*\]\()(?P<target>[^)\s]+)\)")
_SLUG = re.compile(r"(?<!\[)`(?P<slug>[a-z0-9-]+)`")
_NAMED = re.compile(r"(?<![\w`/(\[])(`?)(?P<page>references/[\w/-]+\.md)\1(?![\w`)])")


def site_files(root: Path) -> dict[str, bytes]:
    """Return the files that the site is built from, by their path on it.

    Raises RefusedError for a link that leads nowhere, OSError when a file cannot be read.
    """
    places = _places(root)
    files = {
        place: _page(root, name, places).encode()
        for name, place in places.items()
        if name.endswith(".md")
    }
    files |= {place: (root / name).read_bytes() for name, place in places.items()
              if not name.endswith(".md")}  # fmt: skip
    return files | {_GUIDE: _guide(root).encode()}


def navigation(root: Path) -> list[object]:
    """Return the pages in the order of the site's menu."""
    rules = load_rules(root / "snippets" / "rules")
    groups = {
        title: [f"rules/{rule.slug}.md" for rule in rules if rule.consequence == consequence]
        for consequence, title in GROUPS.items()
    } | {"Of the audit itself": [f"rules/{entry.slug}.md" for entry in OWN]}
    guide = [_place(name) for name in purposes(root) if name != "references/rules.md"]
    return [
        {"fastapi-pro": "index.md"},
        {"Rules": ["rules/index.md", *({title: pages} for title, pages in groups.items())]},
        {"Guide": [_GUIDE, *guide]},
        *(f"docs/{file.name}" for file in sorted(root.glob("docs/*.md"))),
    ]


def _places(root: Path) -> dict[str, str]:
    """Return where on the site a file of the repository stands."""
    names = [
        "README.md",
        *(
            file.relative_to(root).as_posix()
            for glob in ("references/**/*.md", "docs/*.md", "docs/**/*.svg")
            for file in sorted(root.glob(glob))
        ),
    ]
    return {name: _place(name) for name in names}


def _place(name: str) -> str:
    if name == "README.md":
        return "index.md"
    if name == "references/rules.md":
        return "rules/index.md"
    if name.startswith("references/rules/"):
        return name.removeprefix("references/")
    return re.sub("^references/", "guide/", name)


def _guide(root: Path) -> str:
    rows = [
        f"| {purpose} | [{PurePosixPath(name).stem}]({relpath(_place(name), 'guide')}) |"
        for name, purpose in purposes(root).items()
    ]
    head = "# Guide\n\nWhat the assistant reads when a task needs it.\n\n| To | Read |\n|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _page(root: Path, name: str, places: Mapping[str, str]) -> str:
    """Return a page as it stands on the site."""
    text = (root / name).read_text(encoding="utf-8")
    lines = text.split("\n")
    fences = find_fences(text)
    fenced = {n: n == f.start for f in fences for n in range(f.start, f.end + 1)}
    marked = _differences(lines, fences) if name.startswith("references/rules/") else {}
    shown = []
    for number, line in enumerate(lines):
        if number in fenced:
            shown.append(_opening(line, marked.get(number, "")) if fenced[number] else line)
        elif not line.startswith("<!-- "):
            shown.append(_with_links(line, (root, name, number + 1), places))
    return "\n".join([*shown, *_proof(root, name)])


def _opening(line: str, marked: str) -> str:
    """Return the opening of a fence, with its source as a title, and the lines to be marked."""
    line = re.sub(r"^(`+|~+)(\w+) (\S+)$", r'\1{ .\2 title="\3" }', line)
    return re.sub(r"^(`+)(\w+)$", rf'\1{{ .\2 hl_lines="{marked}" }}', line) if marked else line


def _differences(lines: Sequence[str], fences: Sequence[Fence]) -> dict[int, str]:
    """Return what differs between bad and good code, the two fences: numbers of lines in each."""
    if len(fences) != 2:
        return {}
    bad, good = (lines[fence.start + 1 : fence.end] for fence in fences)
    blocks = SequenceMatcher(None, bad, good, autojunk=False).get_opcodes()
    changed = [block for tag, *block in blocks if tag != "equal"]
    in_bad = [str(n + 1) for start, end, _, _ in changed for n in range(start, end) if bad[n]]
    in_good = [str(n + 1) for _, _, start, end in changed for n in range(start, end) if good[n]]
    return {fences[0].start: " ".join(in_bad), fences[1].start: " ".join(in_good)}


def _with_links(line: str, at: tuple[Path, str, int], places: Mapping[str, str]) -> str:
    def link(match: re.Match[str]) -> str:
        return f"{match['before']}{_target(match['target'], at, places)})"

    def named(match: re.Match[str]) -> str:
        title = PurePosixPath(match["page"]).stem
        return f"[{title}]({to(match['page'])})" if match["page"] in places else match[0]

    def rule(match: re.Match[str]) -> str:
        name = f"references/rules/{match['slug']}.md"
        return f"[{match[0]}]({to(name)})" if name in places and name != at[1] else match[0]

    def to(name: str) -> str:
        return relpath(places[name], PurePosixPath(places[at[1]]).parent)

    line = line.replace("<details>", '<details markdown="1">')
    return _SLUG.sub(rule, _NAMED.sub(named, _LINK.sub(link, line)))


def _target(target: str, at: tuple[Path, str, int], places: Mapping[str, str]) -> str:
    """Return where a link of a page leads from its place on the site. Raises RefusedError."""
    root, page, line = at
    path, mark, anchor = target.partition("#")
    if not path or re.match(r"[a-z]+:", path):
        return target
    name = normpath((PurePosixPath(page).parent / path).as_posix())
    if name in places:
        return relpath(places[name], PurePosixPath(places[page]).parent) + mark + anchor
    if not (root / name).exists():
        raise refused("dead-link", f"there is no {name}", "name a file", page, (line, 1))
    kind = "tree" if (root / name).is_dir() else "blob"
    return f"{REPOSITORY}/{kind}/main/{name}{mark}{anchor}"


def _proof(root: Path, name: str) -> Iterator[str]:
    """Yield the link to a rule's folder, from which its page is generated."""
    folder = f"snippets/rules/{folder_name(PurePosixPath(name).stem)}"
    if name.startswith("references/rules/") and (root / folder).is_dir():
        proof = f"{REPOSITORY}/blob/main/{folder}/test_proof.py"
        yield f"The proof that this is so: [test_proof.py]({proof})\n"
