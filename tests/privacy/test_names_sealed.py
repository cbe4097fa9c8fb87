"""A copy of the database names nobody: not who asks, not who advises, and lets nobody try a secret number."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import insert, text, update

from bot.cases.texts_held import NotYourCase
from bot.cases.texts_newcomer import Claimed
from bot.engine import clock, living, sealed_names
from bot.engine.errors import AlreadyClaimed, BadInput
from bot.engine.seal import Key, Seal, hash_secret, secret_matches
from bot.engine.work import Work
from bot.hours import changes, changes_made
from bot.hours.texts_staff import HoursHistory
from bot.intake.turns import Arrival
from bot.language.refused import Refused
from bot.people import names, people, secret_door, staff
from bot.places import places
from bot.privacy import resealing
from bot.reports.overview import overview
from bot.roster import shifts
from bot.service import Service
from models.base import metadata, table_of
from models.hours_change import Change, Verb
from models.notice import Notice
from models.outbox import Outbox
from models.people import Role
from tests import builders
from tests.builders import Staff
from tests.security.canaries import found
from tests.telling import ways

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
SECRET = "83719264"
CANARIES = {
    "words": "Kanariefågelns fråga", "unsent": "قناری ناگفته", "answer": "Kanariefågelns svar",
    "chat": "918273645546", "volunteer's chat": "918273645547", "secret": SECRET,
    "volunteer": "Kanarina-Åsa", "other volunteer": "Кенар Тарас", "coordinator": "Kanarin",
}  # fmt: skip
NAMES_IN_SAMPLES = ("Amina", "Karin", "Kim")
OLDER = 4_711  # the instance of a process of a version before


async def everything(service: Service) -> dict[str, bytes]:
    """Every value of every column, as it lies there."""
    async with service.store.look() as db:
        return {
            f"{table.name}.{column.name}": b"\n".join(
                value if isinstance(value, bytes) else str(value).encode()
                for (value,) in (await db.execute(text(f"SELECT {column.name} FROM {table.name}"))).all()
            )
            for table in metadata.sorted_tables
            for column in table.columns
        }


async def lived_in(service: Service) -> tuple[Staff, Staff, Staff]:
    """Two volunteers, a coordinator and newcomers, of whom everything has been said that names a volunteer."""
    clock.freeze(MONDAY_NOON)
    karin = await builders.coordinator(service, CANARIES["coordinator"], chat_id=600)
    asa = await builders.volunteer(service, CANARIES["volunteer"], chat_id=int(CANARIES["volunteer's chat"]))
    taras = await builders.volunteer(service, CANARIES["other volunteer"], chat_id=701)
    async with service.store.work() as work:  # there is no way yet to choose it
        await work.db.execute(update(names.PEOPLE).where(names.PEOPLE.c.id == asa.id).values(shows_alias=True))
        await places.add_place(work, code="linero", name_key="linero_library")
    asker = await builders.case_of(service, CANARIES["words"], chat_id=int(CANARIES["chat"]))
    await builders.deliver_all(builders.delivery_of(service, builders.Postbox()))  # cards, to be edited to "taken"
    await builders.claims(service, asa, asker)
    await builders.answers(service, asa, asker, CANARIES["answer"])
    await _refused_and_told_whose_it_is(service, taras, asker)
    await (await builders.newcomer(service, agreed=False)).says(CANARIES["unsent"])
    await builders.newcomer_on_web(service, arrival=Arrival(secret_hash=hash_secret(SECRET)))
    await _hours_change(service, karin, asa)
    await _blocked(service, asa)
    return asa, taras, karin


async def _refused_and_told_whose_it_is(service: Service, taras: Staff, asker: builders.Newcomer) -> None:
    with pytest.raises(AlreadyClaimed) as late:
        await builders.claims(service, taras, asker)
    async with builders.acting(service, taras) as work:
        await work.tell(taras.id, Refused(refusal=late.value.code, values=late.value.values))
        alias = str(late.value.values["alias"])
        await work.tell(taras.id, NotYourCase(case=asker.case_id, code=asker.code, fate="taken", alias=alias))


async def _hours_change(service: Service, karin: Staff, asa: Staff) -> None:
    async with builders.acting(service, karin) as work:
        week = Change(Verb.WEEKLY, ("linero",), date(2026, 1, 5), weekday=1, spans=((time(13), time(15)),))
        await changes.publish_now(work, week)
        await work.tell(karin.id, HoursHistory(entries=tuple(await changes_made.history(work.db, work.seal))))


async def _blocked(service: Service, asa: Staff) -> None:
    """Her chat is shut: her cases go back and the coordinators read whose."""
    postbox = builders.Postbox()
    postbox.blocked_by.add(int(CANARIES["volunteer's chat"]))
    await builders.deliver_all(builders.delivery_of(service, postbox))


async def test_no_table_of_a_lived_in_database_holds_words_a_chat_a_secret_or_a_name(service: Service) -> None:
    await lived_in(service)

    values = await everything(service)

    assert found(CANARIES, values) == []
    assert b"scrypt" not in b"".join(values.values()), "eight digits can be tried against that"
    assert values["people.alias"] == b"\n".join([b"None"] * values["people.id"].count(b"\n") + [b"None"])


async def test_whoever_may_read_a_name_reads_it_as_before(service: Service) -> None:
    _, taras, karin = await lived_in(service)

    at_taras = "\n".join(await builders.screen(service, taras.id))
    at_karin = "\n".join(await builders.screen(service, karin.id))
    kinds = {row.kind for person in (taras, karin) for row in await builders.said_to(service, person.id)}
    async with service.store.look() as db:
        found = await staff.everybody(db, service.store.seal)
        seen = await overview(db, service.store.seal, clock.now())
        ahead = await shifts.shifts_ahead(db, service.store.seal, clock.now())

    assert {Notice.TAKEN, Notice.REFUSED, Notice.NOT_YOUR_CASE, Notice.COORDINATOR_BLOCKED} <= kinds
    assert at_taras.count(CANARIES["volunteer"]) == 3
    assert at_karin.count(CANARIES["volunteer"]) == 1 and CANARIES["coordinator"] in at_karin
    assert [one.alias for one in found] == [CANARIES[who] for who in ("coordinator", "volunteer", "other volunteer")]
    assert seen.on_shift == [CANARIES["volunteer"], CANARIES["other volunteer"]]
    assert [one.names for one in ahead] == [[CANARIES["volunteer"]], [CANARIES["other volunteer"]]]


async def test_a_newcomer_reads_the_name_that_a_volunteer_wants_shown(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service)
    async with service.store.work() as work:
        await work.db.execute(update(names.PEOPLE).where(names.PEOPLE.c.id == amina.id).values(shows_alias=True))
    asker = await builders.claimed_case(service, amina)
    await builders.answers(service, amina, asker)

    told = await builders.screen(service, asker.id, Notice.CLAIMED, Notice.REPLY)

    assert all("Amina" in one for one in told) and len(told) == 2


@pytest.mark.parametrize("typed", ["Åsa", "ÅSA", "åsa", "A\u030asa"])
async def test_a_name_is_found_and_taken_however_it_is_typed(service: Service, typed: str) -> None:
    asa = await builders.volunteer(service, "Åsa")

    with pytest.raises(BadInput, match="alias_taken"):
        await builders.volunteer(service, typed)

    assert await builders.person_named(service, typed) == asa.id


def test_whatever_may_be_said_of_somebody_is_kept_with_the_name_sealed() -> None:
    """A field of a new kind of notice that holds a name must be called as `sealed_names.NAMING` has it."""
    seal, named = Seal(Key(bytes(32))), 0
    for saying in (saying for one in ways.sayings() for saying in ways.ways(one)):
        row = saying.to_row()
        kept = sealed_names.sealed(seal, row)
        says = [name in json.dumps(row) for name in NAMES_IN_SAMPLES]
        named += any(says)

        assert not [name for name in NAMES_IN_SAMPLES if name in json.dumps(kept)], saying
        assert sealed_names.opened(seal, json.loads(json.dumps(kept))) == json.loads(json.dumps(row))
        assert not any(says) or type(saying).read(json.loads(json.dumps(kept))), "an act that looks back can read it"

    assert named > 5


# What a version before this one has left, and while it runs beside.


async def older_beats(service: Service, *, ago: timedelta = timedelta()) -> None:
    """A process of a version before said that long ago that it lives; it knows no levels."""
    async with service.store.work() as work:
        beat = {"instance": OLDER, "beat_at": living.database_clock(work, ago=ago)}
        await work.db.execute(living.PULSES.delete().where(living.PULSES.c.instance == OLDER))
        await work.db.execute(living.PULSES.insert().values(**beat))


async def left_by_an_older_version(service: Service) -> tuple[Staff, builders.Newcomer]:
    """A volunteer, a newcomer and what was said, as version 0.1.0 kept them."""
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service)
    asker = await builders.newcomer_on_web(service, arrival=Arrival(secret_hash=hash_secret(SECRET)))
    await asker.says("Min fråga")
    await builders.note_case(asker)
    async with service.store.work() as work:
        await work.tell(asker.id, Claimed(), case_id=asker.case_id)
        plain = {"adviser": "Amina", "typed": 1}
        rows = table_of(Outbox)
        await work.db.execute(update(rows).where(rows.c.kind == Notice.CLAIMED).values(params=plain))
        bare = {"alias": "Amina", "alias_sealed": None, "alias_hash": None}
        await work.db.execute(update(names.PEOPLE).where(names.PEOPLE.c.id == amina.id).values(**bare))
        threads = metadata.tables["conversations"]
        await work.db.execute(update(threads).values(secret_hash=hash_secret(SECRET), secret_sealed=None))
    return amina, asker


async def _is_as_it_was(service: Service, amina: Staff, asker: builders.Newcomer) -> None:
    async with service.store.look() as db:
        seal = service.store.seal
        assert await names.staff_named(db, seal, "AMINA") == amina.id
        assert [one.alias for one in await staff.everybody(db, seal)] == ["Amina"]
        behind = await secret_door.secret_for_code(db, seal, asker.code, clock.now())
    assert behind is not None and behind[0] == asker.id and secret_matches(SECRET, behind[1])
    assert "Amina" in (await builders.screen(service, asker.id, Notice.CLAIMED))[0]
    with pytest.raises(BadInput, match="alias_taken"):
        await builders.volunteer(service, "amina")


async def test_what_an_older_version_left_is_read_and_then_sealed(service: Service) -> None:
    amina, asker = await left_by_an_older_version(service)
    await _is_as_it_was(service, amina, asker)
    before = found({"name": "Amina"}, await everything(service))

    assert await resealing.seal_what_is_left(service.store)

    assert {place for _, place, _ in before} == {"people.alias", "outbox.params"}
    values = await everything(service)
    assert found({"name": "Amina"}, values) == [] and b"scrypt" not in b"".join(values.values())
    await _is_as_it_was(service, amina, asker)


async def test_while_an_older_version_runs_beside_it_finds_what_it_looks_for(service: Service) -> None:
    amina, asker = await left_by_an_older_version(service)
    await older_beats(service)

    bo = await builders.volunteer(service, "Bo")
    other = await builders.newcomer_on_web(service, arrival=Arrival(secret_hash=hash_secret("11112222")))
    sealed_at_once = await resealing.seal_what_is_left(service.store)
    plain = await builders.table(service, "SELECT id, alias FROM people WHERE alias IS NOT NULL")
    bare = await builders.table(service, "SELECT newcomer_id FROM conversations WHERE secret_hash IS NOT NULL")
    await older_beats(service, ago=timedelta(seconds=61))

    assert await resealing.seal_what_is_left(service.store)

    assert not sealed_at_once
    assert {row.id: row.alias for row in plain} == {amina.id: "Amina", bo.id: "Bo"}
    assert {row.newcomer_id for row in bare} == {asker.id, other.id}
    assert found({"name": "Amina"}, await everything(service)) == []
    assert await builders.table(service, "SELECT 1 FROM conversations WHERE secret_hash IS NOT NULL") == []
    assert await builders.person_named(service, "bo") == bo.id


async def test_a_secret_that_an_older_version_made_anew_is_the_one_that_opens(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    await older_beats(service)
    asker = await builders.newcomer_on_web(service, arrival=Arrival(secret_hash=hash_secret(SECRET)))
    await asker.says("Min fråga")
    await builders.note_case(asker)
    newer = hash_secret("55556666")
    async with service.store.work() as work:  # which knows one column only
        await work.db.execute(text("UPDATE conversations SET secret_hash = :newer"), {"newer": newer})

    async def opens() -> str:
        async with service.store.look() as db:
            behind = await secret_door.secret_for_code(db, service.store.seal, asker.code, clock.now())
        assert behind is not None
        return behind[1]

    assert await opens() == newer
    await older_beats(service, ago=timedelta(seconds=61))
    await resealing.seal_what_is_left(service.store)
    assert await opens() == newer


async def test_two_names_that_only_an_older_version_told_apart_both_stay_and_differ(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    first, second = await builders.volunteer(service, "Åsa"), await builders.volunteer(service, "Bo")
    async with service.store.work() as work:
        for one, alias in ((first, "Åsa"), (second, "åsa")):
            bare = {"alias": alias, "alias_sealed": None, "alias_hash": None}
            await work.db.execute(update(names.PEOPLE).where(names.PEOPLE.c.id == one.id).values(**bare))

    await resealing.seal_what_is_left(service.store)

    assert await builders.person_named(service, "Åsa") == first.id
    assert await builders.person_named(service, "åsa 2") == second.id


async def test_many_names_are_sealed_in_many_acts(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """One act for all would be longer than an act may be, and would be tried for ever."""
    many = 2 * resealing.NAMES_AT_ONCE + 1
    plain = [{"role": "volunteer", "alias": f"Vera {n}", "id": 7_000 + n, "speaks": []} for n in range(many)]
    async with service.store.work() as work:
        await work.db.execute(insert(names.PEOPLE), [{**row, "created_at": work.now} for row in plain])
    in_acts, seal_some = [], resealing._seal_names

    async def noted(work: Work) -> int:
        in_acts.append(await seal_some(work))
        return in_acts[-1]

    monkeypatch.setattr(resealing, "_seal_names", noted)

    assert await resealing.seal_what_is_left(service.store)

    assert in_acts == [resealing.NAMES_AT_ONCE, resealing.NAMES_AT_ONCE, 1, 0]
    async with service.store.look() as db:
        called = await names.names_of(db, service.store.seal, [row["id"] for row in plain])
    assert called == {row["id"]: row["alias"] for row in plain}
    assert await builders.table(service, "SELECT 1 FROM people WHERE alias IS NOT NULL") == []


async def test_sealing_again_finds_nothing_to_do(service: Service) -> None:
    await lived_in(service)
    before = await everything(service)

    assert await resealing.seal_what_is_left(service.store)

    assert await everything(service) == before


async def test_of_two_who_are_added_by_one_name_at_once_one_is_refused(service: Service) -> None:
    about = {"role": Role.VOLUNTEER, "language": "sv", "speaks": ["sv"]}
    async with service.store.work() as work:
        await people.add_staff(work, alias="Bo", **about)
        await work.db.execute(update(names.PEOPLE).values(role=Role.NEWCOMER.value))  # as not yet seen by the other

        with pytest.raises(BadInput, match="alias_taken"):
            await people.add_staff(work, alias="bo", **about)
