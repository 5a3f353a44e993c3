"""The wheel: one command without a clone, with what the scripts of a checkout do and say."""

import email
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from fastapi_pro import __version__
from fastapi_pro.installing.contents import SKILLS, contents
from fastapi_pro.paths import CARRIED, ROOT
from tests.distribution.checkout import install, tree
from tests.support.projects import needs_uv
from tests.support.wheel import WHEEL, build

BAD = ROOT / "docs" / "example"


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home, beside the current folder of the test."""
    return tmp_path_factory.mktemp("home")


def run(
    command: list[str | Path], home: Path, cwd: Path, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a home."""
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], **more}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def one_command(made: Path) -> Path:
    return made / "venv" / "bin" / "fastapi-pro"


pytestmark = [needs_uv, pytest.mark.slow]


def test_the_wheel_from_the_sdist_is_that_from_the_checkout(made: Path, tmp_path: Path) -> None:
    build(ROOT, "-t", "wheel", "-d", tmp_path)
    assert (made / WHEEL).read_bytes() == (tmp_path / WHEEL).read_bytes()


def test_it_needs_nothing_and_holds_what_is_installed(made: Path) -> None:
    with zipfile.ZipFile(made / WHEEL) as wheel:
        names = set(wheel.namelist())
        [metadata] = [name for name in names if name.endswith("dist-info/METADATA")]
        fields = email.message_from_bytes(wheel.read(metadata))
    needs = [need.split("; ") for need in fields.get_all("Requires-Dist", [])]
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    assert {need for need, _ in needs} == {*groups["maintain"]} - {"hatchling>=1.27"}
    assert {marker for _, marker in needs} == {"extra == 'validate'"}
    assert (fields["Requires-Python"], fields["Version"]) == (">=3.11", __version__)
    carried = {name for name in names if name.startswith(f"fastapi_pro/{CARRIED}/")}
    wanted = {"fastapi-pro": "", **{skill: f"skills/{skill}/" for skill in SKILLS[1:]}}
    assert carried == {
        f"fastapi_pro/{CARRIED}/{folder}{name}"
        for skill, folder in wanted.items()
        for name in contents(ROOT, skill)
        if not name.startswith("fastapi_pro/")
    }


CALLS = {
    "findings": ("audit", [BAD], 1),
    "no such path": ("audit", ["nothing"], 2),
    "an unknown option": ("new", ["--nothing"], 2),
    "help": ("new", ["--help"], 0),
    "a bad name": ("new", ["Shop!"], 2),
    "a rule": ("rules", ["deep-offset"], 0),
    "no such rule": ("rules", ["nothing"], 2),
    "how it is used": ("rules", ["--help"], 0),
    "no such folder": ("install", ["--project", "nothing"], 2),
    "what is in the way": ("install", ["--project", "taken"], 1),
}


@pytest.mark.parametrize("call", CALLS)
def test_each_word_does_and_says_what_the_script_does(
    made: Path, home: Path, tmp_path: Path, call: str
) -> None:
    word, arguments, code = CALLS[call]
    (tmp_path / "taken" / ".claude" / "skills" / "fastapi-new").mkdir(parents=True)
    as_script = [sys.executable, "-S", ROOT / "scripts" / f"{word}.py", *arguments]
    cache = str(made / "cache")  # all of these tests compile once
    script = run(as_script, home, tmp_path, XDG_CACHE_HOME=cache)
    done = run([one_command(made), word, *arguments], home, tmp_path, XDG_CACHE_HOME=cache)
    assert done.returncode == script.returncode == code, done.stderr
    for theirs, ours in [(done.stdout, script.stdout), (done.stderr, script.stderr)]:
        assert _untimed(theirs) == _untimed(ours.replace(f"{word}.py", f"fastapi-pro {word}"))


def _untimed(text: str) -> str:
    return re.sub(r"\d+\.\d s$", "", re.sub(r"\s+", " ", text.strip()))


