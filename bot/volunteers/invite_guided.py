"""Somebody is invited by buttons: which languages they speak, and then their name, as a reply.

What is asked is decided by `models/invite_dialogue.py` and worded in `texts_invite.py`. It must not invite anybody:
`invitations.py` does.
"""

from bot.engine import guided
from bot.engine.errors import Stale
from bot.engine.work import Work
from bot.language.textshape import clean
from bot.people import people
from bot.volunteers import invitations
from bot.volunteers.invitations import Doors
from bot.volunteers.texts_invite import InviteAsk
from models import invite_dialogue
from models.buttons import GivenAnswer
from models.guided import DialogueKind
from models.invite_dialogue import Draft, Step


async def begin(work: Work) -> InviteAsk:
    """The acting coordinator is to be asked what whoever they invite speaks.

    Raises:
        NotFound: the actor is no coordinator.
    """
    work.require_publisher()
    turn = invite_dialogue.begin()
    dialogue = await guided.begin(work, DialogueKind.INVITE, turn.step, turn.draft.to_json())
    return InviteAsk(dialogue=dialogue, step=turn.step)


async def answered(work: Work, given: GivenAnswer) -> InviteAsk:
    """The answer is kept, and this is to be asked next; last of all for the name.

    Raises:
        Stale: the button belongs to something that has passed, or was never there.
    """
    draft = await _draft(work, given.dialogue, given.step)
    turn = invite_dialogue.advance(Step(given.step), draft, given.answer, people.LANGUAGES_SPOKEN)
    if turn.stale:
        raise Stale
    await guided.move(work, given.dialogue, given.step, turn.step, turn.draft.to_json())
    return InviteAsk(dialogue=given.dialogue, step=turn.step, speaks=turn.draft.speaks)


async def named(work: Work, dialogue: int, words: str) -> Doors:
    """Somebody of this name is invited, who speaks what was chosen; the dialogue is over.

    Raises:
        Stale: it was over already.
        BadInput: as `invitations.invite`; the dialogue goes on.
    """
    draft = await _draft(work, dialogue, Step.NAME)
    doors = await invitations.invite(work, alias=" ".join(clean(words).split()), speaks=list(draft.speaks))
    await guided.end(work, dialogue, Step.NAME)
    return doors


async def _draft(work: Work, dialogue: int, step: str) -> Draft:
    return Draft.from_json((await guided.place(work, dialogue, DialogueKind.INVITE, step)).draft)
