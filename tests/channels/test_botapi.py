"""The fake Bot API against the real python-telegram-bot: what it promises the other tests is true here."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.request import HTTPXRequest

from tests.botapi import FakeBotApi, state
from tests.botapi.kinds import EVERY_KIND

CHAT = 501
SECRET = "s3cret_Token"


def bot_of(api: FakeBotApi) -> Bot:
    # Without verify=False each client reads the certificates of the world, a tenth of a second per test.
    requests = [HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2)]
    return Bot(
        "123:ABC",
        base_url=api.base_url,
        base_file_url=api.base_file_url,
        request=requests[0],
        get_updates_request=requests[1],
    )


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"do:{label}")] for label in labels])


@pytest.fixture(autouse=True)
def durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without it the library warns whenever it reads a duration, and warnings are errors here.
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    async with FakeBotApi(retry_delay=0.001) as server:
        yield server


@pytest.fixture
async def bot(api: FakeBotApi) -> AsyncIterator[Bot]:
    async with bot_of(api) as real_bot:
        yield real_bot


class Hook:
    """A webhook that answers with the next of `statuses` (then 200) and keeps what it was given."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.taken: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.url = ""

    async def answer(self, request: web.BaseRequest) -> web.Response:
        self.taken.append(await request.json())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, headers={"Retry-After": "1"} if status == 503 else None)

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.taken]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    runner = web.ServerRunner(web.Server(hook.answer), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


# What a person sees.


async def test_a_sent_message_is_shown_with_its_buttons_and_reply(api: FakeBotApi, bot: Bot) -> None:
    question = await api.says(CHAT, "hello")

    sent = await bot.send_message(
        CHAT,
        "<b>Yes</b> &amp; no",
        parse_mode="HTML",
        reply_markup=keyboard("Yes", "No"),
        reply_parameters=ReplyParameters(question.message_id),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )

    shown = api.chat(CHAT).last
    assert (shown.message_id, shown.text, shown.reply_to) == (sent.message_id, "Yes & no", question.message_id)
    assert shown.buttons == [[("Yes", "do:Yes")], [("No", "do:No")]]
    assert [row.text for row in api.accepted] == ["Yes & no"]
    assert sent.reply_to_message.text == "hello"


async def test_a_text_that_looks_like_json_stays_a_text(api: FakeBotApi, bot: Bot) -> None:
    await bot.send_message(CHAT, '{"a": 1}')
    await bot.send_message(CHAT, "true")

    assert [message.text for message in api.chat(CHAT).messages] == ['{"a": 1}', "true"]


async def test_an_edit_changes_the_message_and_a_second_equal_one_is_refused(api: FakeBotApi, bot: Bot) -> None:
    sent = await bot.send_message(CHAT, "one", reply_markup=keyboard("A"))

    await bot.edit_message_text("two", CHAT, sent.message_id, reply_markup=keyboard("B"))

    shown = api.chat(CHAT).last
    assert (shown.text, shown.labels, shown.edited) == ("two", ["B"], True)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("two", CHAT, sent.message_id, reply_markup=keyboard("B"))


async def test_taking_the_keyboard_away_leaves_the_text(api: FakeBotApi, bot: Bot) -> None:
    sent = await bot.send_message(CHAT, "one", reply_markup=keyboard("A"))

    await bot.edit_message_reply_markup(CHAT, sent.message_id)

    assert (api.chat(CHAT).last.text, api.chat(CHAT).last.buttons) == ("one", [])


async def test_a_deleted_message_is_not_shown_and_cannot_be_edited(api: FakeBotApi, bot: Bot) -> None:
    sent = await bot.send_message(CHAT, "one")

    await bot.delete_message(CHAT, sent.message_id)

    assert api.chat(CHAT).visible == []
    assert api.chat(CHAT).messages[0].deleted
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("two", CHAT, sent.message_id)


@pytest.mark.parametrize(
    ("text", "options", "why"),
    [
        ("", {}, "message text is empty"),
        ("   ", {}, "message text is empty"),
        ("😀" * 2049, {}, "message is too long"),
        ("<b>x", {"parse_mode": "HTML"}, "can't parse entities"),
        ("<b>x</i>", {"parse_mode": "HTML"}, "can't parse entities"),
        ("<div>x</div>", {"parse_mode": "HTML"}, "can't parse entities"),
        ("1 < 2", {"parse_mode": "HTML"}, "can't parse entities"),
        ("x", {"reply_parameters": ReplyParameters(99)}, "message to be replied not found"),
    ],
)
async def test_a_text_telegram_would_not_take_is_refused(
    api: FakeBotApi, bot: Bot, text: str, options: dict[str, Any], why: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){why}"):
        await bot.send_message(CHAT, text, **options)

    assert api.accepted == []


async def test_4096_utf16_units_are_taken(api: FakeBotApi, bot: Bot) -> None:
    await bot.send_message(CHAT, "😀" * 2048)

    assert len(api.accepted) == 1


@pytest.mark.parametrize(
    ("button", "why"),
    [
        ({"callback_data": "å" * 33}, "button_data_invalid"),
        ({"url": "http://localhost/x"}, "Wrong HTTP URL"),
        ({"url": "http://127.0.0.1:80/"}, "Wrong HTTP URL"),
        ({"url": "mailto:a@b.se"}, "Wrong HTTP URL"),
        ({}, "button_type_invalid"),
    ],
)
async def test_a_button_telegram_would_not_show_is_refused(
    api: FakeBotApi, bot: Bot, button: dict[str, str], why: str
) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("x", **button)]])

    with pytest.raises(BadRequest, match=f"(?i){why}"):
        await bot.send_message(CHAT, "t", reply_markup=markup)

    assert api.accepted == []