def test_a_new_project_is_that_of_the_script(made: Path, home: Path, tmp_path: Path) -> None:
    found = []
    for command in [one_command(made), "new"], [sys.executable, ROOT / "scripts" / "new.py"]:
        cwd = tmp_path / str(len(found))
        cwd.mkdir()
        done = run([*command, "shop", "--with", "keyset"], home, cwd)
        assert done.returncode == 0, done.stderr
        found.append(tree(cwd) | {"shop/.env": b"a secret of its own"})
        [page] = re.findall(r"all code that you add: (.*)", done.stdout)
        assert Path(page).read_bytes() == (ROOT / "SKILL.md").read_bytes()
    assert found[0] == found[1]


def test_it_installs_the_bytes_that_a_clone_does(made: Path, home: Path, tmp_path: Path) -> None:
    for folder in ("theirs", "ours"):
        (tmp_path / folder).mkdir()
    done = run([one_command(made), "install", "--project", "theirs", "--agents"], home, tmp_path)
    assert done.returncode == 0, done.stderr
    install(ROOT, "--project", tmp_path / "ours", "--agents")
    assert tree(tmp_path / "theirs") == tree(tmp_path / "ours")


def test_it_writes_nothing_beside_its_modules(
    made: Path, package: Path, home: Path, tmp_path: Path
) -> None:
    """Python itself may keep what is imported before the command has begun."""
    for arguments in ["audit", BAD], ["rules"], ["new", "--list"], ["install", "--dry-run"]:
        run([one_command(made), *arguments], home, tmp_path)
    written = {path.parent.name for path in package.rglob("__pycache__")}
    assert written <= {"fastapi_pro", "cli"}
    assert list((home / ".cache" / "fastapi-pro").rglob("*.pyc"))


def test_validate_says_what_it_needs_and_has_it_in_an_environment_with_the_libraries(
    made: Path, package: Path, home: Path, tmp_path: Path
) -> None:
    skill = ROOT / "skills" / "fastapi-new"
    done = run([one_command(made), "validate", skill], home, tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("fastapi-pro validate: the module ")
    assert "run uvx 'fastapi-pro[validate]' validate" in done.stderr
    done = run([sys.executable, "-P", package / "__main__.py", "validate", skill], home, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("skills: 1, errors: 0")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--version"], 0, f"fastapi-pro {__version__}\n"),
        (["--help"], 0, "usage: fastapi-pro COMMAND"),
        ([], 2, "usage: fastapi-pro COMMAND"),
        (["adit"], 2, "fastapi-pro: there is no command 'adit'; did you mean audit?\n"),
    ],
)
def test_without_a_word_it_says_which_there_are(
    package: Path, home: Path, arguments: list[str], code: int, said: str
) -> None:
    """Called by its path, as another Python calls it for files that this one cannot read."""
    done = run([sys.executable, "-S", "-P", package / "__main__.py", *arguments], home, home)
    assert done.returncode == code
    assert (done.stderr if code else done.stdout).startswith(said)


@pytest.mark.parametrize("word", ["install", "validate"])
def test_an_installed_skill_says_which_words_it_has_not(home: Path, word: str) -> None:
    """Its own commands are scripts; the package is called where another Python reads files."""
    for name, content in contents(ROOT, "fastapi-pro").items():
        if name.startswith("fastapi_pro/cli/") or name.count("/") == 1:
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_bytes(content)
    done = run([sys.executable, "-S", "-P", home / "fastapi_pro" / "__main__.py", word], home, home)
    assert done.returncode == 2
    assert (
        done.stderr
        == f"fastapi-pro {word}: an installed skill does not have it; run uvx fastapi-pro {word}\n"
    )


def test_uvx_runs_it(made: Path, home: Path, tmp_path: Path) -> None:
    done = run(["uvx", "--offline", "--from", made / WHEEL, "fastapi-pro", "--version"],
               home, tmp_path)  # fmt: skip
    assert done.stdout == f"fastapi-pro {__version__}\n", done.stderr
