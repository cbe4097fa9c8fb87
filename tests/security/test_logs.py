"""What the real program lets out: nothing of a person in what it prints, writes, counts, or shows to somebody else.

The program runs as a child with everything logged, in front of a fake Bot API. A whole journey on both channels, every
refusal and some crashes carry canaries; then all that it has left anywhere is searched for them.
"""

import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.cases import shift_starts
from bot.engine.seal import Seal, load_key
from bot.engine.settings import read_settings
from bot.engine.store import Store
from bot.people import login_links, people
from models.people import LinkPurpose, Role
from tests.actors import CODE, TelegramNewcomer, TelegramVolunteer, WebNewcomer, WebVolunteer, plain
from tests.botapi import FakeBotApi
from tests.crash.program import ROOT, free_port, until
from tests.pages import Browserlike
from tests.security.canaries import base64_inside, found, writings

CANARIES = {
    "question": "كناري السؤال الأول",
    "held": "Канарка до згоди",
    "said on the web": "Kanariefågel på webben",
    "said later": "قناری بعدی می‌پرسد",
    "not sent": "Kanariefågel som inte skickades",
    "edited": "Kanarek 🐤 zmieniony",
    "reply from Telegram": "Kanariesvar från mobilen",
    "reply from the desk": "Kanariesvar från disken",
    "poison": "Kanariegift i ett meddelande",
    "button": "kanarieknapp",
    "form": "kanarieformulär",
    "path": "kanariestig",
    "query": "kanariefraga",
    "user agent": "Kanariewebbläsare/1.0",
    "first name": "Kanarifa",
    "last name": "Fågeldotter",
    "username": "kanarie_username",
    "file name": "kanariebrev från hyresvärden.pdf",
    "phone": "46701740699",
    "newcomer's chat": "8123456701",
    "volunteer's chat": "8123456702",
    "chat that blocks": "8123456703",
    "poisoned chat": "8123456704",
    "address": "203.0.113.177",
    "bot token": "712345678:AAkanarie-token_0123456789abcdefghij",
    "webhook secret": "kanarie-webhook-secret-0123456789",
    "metrics token": "kanarie-metrics-token-0123456789",
    "Telegram's complaint": "kanarieklagomål",
}
NEWCOMER, VOLUNTEER, BLOCKER, POISONED = (
    int(CANARIES[name]) for name in ("newcomer's chat", "volunteer's chat", "chat that blocks", "poisoned chat")
)
LOOPBACK = "127.0.0.1"
PYTHON = (sys.executable, "-m", "bot")
FORM = "application/x-www-form-urlencoded"
ENOUGH_SECONDS = 25.0


@dataclass
class Left:
    """What the program has left behind. `canaries`: also those made on the way; `codes`: the cases' numbers."""

    canaries: dict[str, str] = field(default_factory=lambda: dict(CANARIES))
    codes: dict[str, str] = field(default_factory=dict)
    output: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    pages: dict[str, bytes] = field(default_factory=dict)
    database: dict[str, bytes] = field(default_factory=dict)

    @property
    def events(self) -> set[str]:
        lines = self.output["stderr"].decode().splitlines()
        return {json.loads(line)["event"] for line in lines if line.startswith("{")}


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    """One run of the program, from `init` to SIGTERM."""
    folder = tmp_path_factory.mktemp("canaries")
    yield asyncio.run(Run(folder).whole())


def test_the_run_went_through_everything_that_could_tell(left: Left) -> None:
    assert left.events >= {"refused", "incident", "update_failed", "update_given_up", "telegram_bad_request"}
    assert {"malformed", "crash", "refused upload", "metrics", "readyz"} <= set(left.pages)
    assert left.database.keys() == {"radrum.db", "radrum.db-wal", "radrum.db-shm"}
    assert b"forsakringskassan" in left.database["radrum.db"] + left.database["radrum.db-wal"]


def test_nothing_of_a_person_is_in_what_the_program_prints_or_is_called_with(left: Left) -> None:
    assert found(left.canaries | left.codes, left.output) == []


def test_nothing_of_a_person_is_in_the_files_beside_the_database(left: Left) -> None:
    assert found(left.canaries | left.codes, left.files) == []


