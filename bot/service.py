"""What every handler is given: the open store, the catalogues, and what notices need to know of this installation.

Owns Service. It starts nothing: `app.py` does.
"""

from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, TypeAlias

from bot.engine.db import Db
from bot.engine.settings import Settings
from bot.engine.store import Store
from bot.language.i18n import Catalogues, Words
from bot.language.parts import Facts
from models.people import STAFF_LANGUAGES, Language

# What `store.look()` gives, by a name for those who only hand it on to the core.
Look: TypeAlias = Db


@dataclass(frozen=True, slots=True)
class ChannelTrouble:
    """What is wrong with a channel, as a code. `failed_at`: when the channel itself last noted a failure."""

    code: str
    since: datetime
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Traces:
    """Since when something that was deleted may still be in a file of the database, and why, as a code."""

    since: datetime
    why: str


@dataclass
class Health:
    """What works right now. Each channel says so of itself; /readyz tells.

    `wrote_at`: when the database last took a write, in seconds of the monotonic clock; None before the first.
    `traces`: what was deleted may still be in a file, for longer than usual.
    `bot_name`: what the bot is called in Telegram, without the @, once Telegram has said so.
    `wrong_secrets`: how often somebody has called the webhook without knowing its secret.
    """

    channels: dict[str, bool] = field(default_factory=dict)
    channel_troubles: dict[str, ChannelTrouble] = field(default_factory=dict)
    stopping: bool = False
    wrote_at: float | None = None
    wrong_secrets: int = 0
    bot_name: str = ""
    traces: Traces | None = None
    started_at: float = field(default_factory=monotonic)

    @property
    def unwritten_seconds(self) -> float:
        """How long ago the database last took a write, or else this process began."""
        return monotonic() - (self.started_at if self.wrote_at is None else self.wrote_at)


@dataclass(frozen=True)
class Service:
    """One running installation."""

    store: Store
    settings: Settings
    catalogues: Catalogues
    is_trial: bool = False
    health: Health = field(default_factory=Health)

    def words(self, language: str | None) -> Words:
        """What newcomers read in this language; English where it is unknown."""
        known = language if language in tuple(Language) else Language.EN
        return self.catalogues.words(str(known))

    def desk(self, language: str | None) -> Words:
        """What staff read in this language; Swedish where it is unknown."""
        known = language if language in STAFF_LANGUAGES else Language.SV
        return self.catalogues.desk(str(known))

    def facts(self, now: datetime, **more: Any) -> Facts:
        """What a saying needs beyond what it carries; `more` names fields of Facts."""
        return Facts(
            zone=self.store.zone,
            now=now,
            catalogues=self.catalogues,
            public_url=self.settings.public_url,
            controller=self.settings.controller,
            contact=self.settings.contact,
            coordinator_contact=self.settings.coordinator_contact,
            retention_days=self.settings.retention_days,
            is_trial=self.is_trial,
            web_words_travel=self.settings.web_words_on_telegram,
            bot_name=self.health.bot_name,
            has_telegram=self.settings.telegram_token is not None,
            **more,
        )
