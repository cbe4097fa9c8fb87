"""A fake Telegram Bot API server over real HTTP.

In tests: `async with FakeBotApi() as api:` and give the bot `api.base_url` and `api.base_file_url`. As a process of its
own: `python -m tests.botapi --port N [--state FILE]`, driven through `/control/...` (see control.py).

It owns Telegram's side only: what people do, what they see, which updates are acknowledged, and faults made on purpose.
It knows nothing of this project, so that it can never agree with a mistake of ours.
"""

from tests.botapi.chat import Button, Chat, Shown
from tests.botapi.faults import Fault
from tests.botapi.people import Happened
from tests.botapi.server import Accepted, Answered, Call, FakeBotApi

__all__ = ["Accepted", "Answered", "Button", "Call", "Chat", "FakeBotApi", "Fault", "Happened", "Shown"]
