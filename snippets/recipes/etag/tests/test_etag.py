"""ETags: nobody overwrites what they have not seen."""

import asyncio

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.etags import BadTagsError, matches
from app.models import User
from clients import headers_of, sign_up

URL = "/api/v1/profile"


async def rename(client: AsyncClient, name: str, headers: dict[str, str]) -> Response:
    """Change the name of the account."""
    return await client.patch(URL, json={"full_name": name}, headers=headers)


async def test_who_has_seen_the_last_version_may_change_it(client: AsyncClient) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    seen = (await client.get(URL, headers=headers)).headers["etag"]
    changed = await rename(client, "Countess", headers | {"If-Match": seen})
    assert changed.headers["cache-control"] == "private, no-cache"
    assert (changed.status_code, changed.json()["full_name"]) == (200, "Countess")
    again = await rename(client, "Ada", headers | {"If-Match": changed.headers["etag"]})
    assert again.status_code == 200
    assert (await client.get(URL, headers=headers)).headers["etag"] == again.headers["etag"]


async def test_a_list_of_tags_may_stand_in_several_lines(client: AsyncClient) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    seen = (await client.get(URL, headers=headers)).headers["etag"]
    none_match = [*headers.items(), ("If-None-Match", '"other"'), ("If-None-Match", seen)]
    assert (await client.get(URL, headers=none_match)).status_code == 304
    match = [*headers.items(), ("If-Match", '"other"'), ("If-Match", seen)]
    assert (await client.patch(URL, json={"full_name": "A"}, headers=match)).status_code == 200


async def test_of_two_who_have_read_the_same_the_second_is_told(client: AsyncClient) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    seen = (await client.get(URL, headers=headers)).headers["etag"]
    assert (await rename(client, "First", headers | {"If-Match": seen})).status_code == 200
    second = await rename(client, "Second", headers | {"If-Match": seen})
    assert (second.status_code, second.json()) == (412, {"error": "Changed by somebody else"})
    assert (await client.get(URL, headers=headers)).json()["full_name"] == "First"


async def test_at_the_same_instant_too(committing_client: AsyncClient) -> None:
    """Each has compared the versions before any has written."""
    await sign_up(committing_client)
    headers = await headers_of(committing_client)
    seen = (await committing_client.get(URL, headers=headers)).headers["etag"]
    for if_match in (seen, "*"):
        names = [f"Ada {number}" for number in range(8)]
        renaming = [rename(committing_client, n, headers | {"If-Match": if_match}) for n in names]
        answers = await asyncio.gather(*renaming)
        statuses = {answer.status_code for answer in answers}
        assert statuses <= {200, 412}
        if if_match != "*":
            assert [answer.status_code for answer in answers].count(200) == 1


async def test_without_if_match_nothing_is_changed(client: AsyncClient) -> None:
    await sign_up(client)
    answer = await rename(client, "Blind", await headers_of(client))
    assert answer.status_code == 428


async def test_who_has_the_version_gets_no_body(client: AsyncClient) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    seen = (await client.get(URL, headers=headers)).headers["etag"]
    for tags in (seen, f'"7", W/{seen}', "*"):
        answer = await client.get(URL, headers=headers | {"If-None-Match": tags})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["etag"] == seen
    other = await client.get(URL, headers=headers | {"If-None-Match": '"7"'})
    assert other.status_code == 200


async def test_the_tag_of_one_user_is_not_that_of_another(client: AsyncClient) -> None:
    """They share the URL: a browser's cache would show one the account of the other."""
    await sign_up(client)
    seen = (await client.get(URL, headers=await headers_of(client))).headers["etag"]
    await sign_up(client, "bob@example.com")
    bob = await headers_of(client, "bob@example.com")
    answer = await client.get(URL, headers=bob | {"If-None-Match": seen})
    assert (answer.status_code, answer.json()["email"]) == (200, "bob@example.com")
    assert (await rename(client, "Bob", bob | {"If-Match": seen})).status_code == 412


async def test_an_update_statement_leaves_the_version_as_it_is(
    client: AsyncClient, session: AsyncSession
) -> None:
    await sign_up(client)
    await session.execute(update(User).values(full_name="Countess"))
    user = await session.scalar(select(User))
    assert user is not None
    assert (user.full_name, user.version) == ("Countess", 1)


async def test_browsers_may_send_and_see_them(client: AsyncClient) -> None:
    preflight = {"Origin": "https://x.example", "Access-Control-Request-Method": "PATCH"}
    answer = await client.options(
        URL, headers=preflight | {"Access-Control-Request-Headers": "If-Match"}
    )
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "If-Match" in answer.headers["access-control-allow-headers"]
    answer = await client.get(URL, headers={"Origin": "https://x.example"})
    assert "ETag" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    ("header", "weak", "expected"),
    [
        ('"3"', False, True),
        ('"2", "3"', False, True),
        ('"13"', False, False),
        ('W/"3"', False, False),
        ('W/"3"', True, True),
        ('"2,"\t,, "3",', False, True),
        ('"2,3"', False, False),
        (" * ", False, True),
        ('"*"', False, False),
    ],
)
def test_tags_are_compared_as_rfc_9110_says(header: str, *, weak: bool, expected: bool) -> None:
    assert matches(header, '"3"', weak=weak) is expected


@pytest.mark.parametrize(
    "header",
    ["", ",", "3", '"3', '3"', '"3" "4"', '"3"x', 'w/"3"', 'W/ "3"', '"3", *', '"3", 4', '" "'],
)
def test_what_is_no_list_of_tags_is_refused_whole(header: str) -> None:
    with pytest.raises(BadTagsError):
        matches(header, '"3"', weak=True)


async def test_the_client_is_told_so(client: AsyncClient) -> None:
    """Not that somebody else has changed the account."""
    await sign_up(client)
    answer = await rename(client, "Ada", await headers_of(client) | {"If-Match": "3"})
    assert answer.status_code == 400
    assert answer.json() == {"error": "If-Match and If-None-Match take * or a list of ETags"}