async def test_wait_for_wakes_when_the_message_comes(api: FakeBotApi, bot: Bot) -> None:
    first = await bot.send_message(CHAT, "word one")

    waiting = asyncio.create_task(api.wait_for(CHAT, "word", after=first.message_id))
    await bot.send_message(CHAT, "word two")

    assert (await waiting).text == "word two"
    assert (await api.wait_for(CHAT, lambda message: "one" in message.text)).message_id == first.message_id
    with pytest.raises(AssertionError, match="word two"):
        await api.wait_for(CHAT, "never", timeout=0.01)


# What a person does.


async def test_words_arrive_by_long_poll_and_are_acknowledged_by_the_offset(api: FakeBotApi, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=5))
    said = await api.says(CHAT, "/start now", language_code="fa", first_name="Sara")

    (update,) = await poll

    assert (update.message.text, update.effective_user.language_code) == ("/start now", "fa")
    assert update.message.parse_entities() == {update.message.entities[0]: "/start"}
    with pytest.raises(AssertionError, match="acknowledged"):
        await api.delivered(said, timeout=0.01)
    assert await bot.get_updates(offset=update.update_id + 1, timeout=0) == ()
    await api.delivered(said)
    await api.drained()


async def test_updates_not_confirmed_come_again(api: FakeBotApi, bot: Bot) -> None:
    for number in range(3):
        await api.says(CHAT, str(number))
    first, *_ = await bot.get_updates(timeout=0)

    again = await bot.get_updates(offset=first.update_id + 1, timeout=0, limit=1)

    assert [update.message.text for update in again] == ["1"]


async def test_ids_that_restart_lower_are_not_lost_to_an_old_offset(api: FakeBotApi, bot: Bot) -> None:
    await api.says(CHAT, "old", update_id=9000)
    await bot.get_updates(timeout=0)
    await api.says(CHAT, "new", update_id=7)

    await bot.get_updates(offset=9001, timeout=0)
    (again,) = await bot.get_updates(offset=9001, timeout=0)

    assert again.message.text == "new"
    assert await bot.get_updates(offset=8, timeout=0) == ()
    await api.drained()


async def test_a_second_poll_ends_the_first_with_409(api: FakeBotApi, bot: Bot) -> None:
    async with bot_of(api) as other:
        older = asyncio.create_task(bot.get_updates(timeout=5))
        await api.wait_begun("getUpdates")

        newer = asyncio.create_task(other.get_updates(timeout=5))

        with pytest.raises(Conflict, match="terminated by other getUpdates"):
            await older
        await api.says(CHAT, "hi")
        assert len(await newer) == 1


async def test_only_the_kinds_asked_for_are_delivered(api: FakeBotApi, bot: Bot) -> None:
    await bot.get_updates(timeout=0, allowed_updates=["message"])

    withheld = await api.blocks(CHAT)
    await api.unknown_update()
    await api.says(CHAT, "hi")

    assert [update.message and update.message.text for update in await bot.get_updates(timeout=0)] == [None, "hi"]
    await api.delivered(withheld)