def test_nothing_of_a_person_is_on_a_page_that_is_not_theirs(left: Left) -> None:
    assert found(left.canaries | left.codes, left.pages) == []
    assert [name for name, page in left.pages.items() if b"aiohttp" in page or b"Traceback" in page] == []


def test_the_database_gives_away_nothing_by_itself(left: Left) -> None:
    assert found(left.canaries, left.database) == []
    assert [name for name in (b"Amina", b"Karin") for content in left.database.values() if name in content] == []


@pytest.mark.parametrize("offset", range(6))
def test_a_canary_is_found_however_it_is_written(offset: int) -> None:
    canary = CANARIES["question"]
    padded = "x" * offset + canary + "y" * 7
    written = {
        "utf-8": padded.encode(),
        "utf-16": padded.encode("utf-16-le"),
        "json": json.dumps(padded).encode(),
        "base64": base64_inside(padded.encode(), 0),
    }

    forms = [form for _, form in writings(canary)]
    missed = [name for name, content in written.items() if not any(form.search(content) for form in forms)]

    assert missed == []
    assert found({"chat": "8123456701"}, {"x": b"chat 8123456701 left"}) == [("chat", "x", "utf-8")]
    assert found({"chat": "8123456701"}, {"x": (8123456701).to_bytes(6, "big")}) == [("chat", "x", "number")]
    assert found({"code": "4729135"}, {"x": b"1764729135912"}) == []


