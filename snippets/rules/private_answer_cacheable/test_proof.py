"""Proof of private-answer-cacheable."""

from types import ModuleType

import httpx


class SharedCache(httpx.AsyncBaseTransport):
    """A cache between clients and the service, which keeps what RFC 9111, section 3.5, allows."""

    def __init__(self, service: httpx.AsyncBaseTransport) -> None:
        self.service = service
        self.kept: dict[httpx.URL, tuple[dict[str, str], bytes]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer from what is kept, or ask the service."""
        if request.url not in self.kept:
            answer = await self.service.handle_async_request(request)
            content = await answer.aread()
            directives = answer.headers.get("Cache-Control", "")
            is_allowed = any(d in directives for d in ("public", "s-maxage", "must-revalidate"))
            if "Authorization" in request.headers and not is_allowed:
                return httpx.Response(answer.status_code, headers=answer.headers, content=content)
            self.kept[request.url] = dict(answer.headers), content
        headers, content = self.kept[request.url]
        return httpx.Response(200, headers=headers, content=content)


async def names(module: ModuleType) -> list[str]:
    """Let Ann, then Bob, ask who they are, through one cache."""
    cache = SharedCache(httpx.ASGITransport(module.app))
    found = []
    async with httpx.AsyncClient(transport=cache, base_url="http://test") as client:
        for key in ("key-of-ann", "key-of-bob"):
            answer = await client.get("/me", headers={"Authorization": f"Bearer {key}"})
            found.append(answer.json()["name"])
    return found


async def test_bad_gives_the_answer_of_one_to_the_other(bad: ModuleType) -> None:
    assert await names(bad) == ["Ann", "Ann"]


async def test_good_gives_each_their_own(good: ModuleType) -> None:
    assert await names(good) == ["Ann", "Bob"]
