"""Links of a built site that lead nowhere on it: files and anchors that are not there."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit


class _Page(HTMLParser):
    """What a page can be asked for, and what it asks for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value or "")
            elif name in ("href", "src"):
                self.links.append(value or "")


def dead_links(folder: Path, address: str) -> list[str]:
    """Return a line for each dead link of the site in a folder that will stand at an address."""
    pages = {
        file: _Page(file.read_text(encoding="utf-8")) for file in sorted(folder.rglob("*.html"))
    }
    dead = []
    for file, page in pages.items():
        name = file.relative_to(folder).as_posix()
        base = urljoin(address, name.removesuffix("index.html"))
        for link in dict.fromkeys(page.links):
            target = urljoin(base, link)
            if not target.startswith(address):
                continue
            parts = urlsplit(target)
            path = folder / unquote(parts.path.removeprefix(urlsplit(address).path))
            found = path / "index.html" if path.is_dir() else path
            anchor = unquote(parts.fragment)
            if not found.is_file():
                dead.append(f"{name}: {link} leads to no page")
            elif anchor and found in pages and anchor not in pages[found].anchors:
                dead.append(f"{name}: {link} leads to no anchor")
    return dead
