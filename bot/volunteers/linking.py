"""A Telegram account becomes a volunteer's or coordinator's: what a text with a link of ours in it does.

It must not know how a link is printed (`handlers/cli/staff.py`), nor keep or say the text.
"""

from bot.engine.actors import Actor
from bot.engine.errors import BadInput, LinkSpent
from bot.engine.work import Work
from bot.people import login_links, people
from bot.people.login_links import Link
from bot.people.texts import Linked
from bot.privacy import erasing
from models.people import LinkPurpose

MOST_LOOKED_UP = 200  # tokens of one text; a person has one or two


async def took_link(work: Work, chat_id: int, tokens: list[str], *, is_asked: bool) -> bool:
    """Whether the text held a link of ours, which has had its effect: the account is linked. The text itself is done.

    `tokens`: what has the shape of one. `is_asked`: the text asks for a link to be opened, known or not.

    Raises:
        LinkSpent: the link is used, has run out, or never was.
        BadInput: it opens the desk, or the account is somebody else's already.
    """
    known = await login_links.links_among(work, tokens[:MOST_LOOKED_UP])
    good = next((link for link in known if link.is_good and link.purpose == LinkPurpose.TELEGRAM), None)
    if good is not None:
        await _link(work, good, chat_id)
        return True
    if any(link.is_good for link in known):
        raise BadInput("link_is_for_desk")
    actor = work.actor
    if actor is not None and any(_opened_this(actor, link) for link in known):
        await work.tell(actor.id, Linked())
        return True
    if known or is_asked:
        raise LinkSpent
    return False


async def _link(work: Work, link: Link, chat_id: int) -> None:
    """The link is used up and the account linked. Who has only looked in there as a newcomer leaves nothing behind."""
    bare = await people.bare_newcomer_on_telegram(work, chat_id)
    person_id = await login_links.spend_link(work, link.token, LinkPurpose.TELEGRAM)
    if bare is not None:
        await erasing.erase_newcomer(work, bare, farewell=False)
    await people.link_telegram(work, person_id, chat_id)


def _opened_this(actor: Actor, link: Link) -> bool:
    """Whether the link had linked this very account: pressed twice, it has nothing more to do."""
    return link.purpose == LinkPurpose.TELEGRAM and link.person_id == actor.id
