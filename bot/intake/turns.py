"""Carrying out a turn of the intake: what it keeps is kept, what it submits opened as a case, what it asks asked.

It must not decide what the turn is (`models/intake.py`), nor which act leads to one (`converse.py`).
"""

from dataclasses import dataclass, replace

from bot.cases import opening, questions, queue, relay
from bot.engine import buttons
from bot.engine.actors import Visitor
from bot.engine.work import Work
from bot.hours.standing import hours_told
from bot.intake.texts import NoConsent, NotAgreedAnew
from bot.intake.texts_dialogue import (
    ASKED_ANEW,
    AskConsent,
    AskConsentFirst,
    AskLanguage,
    AskQuestion,
    AskWaitingWords,
    ConsentChanged,
    LanguageChanged,
    Statement,
)
from bot.intake.threads import Thread, external_of, keep_consent, keep_place
from bot.language.parts import ToNewcomer
from bot.people import people
from bot.people.access import CaseRow
from bot.privacy import erasing
from models.buttons import CONSENT
from models.case import CaseStatus
from models.dialogue import Answer, Incoming, Pressed
from models.intake import Ask, Draft, IntakeStep, Turn, ask_again
from models.notice import Notice
from models.people import Channel

_OF_CONSENT = (Ask.CONSENT, Ask.CONSENT_FIRST, Ask.CONSENT_ANEW)
SAVED, STALE, DONE = Answer("answer_saved"), Answer("no_longer_valid"), Answer("")


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the newcomer came in, as far as a case needs it.

    `throttled`: one of a flood from a network address. `secret_hash`: of the secret made for the web at consent,
    else empty. `is_first`: they are known to have had no case before.
    """

    throttled: bool = False
    secret_hash: str = ""
    is_first: bool = False


PLAIN_ARRIVAL = Arrival()


def is_about_a_case(turn: Turn) -> bool:
    """Whether the newcomer's open case matters to what the turn leads to."""
    says = turn.submit is not None or turn.answer is not None or turn.language is not None
    return says or turn.stale or turn.ask == Ask.TAP


async def carry_out(
    work: Work, visitor: Visitor, thread: Thread, turn: Turn, incoming: Incoming, arrival: Arrival, *,
    case: CaseRow | None,
) -> Answer:  # fmt: skip
    """What the turn keeps is kept, what it submits is a case's, and what it asks is on its way. Returns what a press is
    answered with. `case`: the newcomer's open one, if the turn is about it."""
    if turn.stale:
        await _ask_first(work, visitor, turn)
        return STALE
    if turn.agreed is False:
        await (_declined if thread.consent_at is None else _declined_anew)(work, visitor, thread)
        return DONE
    if turn.language is not None:
        await _speak(work, visitor, turn.language, case)
    message_id = None
    if turn.agreed:
        await keep_consent(work, thread, secret_hash=arrival.secret_hash)
    if turn.submit is not None:
        case, message_id = await _submit(work, visitor, thread, turn, incoming, arrival, case=case)
    recorded = turn.answer is not None and case is not None
    if turn.answer is not None and case is not None:
        case = await _record_answer(work, case, turn.answer)
    if isinstance(incoming.act, Pressed):
        await buttons.settle_asked(
            work, visitor.address_id, incoming.act.code, conversation_id=thread.id, message_id=message_id
        )
    await keep_place(work, thread, turn.step, turn.draft)
    asked = await ask(work, visitor, turn, case=case, asked_row=thread.asked_row)
    if turn.ask == Ask.DONE and not (recorded or asked):
        return Answer(Notice.ASK_DONE)
    return SAVED if recorded else DONE


async def _declined(work: Work, visitor: Visitor, thread: Thread) -> None:
    """Who did not consent is told how else to come by, and forgotten."""
    await buttons.settle_asked(work, visitor.address_id, CONSENT.code("no"), conversation_id=thread.id)
    ways = await hours_told(work.db, work.now, work.zone, NoConsent)
    told = replace(ways, channel=Channel(visitor.channel))
    await work.tell_address(visitor.address_id, told, conversation_id=thread.id)
    await erasing.erase_newcomer(work, visitor.person_id, farewell=False, keep_lane=True)


async def _declined_anew(work: Work, visitor: Visitor, thread: Thread) -> None:
    """Who agreed to an older statement and not to today's: what waited is gone. What they had agreed to stays as it was
    promised, for nobody has asked them whether to delete it."""
    await buttons.settle_asked(work, visitor.address_id, CONSENT.code("no"), conversation_id=thread.id)
    await keep_place(work, thread, IntakeStep.RESTING, Draft())
    ways = await hours_told(work.db, work.now, work.zone, NotAgreedAnew)
    told = replace(ways, channel=Channel(visitor.channel))
    await work.tell_address(visitor.address_id, told, conversation_id=thread.id)


