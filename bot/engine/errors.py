"""Expected refusals, each with a stable code that is also its catalogue key. Never sentences.

    Refusal
    ├── NotFound            not there, or not yours: the same answer on purpose
    │   └── NotPermitted    for the edge only: no login at all
    │       └── LoginEnded  a newcomer's, and why
    ├── AlreadyClaimed      another volunteer was first
    ├── NotOnShift          may be claimed from the desk after a yes
    ├── MayNotClaim         not yet, or not now: new, a trainee, away
    ├── TooManyCases        as many as one volunteer has at once; a coordinator may all the same
    ├── NotOpen             the case is closed, so this cannot be done to it
    ├── NewerWords          the newcomer wrote something that has not been shown
    ├── UnsentWords         the volunteer has written something that was not sent, and is asked about it
    ├── Stale               the button belongs to something that has passed
    ├── BadInput            the words or values cannot be taken, and why
    ├── TooMany             too many tries; come back later
    ├── LinkSpent           a link that was used, has run out or never was
    ├── ClockInDoubt        what cannot be undone waits until the computer's clock is believed
    └── Unavailable         the store does not answer, and why; nothing was done, try again
        └── Busy            it does, but somebody else holds on to just this

A bug is not a Refusal, and is caught at the edge only.
"""


class Refusal(Exception):
    """An act that was refused: `code` is a catalogue key, `status` is for HTTP.

    `values` fill the placeholders of its sentence, and are nothing else: what a program has to know of it is an
    attribute of its class.
    """

    code = "error_generic"
    status = 400

    def __init__(self, code: str | None = None, /, **values: str | int) -> None:
        self.code = code or type(self).code
        self.values = values
        super().__init__(self.code)


class NotFound(Refusal):
    code = "not_found"
    status = 404


class NotPermitted(NotFound):
    code = "log_in_first"


class LoginEnded(NotPermitted):
    """A newcomer's browser acts for nobody. `says`: the key of what is true about that one."""

    code = "session_ended"

    def __init__(self, says: str) -> None:
        super().__init__()
        self.says = says


class AlreadyClaimed(Refusal):
    """Its sentence says who has it and since when, or that it is the actor's already, or no longer open."""

    code = "already_claimed"
    status = 409


class NotOnShift(Refusal):
    """`case_code`: of the case that may be claimed all the same."""

    code = "not_on_shift"
    status = 409

    def __init__(self, *, case_code: str) -> None:
        super().__init__(code=case_code)
        self.case_code = case_code


class MayNotClaim(Refusal):
    """Its sentence says why, and what to do: `claim_when_introduced`, `claim_not_as_trainee`, `claim_when_back`."""

    code = "claim_when_introduced"
    status = 409


class TooManyCases(Refusal):
    """Its sentence names the cases that count. `case_code`: of the one that was to be taken."""

    code = "too_many_cases"
    status = 409

    def __init__(self, *, codes: str, n: int, case_code: str = "") -> None:
        super().__init__(codes=codes, n=n)
        self.case_code = case_code


class NotOpen(Refusal):
    code = "case_not_open"
    status = 409


class NewerWords(Refusal):
    """`case_id`: the case whose newer words are to be shown with the refusal."""

    code = "newer_words"
    status = 409

    def __init__(self, *, case_id: int, case_code: str) -> None:
        super().__init__(code=case_code)
        self.case_id = case_id


class UnsentWords(Refusal):
    code = "unsent_words"
    status = 409


class Stale(Refusal):
    code = "no_longer_valid"
    status = 409


class BadInput(Refusal):
    status = 422


class TooMany(Refusal):
    code = "too_many_tries"
    status = 429


class LinkSpent(Refusal):
    code = "link_spent"
    status = 410


class ClockInDoubt(Refusal):
    code = "clock_in_doubt"
    status = 503


class Unavailable(Refusal):
    """`cause`: one of `causes.Cause`, for whoever runs the service; people are told what it means for them."""

    code = "unavailable"
    status = 503

    def __init__(self, cause: str = "unknown") -> None:
        super().__init__()
        self.cause = cause


class Busy(Unavailable):
    """For one conversation, or one long look, only: everybody else is served. People are told the same, since they can
    do the same."""