async def test_a_press_carries_the_button_and_its_answer_is_kept(api: FakeBotApi, bot: Bot) -> None:
    await bot.send_message(CHAT, "choose", reply_markup=keyboard("Yes"))

    press = await api.presses(CHAT, "Yes")
    (update,) = await bot.get_updates(timeout=0)
    await update.callback_query.answer("Saved", show_alert=True)

    assert (update.callback_query.data, update.callback_query.message.text) == ("do:Yes", "choose")
    assert await api.wait_answer(press) == ("Saved", True)


async def test_a_button_no_longer_shown_can_be_pressed_by_its_data(api: FakeBotApi, bot: Bot) -> None:
    sent = await bot.send_message(CHAT, "choose", reply_markup=keyboard("Yes"))
    await bot.edit_message_text("chosen", CHAT, sent.message_id)

    with pytest.raises(LookupError, match="chosen"):
        await api.presses(CHAT, "do:Yes")
    await api.presses(CHAT, "do:Yes", sent.message_id)

    (update,) = await bot.get_updates(timeout=0)
    assert (update.callback_query.data, update.callback_query.message.message_id) == ("do:Yes", sent.message_id)


async def test_an_answer_to_a_press_nobody_made_is_refused(api: FakeBotApi, bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query("1", "x")


@pytest.mark.parametrize("kind", EVERY_KIND)
async def test_each_kind_is_understood_by_the_library(api: FakeBotApi, bot: Bot, kind: str) -> None:
    await api.sends(CHAT, kind)

    updates = await bot.get_updates(timeout=0)

    attribute = "photo" if kind == "album" else kind
    assert [bool(getattr(update.message, attribute)) for update in updates] == [True] * (2 if kind == "album" else 1)
    groups = {update.message.media_group_id for update in updates}
    assert (groups == {None}) == (kind != "album")


async def test_edits_groups_and_blocking_are_told(api: FakeBotApi, bot: Bot) -> None:
    said = await api.says(CHAT, "one")
    await api.edits(CHAT, said.message_id, "two")
    await api.in_group(-100123, "hi all")
    await api.blocks(CHAT)

    _, edited, grouped, blocked = await bot.get_updates(timeout=0)

    assert (edited.edited_message.text, edited.edited_message.message_id) == ("two", said.message_id)
    assert grouped.effective_chat.type == "supergroup"
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(CHAT, "x")
    await api.unblocks(CHAT)
    await bot.send_message(CHAT, "x")
    assert await bot.leave_chat(-100123)


async def test_an_update_of_an_unknown_kind_and_a_raw_one_arrive(api: FakeBotApi, bot: Bot) -> None:
    await api.unknown_update()
    await api.raw(
        {
            "poll_answer": {
                "poll_id": "1",
                "option_ids": [],
                "option_persistent_ids": [],
                "user": {"id": 4, "first_name": "A", "is_bot": False},
            }
        }
    )

    async with aiohttp.ClientSession() as client, client.get(f"{api.base_url}1:x/getUpdates?timeout=0") as reply:
        updates = (await reply.json())["result"]

    assert ["hologram_received" in updates[0], "poll_answer" in updates[1]] == [True, True]
    assert updates[1]["update_id"] == updates[0]["update_id"] + 1
    assert [Update.de_json(update, bot).message for update in updates] == [None, None]


# The bot's profile and the shape of answers.


async def test_profile_is_kept_per_language_and_odd_codes_are_refused(api: FakeBotApi, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("start", "Begin")], language_code="uk")
    await bot.set_my_name("RadRum")
    await bot.set_my_description("Advice", language_code="ar")
    await bot.set_my_short_description("Advice")

    assert api.profile["description", "ar"] == "Advice"
    assert api.profile["commands", "uk"] == [{"command": "start", "description": "Begin"}]
    with pytest.raises(BadRequest, match=r"(?i)language code"):
        await bot.set_my_name("RadRum", language_code="ukr")


