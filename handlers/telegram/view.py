"""From a prompt to what Telegram shows: text and a keyboard. Nothing is decided here."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from models.dialogue import Choice, Prompt


def keyboard(prompt: Prompt) -> InlineKeyboardMarkup | None:
    """The prompt's choices as buttons, or none."""
    if not prompt.rows:
        return None
    return InlineKeyboardMarkup([[_button(choice) for choice in row] for row in prompt.rows])


def _button(choice: Choice) -> InlineKeyboardButton:
    return InlineKeyboardButton(choice.label, callback_data=choice.code)
