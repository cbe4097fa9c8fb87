"""Who may take a route: one policy per route, named in the table of routes.

It must not enforce one: `admission.py` does for pages, `identity.acts` for acts.
"""

from enum import StrEnum

from aiohttp import web


class Policy(StrEnum):
    """public: anybody · newcomer: a newcomer's login · staff: a volunteer's or coordinator's login ·
    claimer: staff, and only the case they have claimed · coordinator: a coordinator's login ·
    probe: monitoring · telegram: the webhook's secret."""

    PUBLIC = "public"
    NEWCOMER = "newcomer"
    STAFF = "staff"
    CLAIMER = "claimer"
    COORDINATOR = "coordinator"
    PROBE = "probe"
    TELEGRAM = "telegram"


POLICY: web.RequestKey[Policy] = web.RequestKey("policy")


OPEN = (Policy.PUBLIC, Policy.PROBE, Policy.TELEGRAM)