async def test_json_form_and_multipart_are_read_alike_for_any_token(api: FakeBotApi) -> None:
    form = aiohttp.FormData({"chat_id": "5", "text": "b"}, default_to_multipart=True)
    async with aiohttp.ClientSession() as client:
        for body in ({"json": {"chat_id": 5, "text": "a"}}, {"data": form}, {"data": {"chat_id": "5", "text": "c"}}):
            async with client.post(f"{api.url}/bot9:any/sendMessage", **body) as reply:
                assert (reply.status, (await reply.json())["ok"]) == (200, True)
        async with client.post(f"{api.url}/bot9:any/flyToMoon") as reply:
            answer = await reply.json()

    assert [message.text for message in api.chat(5).messages] == ["a", "b", "c"]
    assert answer == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_a_file_cannot_be_fetched(api: FakeBotApi, bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)invalid file_id"):
        await bot.get_file("x")


# The webhook.


async def test_the_webhook_gets_one_chat_in_order_and_again_until_200(api: FakeBotApi, bot: Bot, hook: Hook) -> None:
    hook.statuses = [503, 500, 200]
    await api.says(CHAT, "before")

    await bot.set_webhook(hook.url, secret_token=SECRET)
    last = await api.says(CHAT, "after")
    await api.delivered(last)

    assert hook.texts == ["before", "before", "before", "after"]
    assert set(hook.secrets) == {SECRET}
    assert [attempt.status for attempt in api.delivery.attempts] == [503, 500, 200, 200]
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates(timeout=0)


async def test_a_webhook_that_does_not_listen_is_tried_until_it_does(api: FakeBotApi, bot: Bot, hook: Hook) -> None:
    async with FakeBotApi() as absent:
        await absent.down()
        await bot.set_webhook(f"{absent.url}/hook")
        said = await api.says(CHAT, "patience")
        await api.tried(said)
        info = await bot.get_webhook_info()

        await bot.set_webhook(hook.url)
        await api.drained()

    assert (info.pending_update_count, info.last_error_message) == (1, "Connection refused")
    assert hook.texts == ["patience"]


async def test_without_the_webhook_what_waits_is_polled_in_order(api: FakeBotApi, bot: Bot, hook: Hook) -> None:
    hook.statuses = [500] * 1000
    await bot.set_webhook(hook.url)
    for number in range(3):
        await api.says(CHAT + number % 2, str(number))

    await bot.delete_webhook()

    assert [update.message.text for update in await bot.get_updates(timeout=0)] == ["0", "1", "2"]


async def test_dropped_updates_do_not_come_and_are_not_acknowledged(api: FakeBotApi, bot: Bot, hook: Hook) -> None:
    await api.says(CHAT, "old")

    await bot.set_webhook(hook.url, drop_pending_updates=True)
    await api.delivered(await api.says(CHAT, "new"))

    assert (hook.texts, len(api.delivery.acked)) == (["new"], 1)


# Faults.


@pytest.mark.parametrize(
    ("kind", "error"),
    [(429, RetryAfter), (400, BadRequest), (403, Forbidden), (500, NetworkError), (404, InvalidToken)],
)
async def test_a_status_fault_refuses_once_and_changes_nothing(
    api: FakeBotApi, bot: Bot, kind: int, error: type[Exception]
) -> None:
    api.fail("sendMessage", CHAT, kind=kind)

    await bot.send_message(CHAT + 1, "another chat is not hit")
    with pytest.raises(error):
        await bot.send_message(CHAT, "one")
    await bot.send_message(CHAT, "two")

    assert [row.text for row in api.accepted] == ["another chat is not hit", "two"]
    assert [call.ok for call in api.calls_of("sendMessage")] == [True, False, True]


async def test_retry_after_and_description_are_as_told(api: FakeBotApi, bot: Bot) -> None:
    api.fail(kind=429, retry_after=17)
    api.fail(kind=400, description="Bad Request: user is deactivated")

    with pytest.raises(RetryAfter) as limited:
        await bot.send_message(CHAT, "x")
    with pytest.raises(BadRequest, match=r"(?i)user is deactivated"):
        await bot.send_message(CHAT, "x")

    assert limited.value.retry_after.total_seconds() == 17


async def test_502_is_the_proxys_html(api: FakeBotApi, bot: Bot) -> None:
    api.fail(kind=502)

    with pytest.raises(NetworkError, match="502"):
        await bot.send_message(CHAT, "x")

    assert api.accepted == []


