"""Receipts are kept and given back; names, types and sizes that a stranger makes up harm nobody."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import AsyncClient, Response

from evals.tools import check_passed, own_tests, served

LIMIT = 2**20
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63606060f80f0001040100"
    "5fe5c34b0000000049454e44ae426082"
)
PAGE = b"<html><script>alert(document.cookie)</script></html>"


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """The folder of the files, with another one around it."""
    folder = tmp_path / "around" / "storage"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
async def client(storage: Path) -> AsyncIterator[AsyncClient]:
    """A client of the service."""
    async with served(STORAGE_DIR=str(storage)) as client:
        yield client


async def send(
    client: AsyncClient, content: bytes, name: str = "lunch.pdf", kind: str = "application/pdf"
) -> Response:
    return await client.post("/receipts", files={"file": (name, content, kind)})


def stored(folder: Path) -> int:
    """Return how many bytes lie in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


async def test_given_back(client: AsyncClient) -> None:
    """A PDF and a PNG answer 201, and come back byte by byte with their type."""
    for content, name, kind in ((PDF, "a.pdf", "application/pdf"), (PNG, "b.png", "image/png")):
        sent = await send(client, content, name, kind)
        assert sent.status_code == 201, f"POST /receipts answers {sent.status_code}"
        told = sent.json()
        assert (told["name"], told["type"], told["size"]) == (name, kind, len(content)), told
        got = await client.get(f"/receipts/{told['id']}")
        assert got.status_code == 200, f"GET /receipts/{{id}} answers {got.status_code}"
        assert got.content == content, "another content comes back"
        assert got.headers["content-type"].startswith(kind), got.headers["content-type"]


async def test_same_name(client: AsyncClient) -> None:
    """Two receipts of the same name are two receipts."""
    first, second = await send(client, PDF), await send(client, PDF + b"\n")
    assert first.status_code == second.status_code == 201, "it is refused"
    got = await client.get(f"/receipts/{first.json()['id']}")
    assert got.content == PDF, "the second has replaced the first"


async def test_names(client: AsyncClient, storage: Path) -> None:
    """A name leads nowhere out of the folder, nor to the reports."""
    await client.post("/reports", json={"person": "Ada", "cents": 1})
    around = sorted(storage.parents[1].iterdir()), sorted(storage.parent.iterdir())
    for name in ("../evil.pdf", "../../evil.pdf", str(storage.parent / "evil.pdf"), "reports.json"):
        response = await send(client, PDF, name)
        assert response.status_code < 500, f"{name} answers {response.status_code}"
    now = sorted(storage.parents[1].iterdir()), sorted(storage.parent.iterdir())
    assert now == around, "a file was written outside of STORAGE_DIR"
    assert (await client.get("/reports")).json() == [{"person": "Ada", "cents": 1}]


async def test_ids(client: AsyncClient) -> None:
    """An id that is none is a 404 or 422, also one that is a path."""
    await client.post("/reports", json={"person": "Ada", "cents": 1})
    ids = ("0", "999", str(2**63), "reports.json", "..%2Freports.json", "..%2f..%2fetc%2fpasswd")
    codes = {one: (await client.get(f"/receipts/{one}")).status_code for one in ids}
    wrong = {one: code for one, code in codes.items() if code not in (400, 404, 422)}
    assert not wrong, f"it answers {wrong}"


async def test_type_by_content(client: AsyncClient, storage: Path) -> None:
    """A page that calls itself a PDF or PNG is refused, and not kept."""
    for name, kind in (("a.pdf", "application/pdf"), ("b.png", "image/png")):
        response = await send(client, PAGE, name, kind)
        assert response.status_code in (400, 415, 422), f"it answers {response.status_code}"
    assert stored(storage) == 0, "it is kept"


async def test_limit(client: AsyncClient, storage: Path) -> None:
    """A file of 1 MiB is taken; one of a byte more is refused, and nothing of it is kept."""
    largest = PDF + b"\n" * (LIMIT - len(PDF))
    refused = await send(client, largest + b"\n")
    assert refused.status_code in (400, 413, 422), f"a byte more answers {refused.status_code}"
    assert stored(storage) == 0, f"{stored(storage)} bytes are kept of it"
    taken = await send(client, largest)
    assert taken.status_code == 201, f"1 MiB answers {taken.status_code}"


async def test_endless(client: AsyncClient) -> None:
    """Of a body without end, no more than some MiB are read."""
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        yield b"Content-Type: application/pdf\r\n\r\n" + PDF
        while read < 32 * LIMIT:
            read += 65536
            yield b"\n" * 65536
        yield b"\r\n--x--\r\n"

    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = await client.post("/receipts", content=body(), headers=headers)
    assert response.status_code in (400, 413, 422), f"it answers {response.status_code}"
    assert read <= 8 * LIMIT, f"all {read // LIMIT} MiB were read before it was refused"


async def test_not_shown(client: AsyncClient) -> None:
    """A browser saves the file; it does not guess its type, nor show it on our address."""
    sent = await send(client, PDF)
    assert sent.status_code == 201, f"POST /receipts answers {sent.status_code}"
    headers = (await client.get(f"/receipts/{sent.json()['id']}")).headers
    is_saved = headers.get("content-disposition", "").startswith("attachment")
    assert is_saved, f"Content-Disposition is {headers.get('content-disposition')!r}"


def test_own_tests(answer: Path, start: Path, tmp_path: Path) -> None:
    """There are tests of receipts: they pass, and fail where there are none."""
    check_passed(own_tests(answer))
    shutil.copytree(start, tmp_path, dirs_exist_ok=True)
    if (answer / "tests").is_dir():
        shutil.copytree(answer / "tests", tmp_path / "tests", dirs_exist_ok=True)
    results = own_tests(tmp_path)
    assert results.error or set(results.reasons) - results.passed, "no test sends a receipt"
