"""A trial that needs nothing: its own database, places, hours, volunteers and a shift over all hours.

Marked as a trial, so that it can be neither mistaken for the real service nor started on its database.
"""

from contextlib import suppress
from datetime import time, timedelta
from pathlib import Path

from bot.cases import shift_starts
from bot.engine.errors import Refusal
from bot.engine.schema import is_trial_database, mark_as_trial, migrate, reached
from bot.engine.seal import KeyExists, create_key
from bot.engine.settings import Settings
from bot.engine.sqlite_files import database_file
from bot.engine.unlocking import open_store, require_fitting_key
from bot.engine.work import Work
from bot.hours import changes
from bot.people import login_links, names, people
from bot.places import places
from bot.roster import presence
from bot.service import Service
from models.hours import Door
from models.people import LinkPurpose, Role
from models.shift import ONLINE

TRIAL_DATABASE = "trial.db"
TRIAL_KEY = "trial.key"
LONG_SHIFT = timedelta(days=365)
STAFF = (  # invented names; what each speaks, so that every newcomer's language has somebody
    ("Amina", Role.VOLUNTEER, ["sv", "en", "ar", "fa", "uk"]),
    ("Kim", Role.VOLUNTEER, ["sv", "en", "ar"]),
    ("Robin", Role.COORDINATOR, ["sv", "en"]),
)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = range(4)
LIBRARIES = (
    ("stadsbiblioteket", "lund_city_library", "S:t Petri Kyrkogata 6, Lund"),
    ("linero", "linero_library", "Vikingavägen 31, Lund"),
)
NEAR = {"stadsbiblioteket": (55.706, 13.191), "linero": (55.697, 13.230)}  # roughly: nobody is sent there by a trial
LAST_ENTRY_MINUTES = 15


def settings_for_trial(settings: Settings) -> Settings:
    """The same settings on the trial's own database and key, and on this computer only."""
    changed: dict[str, object] = {
        "key_file": Path(settings.key_file).with_name(TRIAL_KEY), "host": "127.0.0.1",
        "public_url": f"http://127.0.0.1:{settings.port}", "webhook_url": None,
    }  # fmt: skip
    if settings.database_url.startswith("sqlite"):
        changed["database_url"] = f"sqlite+aiosqlite:///{settings.data_dir}/{TRIAL_DATABASE}"
    return settings.model_copy(update=changed)


async def prepare(settings: Settings) -> None:
    """The trial database is there, filled, and has a shift that covers every hour of the coming year.

    Raises:
        Refusal: the database is a real one.
        SealError: its key is missing or another.
    """
    await _require_no_real_one(settings)
    await require_fitting_key(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(KeyExists):
        create_key(settings.key_file)
    await migrate(settings.database_url)
    store = await open_store(settings)
    try:
        async with store.work() as work:
            if await is_trial_database(work.db):
                return
            await mark_as_trial(work.db)
            await _fill(work)
    finally:
        await store.close()


async def _require_no_real_one(settings: Settings) -> None:
    """Asked before anything else: the trial's key would leave its mark even on a database that it then refuses."""
    file = database_file(settings.database_url)
    if file is not None and not file.exists():
        return
    async with reached(settings.database_url) as db:
        if not await people.knows_nobody(db) and not await is_trial_database(db):
            raise Refusal("database_is_real")


async def _fill(work: Work) -> None:
    await add_usual_places(work)
    for place, near in NEAR.items():
        await places.describe_place(work, place, coordinates=near, last_entry=LAST_ENTRY_MINUTES)
    for place, weekday, opens, closes in (
        ("stadsbiblioteket", MONDAY, time(13), time(16)),
        ("stadsbiblioteket", WEDNESDAY, time(15, 30), time(17, 30)),
        ("linero", MONDAY, time(13), time(15, 30)),
        *((ONLINE, weekday, time(9), time(12)) for weekday in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)),
    ):
        await changes.set_hours(work, place=place, weekday=weekday, spans=[(opens, closes)], valid_from=work.today)
    ids = [
        await people.add_staff(work, role=role, alias=name, language="sv", speaks=speaks)
        for name, role, speaks in STAFF
    ]
    on_shift = ids[:-1]
    ends_at = work.now + LONG_SHIFT
    await shift_starts.add_shift(work, starts_at=work.now, ends_at=ends_at, person_ids=on_shift, longest=LONG_SHIFT)
    for person_id in on_shift:  # the trial has nobody who could say so
        await presence.come(work, person_id)


async def add_usual_places(work: Work) -> None:
    """The places the service has in Lund are known; none is open until its hours are set.

    Source of the addresses: the libraries' own pages; a coordinator checks them and adds floor, way and map.
    """
    await add_online_place(work)
    for code, name_key, address in LIBRARIES:
        await places.add_place(work, code=code, name_key=name_key, address=address)


async def add_online_place(work: Work) -> None:
    """RådRum Online is a place too, so that it can have hours."""
    await places.add_place(work, code=ONLINE, name_key="service_online", door=Door.ONLINE)


async def links(service: Service) -> list[tuple[str, str]]:
    """Catalogue keys and addresses: newcomer, volunteer, coordinator. They work for as long as the trial runs."""
    url = service.settings.public_url
    made = [("cli_demo_newcomer", f"{url}/")]
    async with service.store.work() as work:
        for name, key in (("Amina", "cli_demo_volunteer"), ("Robin", "cli_demo_coordinator")):
            person_id = await names.staff_named(work.db, work.seal, name)
            assert person_id is not None
            token = await login_links.make_link(work, person_id, LinkPurpose.TRIAL, lives=LONG_SHIFT)
            made.append((key, f"{url}/desk/login/{token}"))
    return made
