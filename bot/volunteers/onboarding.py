"""A volunteer is introduced step by step; then they may begin, and hear of it.

Each step has a day and whoever said so. It must not decide what a step lets somebody do: `bot/people/standing.py` does.
"""

from sqlalchemy import delete, select, update

from bot.engine.errors import BadInput
from bot.engine.inserts import insert_or_skip
from bot.engine.work import Work
from bot.people import names
from bot.people.standing import PROFILES, STEPS, Standing, standing_of
from bot.volunteers.texts_people import LearnsBeside, MayBegin
from models.volunteer import OnboardingStep


async def take_step(work: Work, person_id: int, step: OnboardingStep) -> None:
    """The step is taken today, by the word of whoever acts. With the last of them the volunteer may begin, and is told.

    Raises:
        NotFound: a newcomer or a volunteer acts.
        BadInput: nobody on the staff has this id, or their access has ended.
    """
    await _hold(work, person_id)
    before = await standing_with_access(work, person_id)
    by = work.actor.id if work.actor else None
    taken = {"person_id": person_id, "step": step.value, "done_on": work.today, "done_by": by}
    await work.db.execute(insert_or_skip(work.db, STEPS), taken)
    after = (await standing_of(work.db, [person_id]))[person_id]
    if after.is_introduced and not before.is_introduced:
        await work.tell(person_id, MayBegin(is_trainee=after.is_trainee))


async def take_step_back(work: Work, person_id: int, step: OnboardingStep) -> None:
    """The step was not taken after all.

    Raises: as `take_step`.
    """
    await _hold(work, person_id)
    await standing_with_access(work, person_id)
    this = (STEPS.c.person_id == person_id, STEPS.c.step == step.value)
    await work.db.execute(delete(STEPS).where(*this))


async def learns_beside(work: Work, person_id: int) -> None:
    """The volunteer is a trainee: planned beside somebody experienced, and given no case. They are told.

    Raises: as `take_step`.
    """
    await _change_trainee(work, person_id, is_trainee=True)


async def has_learned(work: Work, person_id: int) -> None:
    """The volunteer is no trainee any more, and is told.

    Raises: as `take_step`.
    """
    await _change_trainee(work, person_id, is_trainee=False)


async def standing_with_access(work: Work, person_id: int) -> Standing:
    """How somebody on the staff stands, for a coordinator who changes it.

    Raises:
        NotFound: a newcomer or a volunteer acts.
        BadInput: nobody on the staff has this id, or they have left; or their access has ended.
    """
    work.require_publisher()
    stands = (await standing_of(work.db, [person_id])).get(person_id)
    if stands is None or await names.name_of(work.db, work.seal, person_id) is None:
        raise BadInput("volunteer_gone")
    if not stands.enabled:
        raise BadInput("volunteer_has_no_access")
    return stands


async def _change_trainee(work: Work, person_id: int, *, is_trainee: bool) -> None:
    await _hold(work, person_id)
    await standing_with_access(work, person_id)
    other = PROFILES.c.person_id == person_id, PROFILES.c.is_trainee.is_(not is_trainee)
    if not (await work.db.execute(update(PROFILES).where(*other).values(is_trainee=is_trainee))).rowcount:
        return
    after = (await standing_of(work.db, [person_id]))[person_id]
    if is_trainee:
        await work.tell(person_id, LearnsBeside())
    elif after.is_introduced:
        await work.tell(person_id, MayBegin())


async def _hold(work: Work, person_id: int) -> None:
    """Nobody else changes how this person stands until COMMIT: of two who tick the last steps at once, one sees both.
    There is a profile then; a version before this one added people without.

    Raises:
        NotFound: a newcomer or a volunteer acts.
    """
    work.require_publisher()
    if (await standing_of(work.db, [person_id])).get(person_id) is None:
        return  # nobody of ours, which is said next
    await work.db.execute(insert_or_skip(work.db, PROFILES), {"person_id": person_id})
    await work.db.execute(select(PROFILES.c.person_id).where(PROFILES.c.person_id == person_id).with_for_update())
