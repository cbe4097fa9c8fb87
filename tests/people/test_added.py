"""Who is added to the staff has a name of their own and languages that we know; else nobody is added."""

import pytest

from bot.engine.errors import BadInput
from bot.people import people
from bot.people.people import LONGEST_ALIAS
from bot.service import Service
from models.people import Role
from tests import builders

GOOD = {"role": Role.VOLUNTEER, "alias": "Amina", "language": "sv", "speaks": ["ar"]}


@pytest.mark.parametrize(
    ("wrong", "why", "named"),
    [
        ({"alias": ""}, "bad_alias", LONGEST_ALIAS),
        ({"alias": "A" * (LONGEST_ALIAS + 1)}, "bad_alias", LONGEST_ALIAS),
        ({"language": "uk"}, "bad_staff_language", "uk"),
        ({"speaks": ["ar", "tlh"]}, "bad_spoken_language", "tlh"),
    ],
)
async def test_what_is_wrong_is_named_and_nobody_is_added(
    house: Service, wrong: dict[str, object], why: str, named: object
) -> None:
    with pytest.raises(BadInput) as refused:
        async with house.store.work() as work:
            await people.add_staff(work, **(GOOD | wrong))
    after = await builders.table(house, "SELECT id FROM people")
    async with house.store.work() as work:
        await people.add_staff(work, **GOOD)

    assert refused.value.code == why and named in refused.value.values.values()
    assert after == []
