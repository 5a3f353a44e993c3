"""maintain.py site: which pages there are, where their links lead, and llms.txt."""

import json
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fastapi_pro.addresses import OWNER, REPOSITORY, SITE, rule_address
from fastapi_pro.auditing.reporting.catalogue import catalogue
from fastapi_pro.paths import ROOT
from maintain import site
from maintain.building.llms import LLMS, llms_txt
from maintain.building.refusal import RefusedError
from maintain.building.site_links import dead_links
from maintain.building.site_pages import navigation, site_files


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """What the site is built from."""
    return site_files(ROOT)


def in_menu(entry: object) -> list[str]:
    """Return the pages of a part of the menu."""
    if isinstance(entry, dict):
        entry = list(entry.values())
    return [page for one in entry for page in in_menu(one)] if isinstance(entry, list) else [
        str(entry)
    ]  # fmt: skip


def test_each_finding_leads_to_a_page(files: dict[str, bytes]) -> None:
    for slug in catalogue():
        page = rule_address(slug).removeprefix(SITE).removesuffix("/")
        assert files[f"{page}.md"].startswith(f"# {slug}\n".encode())


def test_the_menu_has_each_page_once(files: dict[str, bytes]) -> None:
    pages = in_menu(navigation(ROOT))
    assert len(pages) == len(set(pages))
    assert {*pages} == {name for name in files if name.endswith(".md")}


