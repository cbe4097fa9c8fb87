"""What has to be set before people can be served, and what an operator may believe to have set."""

import pytest

from bot.engine.production import check_production
from bot.engine.settings import Mistake, Settings

FOR_PEOPLE = {"controller": "IM", "contact": "rad@example.org"}
OVER_HTTPS = FOR_PEOPLE | {"public_url": "https://rad.example.org"}
TOKEN = "123456:AAtestsOnlyTokenThatOpensNothingAtAll"
SECRET = "a-secret-of-the-webhook"


def test_a_service_for_people_says_who_answers_for_it_and_is_encrypted():
    at_home = Settings().model_copy(update={"public_url": "http://rad.example.org"})

    assert check_production(at_home) == [
        Mistake("RADRUM_CONTROLLER", "setting_missing_in_production", {}),
        Mistake("RADRUM_CONTACT", "setting_missing_in_production", {}),
        Mistake("RADRUM_PUBLIC_URL", "setting_needs_https", {}),
    ]


def test_over_https_the_proxy_is_known():
    without = check_production(Settings(**OVER_HTTPS))

    assert without == [
        Mistake("RADRUM_TRUSTED_PROXIES", "setting_proxies_missing", {"public_url": "RADRUM_PUBLIC_URL"})
    ]
    assert check_production(Settings(**OVER_HTTPS, trusted_proxies="127.0.0.1")) == []
    assert check_production(Settings(**FOR_PEOPLE)) == []


@pytest.mark.parametrize(
    ("given", "variable", "other"),
    [
        ({"webhook_url": "https://h.example", "webhook_secret": SECRET}, "WEBHOOK_URL", "TELEGRAM_TOKEN"),
        ({"webhook_secret": SECRET, "telegram_token": TOKEN}, "WEBHOOK_SECRET", "WEBHOOK_URL"),
        ({"hours_channel": "@radrum"}, "HOURS_CHANNEL", "TELEGRAM_TOKEN"),
        ({"web_words_on_telegram": "1"}, "WEB_WORDS_ON_TELEGRAM", "TELEGRAM_TOKEN"),
    ],
)
def test_what_does_nothing_without_another_setting_is_refused(given, variable, other):
    complete = {"webhook_url": "https://h.example", "webhook_secret": SECRET, "telegram_token": TOKEN}

    assert check_production(Settings(**FOR_PEOPLE, **given)) == [
        Mistake(f"RADRUM_{variable}", "setting_needs_another", {"other": f"RADRUM_{other}"})
    ]
    assert check_production(Settings(**FOR_PEOPLE, **(complete | given))) == []
