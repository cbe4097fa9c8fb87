"""What settings must say together before people can be served: `check` and `run` refuse without it.

What holds wherever the program is used, a trial and the tests included, is in `bot/engine/settings.py`.
"""

from bot.engine.setting_kinds import travels_safely
from bot.engine.settings import Mistake, Settings, variable_of

NEEDED = ("controller", "contact")
# What does nothing without another: whoever has set it believes that it does.
NEEDS = (
    ("webhook_url", "telegram_token"),
    ("webhook_secret", "webhook_url"),
    ("hours_channel", "telegram_token"),
    ("web_words_on_telegram", "telegram_token"),
)


def check_production(settings: Settings) -> list[Mistake]:
    """What is wrong with these settings for a service that people reach; empty when it may start.

    Source: GDPR article 13: a newcomer is told who is responsible and how to reach them.
    """
    missing = [name for name in NEEDED if not getattr(settings, name)]
    mistakes = [Mistake(variable_of(name), "setting_missing_in_production", {}) for name in missing]
    if not travels_safely(settings.public_url):
        mistakes.append(Mistake(variable_of("public_url"), "setting_needs_https", {}))
    if settings.public_url.startswith("https") and not settings.trusted_proxies:
        # Plain http is all we serve, so a proxy is there. Unknown, it is everybody's address: ten wrong links from
        # anybody would keep every volunteer out.
        others = {"public_url": variable_of("public_url")}
        mistakes.append(Mistake(variable_of("trusted_proxies"), "setting_proxies_missing", others))
    for name, other in NEEDS:
        if getattr(settings, name) and not getattr(settings, other):
            mistakes.append(Mistake(variable_of(name), "setting_needs_another", {"other": variable_of(other)}))
    return mistakes
