"""A world in which the same thing happens each time: the clock stands where the book says, and chance is no chance.

What is drawn at random in the service (numbers of cases, secrets, tokens) is drawn from one fixed row of numbers.
"""

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from structlog.testing import capture_logs

from bot.engine import clock, seal
from tests.telling import ways

NOW = ways.NOW  # a Monday morning in winter, the day before a holiday
_SEED, _FAST = 20260105, 2


class _Foretold(random.Random):
    """Chance that can be foretold, which is what it is for."""


@contextmanager
def frozen() -> Iterator[None]:
    """Until the block ends it is `NOW`, moved by nobody but who moves the clock, and nothing is left to chance.

    Secrets cost nothing to hash, and what is logged is read by nobody.
    """
    # Numbers of cases come out of a row of their own, so that they stay whatever else is drawn.
    chance, codes = _Foretold(_SEED), _Foretold(_SEED)
    clock.freeze(NOW)
    try:
        with (
            patch.object(secrets, "_sysrand", chance),
            patch.object(secrets, "randbits", chance.getrandbits),
            patch.object(secrets, "randbelow", codes.randrange),
            patch.object(seal, "SCRYPT_N", _FAST),
            capture_logs(),
        ):
            yield
    finally:
        clock.unfreeze()
