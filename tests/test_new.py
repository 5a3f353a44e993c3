"""new.py: what it makes runs at once, and what it refuses leaves nothing behind."""

import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from fastapi_pro import __version__
from fastapi_pro.cli import new
from fastapi_pro.rulebook import load_rules
from patience import patient
from tests.support.git import git
from tests.support.projects import (
    ROOT,
    check,
    environment,
    needs_uv,
    run_in,
    run_new,
)
from tests.support.sample import chosen

VARIANTS = [[], ["--with", "jose"]]
NAMES = ["pyjwt", "jose"]


def texts(folder: Path) -> dict[str, str]:
    """Return the text of each file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module", params=VARIANTS, ids=NAMES)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new project of either kind, to look at."""
    folder = tmp_path_factory.mktemp("look")
    run_new("order_desk", *request.param, cwd=folder)
    return folder / "order_desk"


def test_it_says_what_to_do_next(tmp_path: Path) -> None:
    told = run_new("shop", cwd=tmp_path)
    assert "cd shop\n  uv run pytest\n  uv run fastapi dev\n" in told
    assert told.rstrip().endswith(str(ROOT / "SKILL.md"))


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("my--shop", "my_shop"),
        ("My Shop", "my_shop"),
        ("1shop", "shop"),
        ("_shop", "shop"),
        ("shop__desk", "shop_desk"),
        ("class", "class_service"),
        ("ünïcode", "n_code"),
        ("日本", "service"),
        ("fastapi", "fastapi_service"),
        ("pyjwt", "pyjwt_service"),
        ("a" * 64, "shorten it"),
    ],
)
def test_a_name_that_is_no_package_is_refused_with_one_that_is(
    tmp_path: Path, name: str, better: str
) -> None:
    told = run_new(name, cwd=tmp_path, code=2)
    assert told.startswith("new.py: ")
    assert told.rstrip().endswith(better)
    assert list(tmp_path.iterdir()) == []
    if better != "shorten it":
        run_new(better, cwd=tmp_path)


def test_a_name_with_hyphens_is_that_of_the_folder(tmp_path: Path) -> None:
    assert "\n  cd order-desk\n" in run_new("order-desk", cwd=tmp_path)
    pyproject = (tmp_path / "order-desk" / "pyproject.toml").read_text()
    assert tomllib.loads(pyproject)["project"]["name"] == "order_desk"


def test_a_name_that_only_a_recipe_needs_is_refused_with_it(tmp_path: Path) -> None:
    told = run_new("celery", "--with", "jobs-celery", cwd=tmp_path, code=2)
    assert told.rstrip().endswith("write celery_service")
    run_new("celery", cwd=tmp_path)


def test_the_list_tells_what_each_recipe_brings(tmp_path: Path) -> None:
    told = run_new("--list", cwd=tmp_path)
    assert re.fullmatch(r"(\S+: \S.+\n){20,}", told)
    assert "\nvalkey: Valkey" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("full", "is not empty; write another name"),
        ("file", "exists and is not a folder; write another name"),
        ("link", "exists and is not a folder; write another name"),
        ("missing/shop", "is not a folder; make it first"),
        ("file/shop", "is not a folder; make it first"),
    ],
)
def test_what_is_there_is_not_touched(tmp_path: Path, place: str, message: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    before = texts(tmp_path)
    assert message in run_new(place, cwd=tmp_path, code=2)
    assert texts(tmp_path) == before
    assert len(list(tmp_path.iterdir())) == 4


def test_recipes_may_be_named_one_by_one(tmp_path: Path) -> None:
    run_new("shop", "--with", "jobs", "--with", "etag,jobs", cwd=tmp_path)
    assert (tmp_path / "shop" / "app" / "worker.py").is_file()
    assert (tmp_path / "shop" / "app" / "api" / "etags.py").is_file()


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "services" / "shop").mkdir(parents=True)
    run_new("services/shop", cwd=tmp_path)
    assert (tmp_path / "services" / "shop" / "app" / "main.py").is_file()
    assert len(list((tmp_path / "services").iterdir())) == 1


def test_a_repository_without_a_file_is_filled(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "shop")
    run_new("shop", cwd=tmp_path)
    assert (tmp_path / "shop" / "app" / "main.py").is_file()
    assert (tmp_path / "shop" / ".git" / "HEAD").is_file()


def test_a_name_that_is_empty_does_not_mean_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    told = run_new("", cwd=tmp_path / "shop", code=2)
    assert told == "new.py: NAME is empty; write one such as shop, or . for the current folder\n"
    assert list((tmp_path / "shop").iterdir()) == []