def test_the_settings_are_toml_with_the_menu_and_the_address() -> None:
    project = tomllib.loads(site.settings())["project"]
    assert project["nav"] == navigation(ROOT)
    assert (project["site_url"], project["repo_url"]) == (SITE, REPOSITORY)
    assert project["theme"]["font"] is False


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a page of each kind."""
    pages = {
        "README.md": "# x\n",
        "SECURITY.md": "",
        "docs/bench/growth.svg": "<svg/>",
        "references/jobs.md": "# Jobs\n\nRead this to do work.\n",
        "references/rules.md": "# Rules\n\nRead this to find a rule.\n",
        "references/rules/deep-offset.md": "# deep-offset\n\n`deep-offset`\n",
        "snippets/rules/deep_offset/test_proof.py": "",
    }
    for name, text in pages.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("page", "text", "shown"),
    [
        ("README.md", "[a](references/jobs.md#x)", "[a](guide/jobs.md#x)"),
        ("README.md", "[a](references/rules.md)", "[a](rules/index.md)"),
        ("README.md", "![a](docs/bench/growth.svg)", "![a](docs/bench/growth.svg)"),
        ("README.md", "[a](SECURITY.md)", f"[a]({REPOSITORY}/blob/main/SECURITY.md)"),
        ("README.md", "[a](docs/bench)", f"[a]({REPOSITORY}/tree/main/docs/bench)"),
        ("README.md", "[a](#x) [b](https://c.d/e.md)", "[a](#x) [b](https://c.d/e.md)"),
        ("references/jobs.md", "[a](rules/deep-offset.md)", "[a](../rules/deep-offset.md)"),
        ("references/jobs.md", "[a](../README.md)", "[a](../index.md)"),
        ("references/rules.md", "[a](rules/deep-offset.md)", "[a](deep-offset.md)"),
        ("references/jobs.md", "see `references/rules.md`.", "see [rules](../rules/index.md)."),
        ("references/jobs.md", "or references/rules.md:", "or [rules](../rules/index.md):"),
        ("references/jobs.md", "`references/none.md`", "`references/none.md`"),
        ("references/jobs.md", "(`deep-offset`)", "([`deep-offset`](../rules/deep-offset.md))"),
        ("references/jobs.md", "`--offset`, `etag`", "`--offset`, `etag`"),
        ("README.md", "<!-- end -->\nb", "b"),
        ("README.md", "<details>\nb", '<details markdown="1">\nb'),
        (
            "README.md",
            "```python snippets/app/main.py#app\n[a](b)\n```",
            '```{ .python title="snippets/app/main.py#app" }\n[a](b)\n```',
        ),
        ("README.md", "```shell\n<!-- a -->\n```", "```shell\n<!-- a -->\n```"),
    ],
)
def test_a_page_is_shown_with_links_that_hold(root: Path, page: str, text: str, shown: str) -> None:
    place = {"README.md": "index.md", "references/rules.md": "rules/index.md"}
    with (root / page).open("a") as file:
        file.write(f"\n{text}\n")
    files = site_files(root)
    assert files[place.get(page, "guide/jobs.md")].decode().endswith(f"\n{shown}\n")


def test_a_rule_leads_to_its_proof(root: Path) -> None:
    page = site_files(root)["rules/deep-offset.md"].decode()
    assert page.startswith("# deep-offset\n\n`deep-offset`\n")
    assert f"{REPOSITORY}/blob/main/snippets/rules/deep_offset/test_proof.py" in page


def test_the_lines_in_which_bad_and_good_code_differ_are_marked(root: Path) -> None:
    code = "## Bad\n\n```python\na\nb\nc\n```\n\n## Good\n\n```python\na\n\nx\nc\nd\n```\n"
    (root / "references" / "rules" / "deep-offset.md").write_text(code)
    page = site_files(root)["rules/deep-offset.md"].decode()
    assert '```{ .python hl_lines="2" }\na\nb\n' in page
    assert '```{ .python hl_lines="3 5" }\na\n\nx\n' in page


def test_a_link_that_leads_nowhere_is_refused_at_its_line(root: Path) -> None:
    (root / "references" / "jobs.md").write_text("Read this to do work.\n\n[a](none.md)\n")
    with pytest.raises(RefusedError) as caught:
        site_files(root)
    [finding] = caught.value.findings
    assert (finding.path, finding.line) == ("references/jobs.md", 3)
    assert "there is no references/none.md" in finding.message


def test_dead_links_of_a_built_site_are_found(tmp_path: Path) -> None:
    pages = {
        "index.html": '<a href="a/">x</a><a href="a/#here">x</a><a href="https://b.c/d">x</a>'
        '<img src="p.svg"><h2 id="top"></h2><a href="#top"></a>',
        "a/index.html": '<p id="here"><a href="../">x</a><a href="../p.svg">x</a>',
        "404.html": '<a href="/site/a/">x</a>',
        "p.svg": "<svg/>",
    }
    for name, text in pages.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    address = "https://x.y/site/"
    assert dead_links(tmp_path, address) == []
    (tmp_path / "p.svg").unlink()
    (tmp_path / "a" / "index.html").write_text(f'<a href="../b/">x</a><a href="{address}c">x</a>')
    assert dead_links(tmp_path, address) == [
        "a/index.html: ../b/ leads to no page",
        "a/index.html: https://x.y/site/c leads to no page",
        "index.html: a/#here leads to no anchor",
        "index.html: p.svg leads to no page",
    ]


def test_a_folder_that_holds_something_else_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("x")
    assert site.main([str(tmp_path)]) == 2
    assert "holds something else than a site" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").is_file()


def test_llms_txt_is_of_its_form_and_lists_every_page(files: dict[str, bytes]) -> None:
    text = (ROOT / LLMS).read_text(encoding="utf-8")
    assert text == llms_txt(ROOT)
    title, summary, _, *sections = text.rstrip("\n").split("\n\n")
    assert title == "# fastapi-pro"
    assert summary.startswith("> ")
    assert sections[::2] == ["## Rules", "## Guide", "## Optional"]
    items = [line for section in sections[1::2] for line in section.split("\n")]
    matches = [re.fullmatch(r"- \[[^]]+\]\((https://[^)]+)\): .+", item) for item in items]
    assert all(matches)
    linked = {match[1].removeprefix(SITE) for match in matches if match} - {REPOSITORY}
    of_the_audit = {"rules/unreadable.md", "rules/unused-ignore.md"}
    listings = {"rules/index.md", "guide/index.md"}
    assert linked == {name for name in files if name.endswith(".md")} - of_the_audit - listings


def test_the_address_stands_in_one_place() -> None:
    marketplace = json.loads((ROOT / ".claude-plugin" / "marketplace.json").read_text())
    assert marketplace["owner"]["name"] == OWNER
    workflow = (ROOT / ".github" / "workflows" / "site.yml").read_text(encoding="utf-8")
    assert SITE in workflow
    others = [
        path for path in (ROOT / "fastapi_pro").rglob("*.py")
        if path.name != "addresses.py" and urlsplit(SITE).netloc in path.read_text(encoding="utf-8")
    ]  # fmt: skip
    assert others == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_site_is_built_without_a_dead_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pytestconfig: pytest.Config
) -> None:
    if not pytestconfig.getoption("whole"):
        pytest.skip("takes 7 s of a processor, --whole builds it")
    folder = tmp_path / "site"
    assert site.main([str(folder)]) == 0, capsys.readouterr()
    for slug in catalogue():
        path = rule_address(slug).removeprefix(SITE)
        assert f'<h1 id="{slug}"' in (folder / path / "index.html").read_text(encoding="utf-8")
    assert (folder / LLMS).read_bytes() == (ROOT / LLMS).read_bytes()
    assert site.main([str(folder)]) == 0  # over the old one
