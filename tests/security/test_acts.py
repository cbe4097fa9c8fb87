"""Who acts is decided by the route and the browser's own login, never by a handler: before it is given anything."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.engine.errors import BadInput
from bot.engine.metrics import REGISTRY
from bot.language.i18n import Catalogues
from bot.people import people
from handlers.web.frame import identity
from handlers.web.frame.policy import Policy
from handlers.web.frame.view import inline
from handlers.web.routes import ROUTES, Route
from tests.security.scene import ACTORS, Scene, Site, everything, served
from tests.security.test_matrix import DONE, ENDED, JSON, LOG_IN, MISSING, SHUT, said_by

BUG = "500"

#          nobody   A        B        claimer  other    disabled coordinator
LETS_IN = {
    Policy.NEWCOMER:
          (ENDED,   DONE,    DONE,    ENDED,   ENDED,   ENDED,   ENDED),
    Policy.STAFF:
          (LOG_IN,  LOG_IN,  LOG_IN,  DONE,    DONE,    LOG_IN,  DONE),
    Policy.CLAIMER:  # whose case it is, is decided with the case
          (LOG_IN,  LOG_IN,  LOG_IN,  DONE,    DONE,    LOG_IN,  DONE),
    Policy.COORDINATOR:
          (LOG_IN,  LOG_IN,  LOG_IN,  MISSING, MISSING, LOG_IN,  DONE),
    Policy.PUBLIC: (BUG,) * 7,
    Policy.PROBE: (BUG,) * 7,
    Policy.TELEGRAM: (BUG,) * 7,
}  # fmt: skip
SAYS = {ENDED: "session_none", LOG_IN: "log_in_first", MISSING: "not_found"}


class Tries:
    """A handler that acts at once for whoever it is given, and notes who that was."""

    def __init__(self) -> None:
        self.given: list[int] = []
        self.refuses = False

    async def __call__(self, request: web.Request) -> web.Response:
        async with identity.acts(request) as (work, login):
            acting = work.visitor.person_id if work.visitor else work.staff.id
            assert acting == login.person_id
            self.given.append(acting)
            await people.speak(work, acting, "uk" if work.visitor else "en")
            if self.refuses:
                raise BadInput("empty_message")
        return web.json_response({"ok": True})


async def forgets(_request: web.Request) -> web.Response:
    """A handler that asks for nobody, although its route is not for anybody."""
    return web.json_response({"ok": True})


def path_of(policy: Policy) -> str:
    return f"/sv/tries/{policy}" if policy == Policy.NEWCOMER else f"/desk/tries/{policy}"


@pytest.fixture
def tries() -> Tries:
    return Tries()


@pytest.fixture
async def site(
    place: Path, catalogues: Catalogues, tries: Tries, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    """The real application, with one more way in for each policy, all to the same handler."""
    more = [Route("POST", path_of(policy), policy, tries) for policy in Policy]
    more += [Route("POST", path_of(policy) + "/forgets", policy, forgets) for policy in Policy]
    monkeypatch.setattr("handlers.web.routes.ROUTES", (*ROUTES, *more))
    async with served(place, catalogues) as opened:
        yield opened


def acts_counted() -> float:
    return REGISTRY.get_sample_value("radrum_acts_handled_total", {"channel": "desk"}) or 0.0


def test_every_policy_is_tried() -> None:
    assert set(LETS_IN) == set(Policy)


@pytest.mark.parametrize("policy", Policy)
async def test_a_handler_is_given_whom_the_policy_lets_in_and_nothing_before(
    site: Site, scene: Scene, tries: Tries, policy: Policy
) -> None:
    expected = dict(zip(ACTORS, LETS_IN[policy], strict=True))
    let_in = [scene.person_ids[actor] for actor in ACTORS if expected[actor] == DONE]
    before = everything(site.service)

    got, changed = {}, []
    for actor in sorted(ACTORS, key=lambda actor: expected[actor] == DONE):  # who is refused, first
        got[actor] = said_by(await site.ask("POST", path_of(policy), scene.cookie(actor) | JSON))
        if expected[actor] != DONE and (everything(site.service) != before or tries.given):
            changed.append(actor)

    assert got == expected
    assert changed == []
    assert tries.given == let_in


@pytest.mark.parametrize("policy", [Policy.NEWCOMER, Policy.STAFF, Policy.CLAIMER, Policy.COORDINATOR])
async def test_whoever_is_not_let_in_reads_a_page_that_says_so(
    site: Site, scene: Scene, tries: Tries, policy: Policy
) -> None:
    words = site.service.words("sv") if policy == Policy.NEWCOMER else site.service.desk(None)
    left_out = {actor: said for actor, said in zip(ACTORS, LETS_IN[policy], strict=True) if said != DONE}

    pages = {actor: await site.ask("POST", path_of(policy), scene.cookie(actor)) for actor in left_out}

    assert {page.status for page in pages.values()} == {404}
    assert [actor for actor, page in pages.items() if inline(words(SAYS[left_out[actor]])) not in page.body] == []
    assert tries.given == []


@pytest.mark.parametrize("policy", Policy)
async def test_another_site_s_page_gets_nobody_to_act(site: Site, scene: Scene, tries: Tries, policy: Policy) -> None:
    foreign = {"Origin": "https://evil.example"} | JSON
    before = everything(site.service)

    got = {said_by(await site.ask("POST", path_of(policy), scene.cookie(actor) | foreign)) for actor in ACTORS}

    assert got == {SHUT}
    assert (tries.given, everything(site.service)) == ([], before)


@pytest.mark.parametrize(
    ("policy", "who"),
    [(Policy.NEWCOMER, "newcomer_a"), (Policy.STAFF, "coordinator"), (Policy.COORDINATOR, "coordinator")],
)
async def test_in_a_browser_with_two_logins_the_route_says_which_one_acts(
    site: Site, scene: Scene, tries: Tries, policy: Policy, who: str
) -> None:
    both = "; ".join(scene.cookie(actor)["Cookie"] for actor in ("newcomer_a", "coordinator"))
    asked_for = {"person_id": str(scene.person_ids["claimer"]), "role": "coordinator", "policy": "coordinator"}

    answer = await site.ask("POST", path_of(policy), {"Cookie": both} | JSON, data=asked_for)

    assert said_by(answer) == DONE
    assert tries.given == [scene.person_ids[who]]


@pytest.mark.parametrize("policy", [Policy.NEWCOMER, Policy.STAFF, Policy.CLAIMER, Policy.COORDINATOR])
async def test_a_handler_that_asks_for_nobody_is_a_bug(site: Site, scene: Scene, policy: Policy) -> None:
    got = {
        said_by(await site.ask("POST", path_of(policy) + "/forgets", scene.cookie(actor) | JSON)) for actor in ACTORS
    }

    assert got == {BUG}


async def test_what_the_staff_do_counts_once_it_is_committed(site: Site, scene: Scene, tries: Tries) -> None:
    counted = [acts_counted()]

    async def acted(actor: str) -> None:
        await site.ask("POST", path_of(Policy.STAFF), scene.cookie(actor) | JSON)
        counted.append(acts_counted())

    await acted("nobody")
    await acted("claimer")
    tries.refuses = True
    await acted("claimer")

    assert [later - counted[0] for later in counted[1:]] == [0, 1, 1]
    assert len(tries.given) == 2