def test_what_to_do_next_can_be_pasted(tmp_path: Path) -> None:
    (tmp_path / "my work" / "here").mkdir(parents=True)
    assert '\n  cd "my work/shop"\n' in run_new("my work/shop", cwd=tmp_path)
    told = run_new(".", cwd=tmp_path / "my work" / "here")
    assert f"files in {tmp_path / 'my work' / 'here'}. Next:\n\n  uv run pytest\n" in told


def test_a_recipe_that_is_not_there_is_told_with_those_that_are_like_it(tmp_path: Path) -> None:
    told = run_new("shop", "--with", "job", cwd=tmp_path, code=2)
    assert told.endswith("\ndid you mean jobs?\n")
    run_new("shop", "--with", "etag, keyset", cwd=tmp_path)


def test_the_current_folder_is_filled_and_stays_the_current_one(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    before = folder.stat().st_ino
    run_new(".", cwd=folder)
    assert folder.stat().st_ino == before
    assert 'name = "shop"' in (folder / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    "arguments", [[], ["a", "b"], ["shop", "--list"], ["shop", "--auth", "jose"], ["--force", "x"]]
)
def test_wrong_use_is_told(tmp_path: Path, arguments: list[str]) -> None:
    assert "usage: new.py NAME [--with RECIPE,... | --minimal]" in run_new(
        *arguments, cwd=tmp_path, code=2
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="a place where nobody may write")
def test_where_nothing_can_be_written_it_says_so() -> None:
    told = run_new("/proc/shop", cwd=Path("/"), code=1)
    assert told.startswith("new.py: /proc/shop: ")
    assert told.rstrip().endswith("; nothing was written")


@pytest.mark.parametrize("is_there", [False, True])
@pytest.mark.parametrize("step", ["open", "rename"])
def test_a_failure_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, *, is_there: bool
) -> None:
    if is_there:
        (tmp_path / "shop").mkdir()
    before = list(tmp_path.iterdir())
    calls = itertools.count(1)
    moment = 5 if step == "open" else 1 + is_there
    owner = {"open": os, "rename": Path}[step]
    real = getattr(owner, step)

    def failing(path: object, *arguments: object, **options: object) -> object:
        if next(calls) == moment:
            raise OSError(28, "No space left on device", str(path))
        return real(path, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, failing)
        patched.chdir(tmp_path)
        assert new.main(["shop"]) == 1
    assert list(tmp_path.iterdir()) == before
    assert not is_there or list((tmp_path / "shop").iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("auth", VARIANTS, ids=NAMES)
def test_but_for_the_secrets_each_project_is_the_same(tmp_path: Path, auth: list[str]) -> None:
    """From an installed skill as from a checkout, whatever lies about in either."""
    installed = tmp_path / "home"
    installed.mkdir()
    subprocess.run(
        [sys.executable, ROOT / "scripts" / "install.py", "--project", installed],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    skill = installed / ".claude" / "skills" / "fastapi-pro"
    for name in (
        "app/__pycache__/x.pyc",
        "app.db",
        ".env",
        "project/.ruff_cache/tag",
        "tests/note.txt",
    ):
        (skill / "snippets" / name).parent.mkdir(exist_ok=True)
        (skill / "snippets" / name).write_text("mine")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    run_new("shop", *auth, cwd=tmp_path / "a")
    run_new("shop", *auth, cwd=tmp_path / "b", root=skill)
    first, second = texts(tmp_path / "a" / "shop"), texts(tmp_path / "b" / "shop")
    secrets = [
        re.findall(r"^\w+=([0-9a-f]{64})$", t.pop(".env"), re.MULTILINE) for t in (first, second)
    ]
    assert first == second
    assert len({*secrets[0], *secrets[1]}) == 4


def test_only_the_owner_reads_the_secrets(project: Path) -> None:
    assert (project / ".env").stat().st_mode & 0o777 == 0o600
    assert (project / "app" / "main.py").stat().st_mode & 0o600 == 0o600


def test_git_and_docker_leave_the_secrets_alone(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(project, folder)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    listing = subprocess.run(
        ["git", "ls-files"], cwd=folder, check=True, capture_output=True, text=True
    )
    assert set(listing.stdout.split()) == texts(project).keys() - {".env"}
    allowed = {
        line.removeprefix("!")
        for line in (project / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = re.findall(r"^COPY (.+) \S+$", (project / "Dockerfile").read_text(), re.MULTILINE)
    assert (project / ".dockerignore").read_text().startswith("**\n")
    assert allowed == {source for line in copied for source in line.split()}


def test_everything_of_the_reference_service_is_in_it(project: Path) -> None:
    listing = subprocess.run(
        ["git", "ls-files", "app", "tests", "migrations", "alembic.ini", "Dockerfile"],
        cwd=ROOT / "snippets", check=False, capture_output=True, text=True,
    )  # fmt: skip
    left_out = {"tests/test_environments.py", "tests/test_jose.py"}
    assert set(listing.stdout.split()) - left_out <= texts(project).keys()
    assert not left_out & texts(project).keys()


def test_no_trace_of_the_template_or_of_the_other_variant_is_left(project: Path) -> None:
    files = texts(project)
    is_jose = "passlib" in files["app/core/security.py"]
    others = ["pwdlib"] if is_jose else ["jose", "passlib", "crypt'", "argon2.__version__"]
    for name, text in files.items():
        if name == "AGENTS.md":  # which names a rule on passlib
            continue
        for word in ["service_name", "fastapi_pro_version", "My API", "SNIPPETS", *others]:
            assert word not in text, f"{name}: {word}"
    assert "order_desk" in files["pyproject.toml"]
    assert "order_desk" in files["compose.yaml"]


def test_its_rules_are_the_critical_ones_in_ten_lines(project: Path) -> None:
    text = (project / "AGENTS.md").read_text()
    rules = {rule.slug: rule for rule in load_rules(ROOT / "snippets" / "rules")}
    named = {word for word in re.findall(r"`([a-z0-9-]+)`", text) if "-" in word}
    assert {slug for slug, rule in rules.items() if rule.tier == "critical"} <= named
    assert named <= rules.keys()
    assert len(re.findall(r"^\d+\. ", text, re.MULTILINE)) == 10


def test_the_example_of_the_environment_names_real_settings(project: Path) -> None:
    config = (project / "app" / "core" / "config.py").read_text()
    fields = {f"APP_{name.upper()}" for name in re.findall(r"^    (\w+): \w", config, re.MULTILINE)}
    named = set(
        re.findall(r"^(?:# )?([A-Z_]+)=", (project / ".env.example").read_text(), re.MULTILINE)
    )
    assert named - {"POSTGRES_PASSWORD"} == fields
    compose = (project / "compose.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+)", compose)) <= named


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.compose-spec", "compose.yaml"),
        ("vendor.github-workflows", ".github/workflows/ci.yml"),
    ],
)
def test_compose_file_and_workflow_are_valid_by_schema(
    project: Path, tmp_path: Path, schema: str, file: str
) -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    subprocess.run([*check, project / file], check=True)
    broken = tmp_path / "broken.yaml"
    broken.write_text((project / file).read_text() + "\nservices: 3\njobs: 3\n")
    assert subprocess.run([*check, broken], check=False, capture_output=True).returncode == 1


def test_the_hooks_run_what_ci_runs(project: Path) -> None:
    config = project / ".pre-commit-config.yaml"
    subprocess.run([sys.executable, "-m", "pre_commit", "validate-config", config], check=True)
    workflow = (project / ".github" / "workflows" / "ci.yml").read_text()
    [repo] = yaml.safe_load(config.read_text())["repos"]
    for hook in repo["hooks"]:
        assert hook["entry"].replace("uv run", "uv run --locked") in workflow


def test_what_waits_for_a_release_is_right_once_it_is_uncommented(project: Path) -> None:
    def uncommented(name: str) -> Any:
        text = (project / name).read_text()
        return yaml.safe_load(re.sub(r"(?m)^( +)# (?=- |  )", r"\1", text))

    ours = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    repo = uncommented(".pre-commit-config.yaml")["repos"][-1]
    assert repo["repo"].endswith("/fastapi-pro")
    assert repo["rev"] == f"v{__version__}"
    assert {hook["id"] for hook in repo["hooks"]} <= {hook["id"] for hook in ours}
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    steps = uncommented(".github/workflows/ci.yml")["jobs"]["test"]["steps"]
    [step] = [step for step in steps if "/fastapi-pro@" in step.get("uses", "")]
    assert step["uses"].endswith(f"@v{__version__}")
    assert step["with"].keys() <= action["inputs"].keys()


def test_the_audit_finds_nothing_in_it(project: Path) -> None:
    command = [sys.executable, ROOT / "scripts" / "audit.py", project]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert re.search(r"no findings in [4-9]\d files", done.stderr)


@contextmanager
def serving(
    command: list[str], folder: Path, end: signal.Signals = signal.SIGTERM, **variables: str
) -> Iterator[str]:
    """Start a server, with `{port}` in its words; yield its address once it is healthy."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    words = [word.replace("{port}", port) for word in command]
    log = folder.parent / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            words, cwd=folder, env=environment(**variables), stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + patient(60)
        while not is_healthy(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield url
    finally:
        os.killpg(process.pid, end)
        process.wait(patient(30))


def is_healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=patient(5)).status_code == 200
    except httpx.TransportError:
        return False


def use(url: str) -> None:
    """Sign up, log in, create a product, read it."""
    ada = {"email": "ada@example.com", "full_name": "Ada", "password": "correct horse"}
    with httpx.Client(base_url=url) as client:
        assert client.post("/api/v1/users", json=ada).status_code == 201
        form = {"username": ada["email"], "password": ada["password"]}
        token = client.post("/api/v1/auth/login", data=form).json()["access_token"]
        lamp = {"name": "Lamp", "price": "0.10"}
        headers = {"Authorization": f"Bearer {token}"}
        made = client.post("/api/v1/products", json=lamp, headers=headers)
        assert client.get("/api/v1/products").json() == [made.json()]
        assert client.get("/openapi.json").json()["info"]["title"] == "order_desk"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the project that is run: the other login is also that of the joined recipes.

    test_minimal.py runs the service of a minimal one.
    """
    if "variant" in metafunc.fixturenames:
        number = 3 if metafunc.config.getoption("whole") else 1
        variants = {**dict(zip(NAMES, VARIANTS, strict=True)), "minimal": ["--minimal"]}
        metafunc.parametrize("variant", [*variants.values()][:number], ids=[*variants][:number])


# Those that start servers are those of snippets/tests, but for one; test_recipes.py runs what
# needs PostgreSQL.
OWN = ["-m=", "-k", "not postgresql and not may_take_long and (not test_live or sigterm)"]


@needs_uv
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="stops servers by signals")
@pytest.mark.timeout(600)
def test_it_runs_at_once(tmp_path: Path, variant: list[str], pytestconfig: pytest.Config) -> None:
    """Its checks and its tests pass, it serves on SQLite, and the image's steps work.

    A normal run takes a third of the files of tests.
    """
    run_new("order_desk", *variant, cwd=tmp_path)
    folder = tmp_path / "order_desk"
    names = sorted(file.name for file in (folder / "tests").glob("test_*.py"))
    names = chosen(pytestconfig, names, len(names) // 3, "snippets/tests")
    tests = [f"tests/{name}" for name in names]
    run_in(folder, "uv", "run", "-q", "pytest", "-q", "-n0", *OWN, *tests)
    check(folder, "uv", "run", "-q", "python")
    dev = ["uv", "run", "fastapi", "dev", "--port", "{port}"]
    # Its reloader now and then waits for ever, where the process it watches ends at once with it.
    with serving(dev, folder, signal.SIGKILL) as url:
        use(url)
        if shutil.which("curl"):
            follow((folder / "README.md").read_text(), url)
    image(folder, tmp_path / "srv")


def follow(readme: str, url: str) -> None:
    """Send the requests of a README."""
    [lines] = re.findall(r"```shell\n(curl .*?)```", readme, re.DOTALL)
    command = ["bash", "-euo", "pipefail", "-c", lines.replace("http://127.0.0.1:8000", url)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert '"9.90"' in done.stdout.splitlines()[-1]


def image(folder: Path, srv: Path) -> None:
    """Do what the Dockerfile does, without Docker, and serve as its CMD says."""
    srv.mkdir()
    lines = (folder / "Dockerfile").read_text().replace("\\\n", "").splitlines()
    words = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    for instruction, rest in words:
        if instruction == "COPY":
            for source in rest.split()[:-1]:
                found = folder / source
                shutil.copytree(found, srv / source) if found.is_dir() else shutil.copy(found, srv)
        if instruction == "RUN" and "pip install" not in rest:
            subprocess.run(rest.split(), cwd=srv, env=environment(), check=True)
    assert not (srv / ".env").exists()
    program, module, *options = json.loads(words[-1][1])
    assert not (srv / ".venv" / "bin" / "pytest").exists()
    variables = {
        "APP_CREATE_TABLES": "false",
        "APP_JWT_SECRET": "a secret for tests, of 32 characters or more",
        "APP_DATABASE_URL": f"sqlite+aiosqlite:///{srv.parent / 'image.db'}",
    }
    migrate = [srv / ".venv" / "bin" / "alembic", "upgrade", "head"]
    subprocess.run(migrate, cwd=srv, env=environment(**variables), check=True)
    options = ["{port}" if word == "8000" else word for word in options]
    command = [str(srv / ".venv" / "bin" / program), module, *options]
    with serving(command, srv, **variables) as url:
        use(url)
