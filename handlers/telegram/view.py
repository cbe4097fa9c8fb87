"""From a prompt to what Telegram shows: text and a keyboard; and what a pressed button says. It decides nothing."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.language import parts
from bot.language.i18n import Words
from bot.service import Service
from models.dialogue import Answer, Choice, Prompt


def keyboard(prompt: Prompt) -> InlineKeyboardMarkup | None:
    """The prompt's choices as buttons, or none."""
    if not prompt.rows:
        return None
    return InlineKeyboardMarkup([[_button(choice) for choice in row] for row in prompt.rows])


def toast(words: Words, answer: Answer, service: Service) -> str:
    """What the button says for a moment: the answer's sentence with its values."""
    if not answer.key:
        return ""
    known = answer.key if answer.key in words else "no_longer_valid"
    return parts.refusal_text(words, known, answer.values, service.store.zone)


def _button(choice: Choice) -> InlineKeyboardButton:
    return InlineKeyboardButton(choice.label, callback_data=choice.code)