async def ask_in_place(work: Work, visitor: Visitor, thread: Thread, turn: Turn) -> None:
    """The newcomer stands where the turn leads, and has been asked what it asks; nothing else has changed."""
    await keep_place(work, thread, turn.step, turn.draft)
    await ask(work, visitor, turn)


async def _ask_first(work: Work, visitor: Visitor, turn: Turn) -> None:
    """Somebody who has been asked nothing yet, such as after "no", is not left with a button that does nothing."""
    if turn.step == IntakeStep.LANGUAGE and not await buttons.stands(work, visitor.address_id, Notice.ASK_LANGUAGE):
        await ask(work, visitor, ask_again(turn))


async def _speak(work: Work, visitor: Visitor, language: str, case: CaseRow | None) -> None:
    """The newcomer is spoken to in this language; whoever has their case, or may take it, knows."""
    await people.speak(work, visitor.person_id, language)
    if case is not None and case.language != language:
        await opening.change_language(work, case, language)


async def _submit(
    work: Work, visitor: Visitor, thread: Thread, turn: Turn, incoming: Incoming, arrival: Arrival, *,
    case: CaseRow | None,
) -> tuple[CaseRow, int | None]:  # fmt: skip
    """The words become the question of a new case, or join the open one. Returns the case, and the message that has
    become of them if they opened it."""
    words, named = turn.submit or "", external_of(incoming)
    if case is not None:
        await relay.from_newcomer(work, case, words, external_id=named, marks=turn.marks)
        return case, None
    case = await opening.open_case(
        work, newcomer_id=visitor.person_id, conversation_id=thread.id, channel=visitor.channel,
        language=visitor.language or "en", throttled=arrival.throttled,
    )  # fmt: skip
    message_id = await relay.keep_first_words(work, case, words, external_id=named, marks=turn.marks)
    await opening.announce(work, case, lane=visitor.lane, is_first=arrival.is_first)
    return case, message_id


async def _record_answer(work: Work, case: CaseRow, answer: tuple[str, str]) -> CaseRow:
    noted = await opening.note_answer(work, case, *answer)
    if answer[0] == "category" and noted.status == CaseStatus.QUEUED:
        await queue.refresh_cards(work, noted)
    return noted


async def ask(
    work: Work, visitor: Visitor, turn: Turn, *, case: CaseRow | None = None, asked_row: int | None = None
) -> bool:
    """The turn's question is on its way, if it has one; whether anything is. `case`: the newcomer's open one, as far as
    its optional questions are asked; `asked_row`: where they stand."""
    match turn.ask:
        case None:
            return False
        case Ask.DONE:
            return await questions.put_away(work, visitor.conversation_id)
        case Ask.TAP if await _ask_optional(work, visitor, turn, case, asked_row):
            return True
        case Ask.TAP if turn.language is None:
            return False
        case asked:
            if asked in _OF_CONSENT:  # its buttons stand in one place, so that an answer is not ticked in two
                await buttons.settle(work, visitor.address_id, buttons.ANSWERED_BY[CONSENT], pressed=ASKED_ANEW)
            for told in _question(visitor, asked, turn.draft):
                await work.tell_address(visitor.address_id, told, conversation_id=visitor.conversation_id)
            return True


def _question(visitor: Visitor, asked: Ask, draft: Draft) -> tuple[ToNewcomer, ...]:
    """What asks it: the question last, so that its buttons are the newest."""
    channel, waiting = Channel(visitor.channel), bool(draft.waiting_words)
    consent = AskConsent(channel=channel, alone=True)
    match asked:
        case Ask.LANGUAGE:
            return (AskLanguage(waiting=waiting),)
        case Ask.CONSENT:
            return Statement(channel=channel), replace(consent, waiting=waiting)
        case Ask.CONSENT_FIRST:
            return (AskConsentFirst(),)
        case Ask.CONSENT_ANEW:
            return ConsentChanged(), consent
        case Ask.OFFER_HELD:  # the words stay sealed in the draft until this is rendered
            return (AskWaitingWords(conversation=visitor.conversation_id),)
        case Ask.QUESTION:
            return (AskQuestion(),)
        case _:
            return (LanguageChanged(),)


async def _ask_optional(work: Work, visitor: Visitor, turn: Turn, case: CaseRow | None, asked_row: int | None) -> bool:
    if case is None or case.status == CaseStatus.CLAIMED:
        return False  # a person has the case: the bot says nothing unasked
    if turn.submit is None:
        return await questions.show(work, case, turn)
    if asked_row is not None:
        await questions.put_away(work, case.conversation_id)
    await questions.begin(work, case, turn, address_id=visitor.address_id)
    return True
