"""From which network a request came, as far as proxies can be believed."""

from ipaddress import ip_network

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from handlers.web.frame.limits import Limits, client_network

PROXY, INNER = "10.0.0.5", "10.0.0.6"
TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def asked(*forwarded: str, remote: str = PROXY) -> web.BaseRequest:
    """`forwarded`: a header each."""
    headers = CIMultiDict(("X-Forwarded-For", line) for line in forwarded)
    return make_mocked_request("GET", "/", headers=headers).clone(remote=remote)


def network(*forwarded: str, remote: str = PROXY) -> str:
    return client_network(asked(*forwarded, remote=remote), TRUSTED)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("[2001:db8::1]:443", "2001:db8::/64"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:443", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("203.0.113.7:1:2", "unknown"),
        ("[203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
    ],
)
def test_an_address_is_read_however_a_proxy_writes_it(written: str, meant: str) -> None:
    assert network(written) == meant


@pytest.mark.parametrize(
    ("forwarded", "meant"),
    [
        ((f"203.0.113.7, {INNER}",), "203.0.113.7"),
        ((f"203.0.113.7:4711, {INNER}:80",), "203.0.113.7"),
        (("203.0.113.7", INNER), "203.0.113.7"),  # two hops, each with a header of its own
        (("1.1.1.1, 203.0.113.7",), "203.0.113.7"),  # what stands left of the first stranger, the stranger wrote
        ((f"1.1.1.1, 203.0.113.7, {INNER}",), "203.0.113.7"),
        ((f"2001:db8::1, [fd00::6]:443, {INNER}",), "2001:db8::/64"),
        ((f"{INNER}, {INNER}",), INNER),  # who asks is a proxy itself
        ((), PROXY),
    ],
)
def test_a_header_is_believed_as_far_as_trusted_proxies_wrote_it(forwarded: tuple[str, ...], meant: str) -> None:
    assert network(*forwarded) == meant


def test_nobody_else_is_believed() -> None:
    assert network("1.1.1.1", remote="203.0.113.7") == "203.0.113.7"
    assert network("1.1.1.1", remote="::ffff:203.0.113.7") == "203.0.113.7"
    assert network("203.0.113.7", remote=f"::ffff:{PROXY}") == "203.0.113.7"


def test_one_household_s_ipv6_addresses_are_one_and_its_neighbour_s_another() -> None:
    house, same, next_door = (network(f"2001:db8:0:{address}") for address in ("1::1", "1:ffff::2", "2::1"))

    assert house == same == "2001:db8:0:1::/64"
    assert next_door == "2001:db8:0:2::/64"


@pytest.mark.parametrize(
    ("trusted", "request_", "warnings"),
    [
        (TRUSTED, asked("203.0.113.7", remote="172.17.0.1"), 1),
        (TRUSTED, asked("203.0.113.7"), 0),
        (TRUSTED, asked(remote="172.17.0.1"), 0),  # nobody speaks for anybody
        ((), asked("203.0.113.7", remote="127.0.0.1"), 0),  # a trial, behind whatever there is
    ],
)
def test_a_proxy_that_is_not_the_one_that_was_named_is_logged_once_and_not_by_its_address(
    trusted: tuple[object, ...], request_: web.Request, warnings: int
) -> None:
    limits = Limits(trusted)  # type: ignore[arg-type]

    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            limits.network_of(request_)

    assert logs == [{"event": "proxy_not_trusted", "log_level": "warning"}] * warnings
