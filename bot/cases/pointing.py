"""That there are words at the desk: one line for a case, however many there are, as long as it has not left.

It must not decide which words may pass through Telegram: `relay.py` does.
"""

from bot.cases import replacing
from bot.cases.texts_relayed import NewWords
from bot.engine import bells
from bot.engine.work import Work
from bot.people.access import CaseRow
from models.notice import Notice


async def point_to_desk(work: Work, case: CaseRow, *, seq: int) -> None:
    """The claimer reads that there are new words in the case, up to the place `seq`, and how many messages if more than
    one came while the line waited."""
    line = await replacing.waiting(work, case.volunteer_id, Notice.NEW_WORDS, case_id=case.id)
    count = 1 if line is None else NewWords.understood(line.params).count + 1
    told = NewWords(case=case.id, code=case.code, seq=seq, count=count)
    await replacing.tell_newest(work, case.volunteer_id, told, case_id=case.id)
    work.ring(bells.DESK)
