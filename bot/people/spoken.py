"""The languages that volunteers speak, as staff write them: by code, or by a name in one of staff's languages.

It must not decide who speaks what.
"""

from collections.abc import Mapping

from bot.language.i18n import Catalogues
from bot.people.names import folded
from bot.people.people import LANGUAGES_SPOKEN
from models.people import STAFF_LANGUAGES


def by_name(catalogues: Catalogues) -> Mapping[str, str]:
    """Each code, by itself and by what the language is called, as `folded`."""
    found = {code: code for code in LANGUAGES_SPOKEN}
    for reader in STAFF_LANGUAGES:
        words = catalogues.desk(reader)
        keys = {code: f"language_{code}" for code in LANGUAGES_SPOKEN}
        found |= {folded(words(key)): code for code, key in keys.items() if key in words}
    return found
