"""What a browser's login keeps for its newcomer, and how long: text not sent, the secret number until written down."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine import clock
from bot.engine.errors import BadInput, Stale
from bot.engine.seal import hash_secret, secret_matches
from bot.intake.turns import Arrival
from bot.people import keeping, logins, secret_door
from bot.people.keeping import Kept, NewSecret
from bot.service import Service
from bot.telling.rounds import Rounds
from models.notice import Notice
from models.people import Device
from tests import builders
from tests.builders import Newcomer

NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
OLD, NEW = "12345678", "87654321"
OLD_HASH, NEW_HASH = hash_secret(OLD), hash_secret(NEW)
WORDS = "Min hyresvärd säger"


async def _asker(service: Service) -> Newcomer:
    asker = await builders.newcomer_on_web(service, arrival=Arrival(secret_hash=OLD_HASH))
    await asker.says("Jag har fått ett brev")
    return await builders.note_case(asker)


async def _opened(service: Service, asker: Newcomer, device: Device = Device.SHARED) -> str:
    async with service.store.work() as work:
        token = await logins.open_login(work, asker.id, device)
        await keeping.keep_secret(work, token, OLD)
        return token


async def _login(service: Service, token: str) -> logins.Login:
    async with service.store.look() as db:
        found = await logins.login_of(db, token, clock.now())
    assert found is not None
    return found


async def _types(service: Service, token: str, text: str) -> None:
    login = await _login(service, token)
    async with service.store.work() as work:
        await keeping.keep_unsent(work, login, text)


async def _shown(service: Service, login_id: int) -> Kept:
    async with service.store.look() as db:
        return await keeping.kept_for(db, service.store.seal, login_id, now=clock.now())


async def _row(service: Service) -> tuple:
    return (await builders.table(service, "SELECT draft, drafted_at, secret FROM web_sessions"))[0]


async def _rounds(service: Service) -> None:
    rounds = Rounds(service)
    while await rounds.do_one():
        pass


async def test_unsent_text_lies_sealed_and_comes_back_as_it_was(service: Service) -> None:
    token = await _opened(service, await _asker(service))

    await _types(service, token, WORDS)

    login = await _login(service, token)
    assert (await _shown(service, login.id)).unsent == WORDS
    assert WORDS.encode() not in bytes((await _row(service)).draft)


async def test_unsent_text_is_gone_from_the_database_after_half_an_hour_however_busy_the_login(
    house: Service,
) -> None:
    clock.freeze(NOON)
    token = await _opened(house, await _asker(house))
    await _types(house, token, WORDS)
    login = await _login(house, token)

    clock.move(timedelta(minutes=29))
    async with house.store.work() as work:
        await logins.stays(work, login)
    await _rounds(house)
    before = await _shown(house, login.id)
    clock.move(timedelta(minutes=1))
    unread = await _shown(house, login.id)
    await _rounds(house)

    row = await _row(house)
    assert (before.unsent, unread.unsent) == (WORDS, "")
    assert (row.draft, row.drafted_at) == (None, None)
    assert row.secret is not None  # she is still there


async def test_half_an_hour_counts_from_the_last_time_the_page_was_left(house: Service) -> None:
    clock.freeze(NOON)
    token = await _opened(house, await _asker(house), Device.OWN)
    await _types(house, token, WORDS)
    clock.move(timedelta(minutes=20))
    await _types(house, token, WORDS + " att")
    clock.move(timedelta(minutes=20))

    await _rounds(house)

    login = await _login(house, token)
    assert (await _shown(house, login.id)).unsent == WORDS + " att"


async def test_a_shared_device_that_nobody_uses_any_more_keeps_no_secret_either(house: Service) -> None:
    clock.freeze(NOON)
    await _opened(house, await _asker(house))

    clock.move(timedelta(minutes=30))
    await _rounds(house)

    assert (await _row(house)).secret is None


async def test_an_own_device_keeps_the_secret_until_it_is_written_down(house: Service) -> None:
    clock.freeze(NOON)
    token = await _opened(house, await _asker(house), Device.OWN)
    clock.move(timedelta(days=3))
    await _rounds(house)
    login = await _login(house, token)
    before = await _shown(house, login.id)

    async with house.store.work() as work:
        await keeping.written_down(work, login)

    assert before.secret == OLD
    assert (await _shown(house, login.id)).secret == ""


async def test_more_than_anybody_types_is_refused_and_what_was_kept_stays(house: Service) -> None:
    token = await _opened(house, await _asker(house))
    await _types(house, token, WORDS)

    with pytest.raises(BadInput):
        await _types(house, token, "x" * (keeping.MOST_UNSENT + 1))

    assert (await _shown(house, (await _login(house, token)).id)).unsent == WORDS


async def test_an_emptied_box_keeps_nothing(house: Service) -> None:
    token = await _opened(house, await _asker(house))
    await _types(house, token, WORDS)

    await _types(house, token, "  \n")

    assert (await _row(house)).draft is None


async def test_a_new_secret_takes_the_place_of_the_old_one_and_the_chat_says_so_without_it(service: Service) -> None:
    asker = await _asker(service)
    token, elsewhere = await _opened(service, asker), await _opened(service, asker)
    login, other = await _login(service, token), await _login(service, elsewhere)

    async with service.store.work() as work:
        await keeping.renew_secret(work, asker.visitor, login, new=NewSecret(NEW, NEW_HASH, replaces=OLD_HASH))

    async with service.store.look() as db:
        _, kept_hash = await secret_door.numbers_of(db, service.store.seal, asker.id) or ("", "")
    (said,) = await builders.screen(service, asker.id, Notice.NUMBER_MADE)
    assert secret_matches(NEW, kept_hash) and not secret_matches(OLD, kept_hash)
    assert ((await _shown(service, login.id)).secret, (await _shown(service, other.id)).secret) == (NEW, "")
    assert "new secret number" in said or "nytt hemligt nummer" in said
    assert NEW not in said and "8765 4321" not in said


async def test_of_two_new_secrets_at_once_one_is_made(house: Service) -> None:
    asker = await _asker(house)
    login = await _login(house, await _opened(house, asker))
    async with house.store.work() as work:
        await keeping.renew_secret(work, asker.visitor, login, new=NewSecret(NEW, NEW_HASH, replaces=OLD_HASH))

    with pytest.raises(Stale):
        async with house.store.work() as work:
            again = NewSecret("11112222", hash_secret("11112222"), replaces=OLD_HASH)
            await keeping.renew_secret(work, asker.visitor, login, new=again)

    assert (await _shown(house, login.id)).secret == NEW


@pytest.mark.parametrize("end", ["leaves", "is erased"])
async def test_what_a_login_keeps_ends_with_it(service: Service, end: str) -> None:
    asker = await _asker(service)
    token = await _opened(service, asker)
    await _types(service, token, WORDS)
    login = await _login(service, token)

    if end == "leaves":
        async with service.store.work() as work:
            await logins.end_login(work, login.id)
    else:
        await asker.commands("delete")

    assert await builders.table(service, "SELECT id FROM web_sessions") == []
