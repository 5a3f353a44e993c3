"""Proof of path-from-input."""

import io
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import httpx
import pytest


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the documents, beside a file that is nobody's business."""
    (tmp_path / "secret.txt").write_text("the key")
    monkeypatch.setenv("APP_FOLDER", str(tmp_path / "documents"))
    (tmp_path / "documents").mkdir()
    return tmp_path / "documents"


def client(module: ModuleType) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(module.app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def upload(module: ModuleType, name: str) -> None:
    async with client(module) as http:
        await http.post("/documents", files={"file": (name, b"from outside")})


@pytest.mark.parametrize("start", ["../", "/"])
async def test_bad_overwrites_what_it_likes(bad: ModuleType, folder: Path, start: str) -> None:
    secret = folder.parent / "secret.txt"
    await upload(bad, "../secret.txt" if start == "../" else str(secret))
    assert secret.read_text() == "from outside"


@pytest.mark.parametrize("name", ["..%2fsecret.txt", "%2e%2e/secret.txt"])
async def test_bad_sends_what_lies_beside_the_folder(bad: ModuleType, name: str) -> None:
    async with client(bad) as http:
        assert (await http.get(f"/documents/{name}")).text == "the key"


async def test_good_stays_in_its_folder(good: ModuleType, folder: Path) -> None:
    await upload(good, "../secret.txt")
    assert (folder.parent / "secret.txt").read_text() == "the key"
    assert (folder / "secret.txt").read_text() == "from outside"
    async with client(good) as http:
        assert (await http.get("/documents/..%2fsecret.txt")).text == "from outside"


def packed(name: str) -> tuple[io.BytesIO, io.BytesIO]:
    """Return a tar and a zip of one file with this name."""
    as_tar, as_zip = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=as_tar, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with zipfile.ZipFile(as_zip, "w") as archive_:
        archive_.writestr(name, "")
    as_tar.seek(0)
    return as_tar, as_zip


async def test_good_of_archives_is_the_data_filter_and_any_zip(
    good: ModuleType, folder: Path
) -> None:
    as_tar, as_zip = packed("../outside.txt")
    with zipfile.ZipFile(as_zip) as zipped:
        zipped.extractall(folder)
    assert (folder / "outside.txt").exists()
    with tarfile.open(fileobj=as_tar) as archive:
        with pytest.raises(tarfile.OutsideDestinationError):
            archive.extractall(folder, filter="data")
        if sys.version_info < (3, 14):
            archive.extractall(folder)
            assert (folder.parent / "outside.txt").exists()
    await upload(good, "../outside.txt")
    assert (folder / "outside.txt").read_text() == "from outside"
