"""What we take from inside python-telegram-bot, which promises none of it."""

from inspect import iscoroutinefunction, signature

from telegram import Bot


def test_the_library_s_bot_still_calls_a_method_by_its_name() -> None:
    post = getattr(Bot, "_post", None)

    assert iscoroutinefunction(post) and list(signature(post).parameters)[:3] == ["self", "endpoint", "data"], (
        "python-telegram-bot no longer has Bot._post(endpoint, data): see waiting_updates in"
        " handlers/telegram/receiving.py"
    )