class Run:
    """The program, its surroundings and everybody who talks to it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.left = folder, Left()
        self.stack = AsyncExitStack()
        self.port = free_port()
        self.base = f"http://{LOOPBACK}:{self.port}"

    async def whole(self) -> Left:
        async with self.stack:
            self.api = await self.stack.enter_async_context(FakeBotApi())
            self.env = self._environment()
            await self._prepare()
            await self._start()
            await self._talk()
            await self._misbehave()
            await self._look_at_probes()
            await self._stop()
        return self.left

    # Before and after.

    def _environment(self) -> dict[str, str]:
        (self.folder / "tmp").mkdir()
        given: dict[str, object] = {
            "data_dir": self.folder / "data", "key_file": self.folder / "key" / "radrum.key",
            "public_url": self.base, "port": self.port, "controller": "IM", "contact": "070-174 06 05",
            "telegram_token": CANARIES["bot token"], "telegram_api_url": self.api.url,
            "webhook_url": self.base, "webhook_secret": CANARIES["webhook secret"],
            "metrics_token": CANARIES["metrics token"], "trusted_proxies": f"{LOOPBACK}/32",
            "log_level": "DEBUG", "poll_seconds": 0.5, "retry_first_seconds": 0.05, "work_seconds": 10,
        }  # fmt: skip
        own = {name: value for name, value in os.environ.items() if not name.startswith("RADRUM_")}
        ours = {f"RADRUM_{name.upper()}": str(value) for name, value in given.items()}
        return own | ours | {"TMPDIR": str(self.folder / "tmp"), "LC_ALL": "C.UTF-8"}

    async def _prepare(self) -> None:
        """What a coordinator does on the command line, and then a volunteer on a shift that lasts."""
        said = plain(await self._verb("init", "Karin"))
        settings = read_settings(self.env)
        store = Store(settings, Seal(load_key(settings.key_file)))
        async with store.work() as work:
            amina = await people.add_staff(work, role=Role.VOLUNTEER, alias="Amina", language="sv", speaks=["sv", "ar"])
            lasts = {"starts_at": work.now - timedelta(hours=1), "ends_at": work.now + timedelta(hours=8)}
            await shift_starts.add_shift(work, person_ids=[amina], **lasts)
            self.invitation = await login_links.make_link(work, amina, LinkPurpose.TELEGRAM)
            desk = await login_links.make_link(work, amina, LinkPurpose.DESK)
        await store.close()
        self.desk_link = f"{self.base}/desk/login/{desk}"
        first = re.search(r"/desk/login/(\S+)", said)[1]
        self.left.canaries |= {"link of init": first, "link": desk, "invitation": self.invitation}
        self.left.canaries["key"] = settings.key_file.read_text().split()[1]

    async def _verb(self, *words: str) -> str:
        child = await asyncio.create_subprocess_exec(
            *PYTHON, *words, cwd=ROOT, env=self.env,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, complained = await child.communicate()
        assert child.returncode == 0, complained.decode()
        self.left.output[words[0]] = complained
        return said.decode()

    async def _start(self) -> None:
        files = {name: (self.folder / name).open("wb") for name in ("stdout", "stderr")}
        self.child = await asyncio.create_subprocess_exec(*PYTHON, "run", cwd=ROOT, env=self.env, **files)
        self.stack.push_async_callback(self._gone)
        for file in files.values():
            file.close()
        await until(lambda: b"http" in self._said("stdout"), otherwise="the program to listen", seconds=60)
        await self.api.wait_call("setWebhook", timeout=ENOUGH_SECONDS)

    async def _gone(self) -> None:
        if self.child.returncode is None:
            self.child.kill()
        await self.child.wait()

    def _called_with(self) -> bytes:
        return Path(f"/proc/{self.child.pid}/cmdline").read_bytes()

    def _said(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    async def _stop(self) -> None:
        """The database is copied as it lies there while the program has it open; then the program ends."""
        data = self.folder / "data"
        self.left.database = {path.name: path.read_bytes() for path in data.iterdir() if "radrum.db" in path.name}
        self.left.output["command line"] = self._called_with()
        self.child.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(self.child.wait(), ENOUGH_SECONDS) == 0
        self.left.output |= {name: self._said(name) for name in ("stdout", "stderr")}
        beside = [path for path in (*data.rglob("*"), *(self.folder / "tmp").rglob("*")) if path.is_file()]
        self.left.files = {str(path): path.read_bytes() for path in beside if "radrum.db" not in path.name}
        self.left.files |= {f"the name {path.name}": path.name.encode() for path in beside}

    async def _browser(self) -> Browserlike:
        """Behind a proxy that says where it comes from."""
        headers = {"X-Forwarded-For": CANARIES["address"], "User-Agent": CANARIES["user agent"]}
        self.client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers=headers)
        await self.stack.enter_async_context(self.client)
        return Browserlike(self.client, self.base)

    # The journey.

    async def _talk(self) -> None:
        names = {"first_name": "first name", "last_name": "last name", "username": "username"}
        for chat in (NEWCOMER, VOLUNTEER, BLOCKER, POISONED):
            self.api.chat(chat).profile |= {field: CANARIES[name] for field, name in names.items()}
        volunteer = TelegramVolunteer(self.api, VOLUNTEER, self.invitation, await self._browser())
        await volunteer.arrives()
        await self._telegram_journey(volunteer)
        await self._web_journey()
        await self.api.drained(ENOUGH_SECONDS)

    async def _telegram_journey(self, volunteer: TelegramVolunteer) -> None:
        newcomer = TelegramNewcomer(self.api, NEWCOMER, "ar")
        await newcomer.arrives()
        await newcomer.says(CANARIES["held"])
        await newcomer.presses("consent:yes")
        await newcomer.presses("held:send")
        receipt = await self.api.wait_for(NEWCOMER, lambda shown: bool(CODE.search(plain(shown.text))))
        code = self._note_code("Telegram", CODE.search(plain(receipt.text))[0])
        await volunteer.claims(code)
        said = await newcomer.says(CANARIES["question"])
        await volunteer.reads(code, CANARIES["question"])
        await self.api.edits(NEWCOMER, said.message_id, CANARIES["edited"])
        await volunteer.sees(CANARIES["edited"])
        await volunteer.answers(code, CANARIES["reply from Telegram"])
        await newcomer.sees(CANARIES["reply from Telegram"])
        await self._send_files()
        await volunteer.says("/desk")
        link = await self.api.wait_for(VOLUNTEER, "/desk/login/")
        self.left.canaries["link from the bot"] = plain(link.text).rpartition("/")[2].strip()
        await volunteer.closes(
            code, category="housing", organisation="forsakringskassan", outcome="answered", minutes=15
        )

    def _note_code(self, where: str, code: str) -> str:
        self.left.codes |= {f"code, {where}": code.replace(" ", ""), f"code as shown, {where}": code}
        return code

    async def _send_files(self) -> None:
        chat = self.api.chat(NEWCOMER)
        document = {"file_id": "f1", "file_unique_id": "u1", "file_name": CANARIES["file name"]}
        contact = {"phone_number": CANARIES["phone"], "first_name": CANARIES["first name"]}
        contents = ({"document": document, "caption": CANARIES["said later"]}, {"contact": contact})
        for number, content in enumerate(contents):
            told = {"message_id": 900 + number, "date": 1_800_000_000, "chat": chat.chat_json(), "from": chat.profile}
            await self.api.delivered(await self.api.raw({"message": told | content}))

    async def _web_journey(self) -> None:
        newcomer = WebNewcomer(await self._browser(), "fa")
        self.web = self.client
        await newcomer.arrives()
        await newcomer.agrees()
        code = self._note_code("web", await newcomer.asks(CANARIES["said on the web"]))
        secret = re.search(r"\d{4} \d{4}", newcomer._browser.page.text)[0]
        self.left.canaries |= {"secret": secret.replace(" ", ""), "secret as shown": secret}
        volunteer = WebVolunteer(await self._browser(), self.desk_link)
        self.desk = self.client
        await volunteer.arrives()
        await volunteer.claims(code)
        await volunteer.reads(code, CANARIES["said on the web"])
        await newcomer.says(CANARIES["said later"])
        await volunteer.answers(code, CANARIES["reply from the desk"])
        await newcomer.sees(CANARIES["reply from the desk"])
        for name, client in (("newcomer", self.web), ("desk", self.desk)):
            (cookie,) = client.cookie_jar
            self.left.canaries[f"cookie, {name}"] = cookie.value
        self.case_path = volunteer._cases[code]
        await self._come_back(code, secret)

    async def _come_back(self, code: str, secret: str) -> None:
        for given in ("0000 0000", secret):
            await self._post(self.web, "/fa/back", {"code": code, "secret": given}, keep=False)
        await self._post(self.web, "/fa/chat/secret", {"secret": secret}, keep=False)
        async with self.web.get(self.base + "/fa/chat") as page:
            (new,) = re.findall(r"<strong>(\d{4} \d{4})</strong>", await page.text())
        self.left.canaries |= {"new secret": new.replace(" ", ""), "new secret as shown": new}
        await self._post(self.web, "/fa/chat/draft", {"text": CANARIES["not sent"]}, keep=False)

    # What goes wrong.

    async def _misbehave(self) -> None:
        await self._telegram_complains()
        await self._poison()
        await self._ask_for_nonsense()
        await self._crash_a_page()
        self.left.pages["malformed"] = await self._bare(f"GET /{CANARIES['path']} HTP/1.1 {CANARIES['query']}\r\n\r\n")
        self.left.pages["bad header"] = await self._bare(
            f"GET / HTTP/1.1\r\nHost: x\r\n{CANARIES['path']} {CANARIES['query']}\r\n\r\n"
        )
        self.left.pages["bad length"] = await self._bare(
            f"POST /sv/chat/say HTTP/1.1\r\nHost: x\r\nContent-Length: {CANARIES['query']}\r\n\r\n"
        )

    async def _telegram_complains(self) -> None:
        for kind in (400, 403):
            self.api.fail("sendMessage", BLOCKER, kind=kind, description=CANARIES["Telegram's complaint"])
            await self.api.delivered(await self.api.says(BLOCKER, CANARIES["held"], language_code="uk"))
        for button in (f"tap:category:{CANARIES['button']}", CANARIES["button"], f"c:1:cat:{CANARIES['button']}"):
            for chat in (NEWCOMER, VOLUNTEER):
                await self.api.wait_answer(await self.api.presses(chat, button, 1))
        await self.api.raw({CANARIES["button"]: {"text": CANARIES["poison"]}})
        unreadable = {"message_id": 1, "chat": {"id": POISONED, "type": "private"}, "date": CANARIES["held"]}
        await self.api.raw({"message": unreadable | {"text": CANARIES["poison"]}})
        await self.api.drained(ENOUGH_SECONDS)

    async def _poison(self) -> None:
        """A draft that cannot be opened any more: whatever its newcomer writes fails."""
        await self.api.says(POISONED, "/start", language_code="uk")
        await TelegramNewcomer(self.api, POISONED, "uk").presses("lang:uk")
        await self.api.delivered(await self.api.says(POISONED, CANARIES["held"]))
        self._spoil("UPDATE conversations SET draft = x'01' WHERE draft IS NOT NULL")
        await self.api.delivered(await self.api.says(POISONED, CANARIES["poison"]), ENOUGH_SECONDS)

    async def _crash_a_page(self) -> None:
        self._spoil("UPDATE messages SET words = x'01'")
        for name, client, path in (("crash", self.web, "/fa/chat"), ("crash at the desk", self.desk, self.case_path)):
            async with client.get(self.base + path) as answer:
                assert answer.status == 500
                self.left.pages[name] = await self._kept(answer)

    def _spoil(self, sql: str) -> None:
        with closing(sqlite3.connect(self.folder / "data" / "radrum.db", timeout=10)) as db:
            assert db.execute(sql).rowcount
            db.commit()

    async def _ask_for_nonsense(self) -> None:
        form, say = CANARIES["form"], "/fa/chat/say"
        await self._post(self.web, say, b"text=" + form.encode("latin-1") + b"\xff", kind=FORM)
        await self._post(self.web, say, form.encode(), kind=f"{FORM}; charset=kanarieformular")
        await self._post(self.web, "/fa/chat/press", {"code": form})
        await self._post(self.web, "/fa/chat/command", {"name": form})
        multipart = f'--x\r\nContent-Disposition: form-data; name="f"; filename="{CANARIES["file name"]}"\r\n\r\n{form}'
        self.left.pages["refused upload"] = await self._post(
            self.web, say, multipart.encode(), kind="multipart/form-data; boundary=x"
        )
        self.left.pages["too much"] = await self._post(self.web, say, {"text": form * 50_000})
        spent = self.desk_link.removeprefix(self.base)
        self.left.pages["spent link"] = await self._post(self.desk, spent, {})
        self.left.pages["no such page"] = await self._get(f"/desk/{CANARIES['path']}?{CANARIES['query']}")
        self.left.pages["not yours"] = await self._post(self.web, f"{self.case_path}/reply", {"text": form})
        headers = {"X-Telegram-Bot-Api-Secret-Token": CANARIES["webhook secret"][:-1]}
        self.left.pages["webhook"] = await self._post(
            self.web, "/telegram/webhook", form.encode(), kind="application/json", headers=headers
        )

    async def _post(
        self, client: aiohttp.ClientSession, path: str, body: object, *, kind: str = "",
        headers: dict[str, str] | None = None, keep: bool = True,
    ) -> bytes:  # fmt: skip
        told = {"Origin": self.base} | ({"Content-Type": kind} if kind else {}) | (headers or {})
        async with client.post(self.base + path, data=body, headers=told, allow_redirects=False) as answer:
            return await self._kept(answer) if keep else b""

    async def _get(self, path: str) -> bytes:
        async with self.web.get(self.base + path) as answer:
            return await self._kept(answer)

    async def _kept(self, answer: aiohttp.ClientResponse) -> bytes:
        """All of the answer that a page shows and its headers, but for the cookie that is the browser's own."""
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "Set-Cookie")
        return headers.encode() + b"\n" + await answer.read()

    async def _bare(self, request: str) -> bytes:
        reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
        writer.write(request.encode())
        answer = await asyncio.wait_for(reader.read(), ENOUGH_SECONDS)
        writer.close()
        await writer.wait_closed()
        return answer

    async def _look_at_probes(self) -> None:
        async with aiohttp.ClientSession() as client:
            for name in ("metrics", "healthz", "readyz"):
                async with client.get(f"{self.base}/{name}") as answer:
                    assert answer.status == 200
                    self.left.pages[name] = await self._kept(answer)