@pytest.mark.parametrize(("kind", "accepted"), [("drop", 0), ("drop_after", 1)])
async def test_a_dropped_connection_has_recorded_only_after(
    api: FakeBotApi, bot: Bot, kind: str, accepted: int
) -> None:
    api.fail("sendMessage", kind=kind)

    with pytest.raises(NetworkError):
        await bot.send_message(CHAT, "x")

    assert (len(api.accepted), len(api.calls_of("sendMessage"))) == (accepted, accepted)


@pytest.mark.parametrize(("kind", "accepted"), [("hold_before", 0), ("hold", 1)])
async def test_a_held_call_is_answered_when_released(api: FakeBotApi, bot: Bot, kind: str, accepted: int) -> None:
    fault = api.fail("sendMessage", kind=kind)
    sending = asyncio.create_task(bot.send_message(CHAT, "x"))

    await fault.reached()
    seen_while_held = len(api.accepted)
    api.release()

    assert (await sending).text == "x"
    assert (seen_while_held, len(api.accepted)) == (accepted, 1)


async def test_a_call_held_at_the_end_leaves_nothing_behind() -> None:
    async with FakeBotApi() as api, bot_of(api) as bot:
        fault = api.fail("sendMessage", kind="hold")
        sending = asyncio.create_task(bot.send_message(CHAT, "x"))
        await fault.reached()
        await api.close()

    with pytest.raises(NetworkError):
        await sending


async def test_down_refuses_and_up_listens_on_the_same_port(api: FakeBotApi, bot: Bot) -> None:
    url = api.url
    poll = asyncio.create_task(bot.get_updates(timeout=5))
    await api.wait_begun("getUpdates")

    await api.down()
    with pytest.raises(NetworkError):
        await poll
    with pytest.raises(NetworkError, match="Connect"):
        await bot.send_message(CHAT, "x")
    await api.up()

    assert (await bot.send_message(CHAT, "y")).text == "y"
    assert (api.url, len(api.accepted)) == (url, 1)


async def test_a_black_hole_answers_nothing_until_it_is_gone(api: FakeBotApi, bot: Bot) -> None:
    api.black_hole()
    with pytest.raises(NetworkError):
        await bot.send_message(CHAT, "x", read_timeout=0.05)

    api.black_hole(False)
    await bot.send_message(CHAT, "y")

    assert [row.text for row in api.accepted] == ["y"]


# As a process of its own.


async def test_it_remembers_everything_after_a_restart(api: FakeBotApi, bot: Bot, tmp_path: Path) -> None:
    said = await api.says(CHAT, "word", language_code="uk")
    await bot.send_message(CHAT, "reply", reply_markup=keyboard("Yes"))

    state.save(api, tmp_path / "state.json")
    restarted = FakeBotApi()
    await state.load(restarted, (tmp_path / "state.json").read_text())

    async with restarted, bot_of(restarted) as other:
        assert restarted.accepted == api.accepted
        assert [message.text for message in restarted.chat(CHAT).messages] == ["word", "reply"]
        press = await restarted.presses(CHAT, "Yes")
        updates = await other.get_updates(timeout=0)
    assert [update.update_id for update in updates] == [said.update_id, press.update_id]
    assert updates[1].effective_user.language_code == "uk"


async def test_another_process_drives_it_until_it_is_told_to_stop(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.botapi", "--state", str(tmp_path / "state.json")), stdout=asyncio.subprocess.PIPE
    )
    url = (await process.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession() as client:
        acts = [{"do": "says", "chat_id": n, "text": f"word {n}"} for n in range(1, 2001)]
        made = await posted(client, f"{url}/control/inject", {"acts": acts})
        await posted(client, f"{url}/bot1:x/sendMessage", {"chat_id": 7, "text": "reply"})
        ledger = await got(client, f"{url}/control/ledger")
        shown = await got(client, f"{url}/control/chat/7")
        updates = await got(client, f"{url}/bot1:x/getUpdates?limit=1")
    process.send_signal(signal.SIGTERM)
    await process.communicate()

    assert (process.returncode, (tmp_path / "state.json").exists()) == (0, True)
    assert ([row["text"] for row in ledger["rows"]], ledger["next"]) == (["reply"], 1)
    assert [message["text"] for message in shown["messages"]] == ["word 7", "reply"]
    assert updates["result"][0]["update_id"] == made["results"][0]["update_id"]


async def test_the_control_api_makes_faults_waits_and_pauses(api: FakeBotApi, bot: Bot, hook: Hook) -> None:
    control = f"{api.url}/control"
    async with aiohttp.ClientSession() as client:
        fault = await posted(client, f"{control}/fail", {"method": "sendMessage", "kind": "hold"})
        sending = asyncio.create_task(bot.send_message(CHAT, "x", reply_markup=keyboard("Yes")))
        await posted(client, f"{control}/reached", fault)
        await posted(client, f"{control}/release", fault)
        await sending
        await posted(client, f"{control}/webhook", {"url": hook.url})
        press = {"do": "presses", "chat_id": CHAT, "label_or_data": "Yes"}
        made = await posted(client, f"{control}/inject", {"acts": [press]})
        await posted(client, f"{control}/drained", {})
        acks = await got(client, f"{control}/acks?after=0")
        seen = await posted(client, f"{control}/wait_for", {"chat_id": CHAT, "text": "x"})
        wrong = await posted(client, f"{control}/inject", {"acts": [press | {"label_or_data": "No"}]}, status=400)

    assert [row["update_id"] for row in acks["rows"]] == [made["results"][0]["update_id"]]
    assert (acks["waiting"], seen["text"]) == ([], "x")
    assert "LookupError" in wrong["error"]


async def posted(client: aiohttp.ClientSession, url: str, told: dict[str, Any], *, status: int = 200) -> dict[str, Any]:
    async with client.post(url, json=told) as reply:
        assert reply.status == status, await reply.text()
        return await reply.json()


async def got(client: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with client.get(url) as reply:
        assert reply.status == 200, await reply.text()
        return await reply.json()


async def test_many_messages_are_deleted_in_one_call_and_those_that_are_gone_passed_over(
    api: FakeBotApi, bot: Bot
) -> None:
    sent = [(await bot.send_message(CHAT, text)).message_id for text in ("one", "two")]
    theirs = (await api.says(CHAT, "three")).message_id

    assert await bot.delete_messages(CHAT, [*sent, theirs, 99])

    assert api.chat(CHAT).visible == []
    with pytest.raises(BadRequest, match=r"(?i)message identifiers are not specified"):
        await bot.delete_messages(CHAT, [])
    with pytest.raises(BadRequest, match=r"(?i)too many message identifiers"):
        await bot.delete_messages(CHAT, range(1, 102))


async def test_what_is_48_hours_old_cannot_be_deleted_and_keeps_what_is_named_with_it(
    api: FakeBotApi, bot: Bot
) -> None:
    old = await bot.send_message(CHAT, "old")
    later = time.time() + 48 * 3600
    api.now = lambda: later
    fresh = await bot.send_message(CHAT, "fresh")

    with pytest.raises(BadRequest, match=r"(?i)message can't be deleted"):
        await bot.delete_messages(CHAT, [old.message_id, fresh.message_id])
    with pytest.raises(BadRequest, match=r"(?i)message can't be deleted"):
        await bot.delete_message(CHAT, old.message_id)

    assert [one.text for one in api.chat(CHAT).visible] == ["old", "fresh"]
    assert await bot.delete_message(CHAT, fresh.message_id)


async def test_a_dice_in_a_private_chat_cannot_be_deleted_on_its_first_day(api: FakeBotApi, bot: Bot) -> None:
    dice = (await api.sends(CHAT, "dice")).message_id
    assert dice is not None

    with pytest.raises(BadRequest, match=r"(?i)message can't be deleted"):
        await bot.delete_message(CHAT, dice)
    tomorrow = time.time() + 25 * 3600
    api.now = lambda: tomorrow

    assert await bot.delete_message(CHAT, dice)


async def test_in_a_group_the_bot_deletes_its_own_messages_only(api: FakeBotApi, bot: Bot) -> None:
    theirs = (await api.in_group(-100, "hello")).message_id
    assert theirs is not None
    mine = await bot.send_message(-100, "mine")

    with pytest.raises(BadRequest, match=r"(?i)message can't be deleted"):
        await bot.delete_messages(-100, [theirs])

    assert await bot.delete_messages(-100, [mine.message_id])
