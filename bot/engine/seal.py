"""Sealing: what people write is stored so that the database alone reveals nothing.

This file owns the key file, the layout of a sealed value, blind look-ups, tokens and hashed secrets, and is the only
one that uses the library `cryptography`. It is pure and synchronous apart from reading and writing the key file.
It must not know which columns are sealed, and never logs; its errors carry no key, value or secret.
"""

import hashlib
import hmac
import os
import re
import secrets
import stat
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
KEY_ID_BYTES = 4
NONCE_BYTES = 12  # What AES-GCM asks for: NIST SP 800-38D, 8.2.
TOKEN_BYTES = 32  # 256 bits; 43 characters when written.
TOKEN_CHARACTERS = 43
# What may hold a token. A longer run is no text that somebody wrote around one, so its ends are not looked into.
_RUN = re.compile(r"[A-Za-z0-9_-]{43,}")
LONGEST_RUN = 64  # a token with up to 21 letters typed onto it
LAST_OF_TOKEN = frozenset("AEIMQUYcgkosw048")  # 256 bits leave two of the last character's six at zero
LAYOUT = b"\x01"
HEADER_BYTES = len(LAYOUT) + KEY_ID_BYTES

SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 1  # 16 MiB and some 50 ms for each guess: RFC 7914, 2.
SALT_BYTES = 16


class SealError(Exception):
    """Something about a key or a sealed value is wrong; `code` is a catalogue key, `params` its placeholders."""

    code = "seal_error"

    def __init__(self, path: Path | None = None) -> None:
        self.params = {"path": str(path)} if path else {}
        super().__init__(f"{self.code} {path or ''}".strip())


class KeyMissing(SealError):
    """There is no key file at this path."""

    code = "key_missing"


class KeyLost(KeyMissing):
    """There is no key file at this path, and the database was sealed with one."""

    code = "key_lost"


class KeyUnreadable(SealError):
    """There is something at this path that cannot be read: a folder, or a file of somebody else's."""

    code = "key_unreadable"


class KeyFolderUnsafe(SealError):
    """Others than the owner may put another file in the key's place. Carries the folder."""

    code = "key_folder_unsafe"


class KeyExists(SealError):
    """A key file is there already; overwriting it would lose everything it has sealed."""

    code = "key_exists"


class KeyUnsafe(SealError):
    """Others than the owner may read or change the key file."""

    code = "key_unsafe"


class KeyBroken(SealError):
    """The file holds no whole key."""

    code = "key_broken"


class WrongKey(SealError):
    """The value was sealed with another key than the one loaded."""

    code = "seal_wrong_key"


class SealBroken(SealError):
    """The value has been changed, cut, or moved from the place it was sealed for."""

    code = "seal_broken"


class Place(TypedDict):
    """Where a sealed value lies, as `Seal` is told it: a column of a row."""

    table: str
    column: str
    row_id: int


@dataclass(frozen=True)
class Key:
    """The installation's one secret. The id is derived from it, so that a damaged key is noticed."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        return _derive(self.secret, "key id")[:KEY_ID_BYTES]


def create_key(path: Path) -> Key:
    """A new key is in `path`, readable by its owner only; so is the folder, if it had to be made.

    Raises:
        KeyExists: there is a file already.
        KeyFolderUnsafe: group or others may write in its folder; no key was made.
    """
    key = Key(secrets.token_bytes(KEY_BYTES))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_safe_folder(path.parent)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyExists(path) from None
    with os.fdopen(file, "w", encoding="ascii") as opened:
        opened.write(f"{key.id.hex()} {b64encode(key.secret).decode()}\n")
        opened.flush()
        os.fsync(opened.fileno())
    return key


def load_key(path: Path) -> Key:
    """The key in `path`.

    Raises:
        KeyMissing: no such file.
        KeyUnreadable: it is no file, or somebody else's.
        KeyUnsafe: group or others have rights to it.
        KeyFolderUnsafe: group or others may write in its folder.
        KeyBroken: it is not a key, or not a whole one.
    """
    try:
        with path.open("rb") as opened:
            if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyUnsafe(path)
            written = opened.read()
    except FileNotFoundError:
        raise KeyMissing(path) from None
    except OSError:
        raise KeyUnreadable(path) from None
    _require_safe_folder(path.parent)
    key = _read_key(written)
    if key is None:
        raise KeyBroken(path)
    return key


class Seal:
    """Seals texts for one place in the database, and opens them there and nowhere else.

    Layout of a sealed value: layout version (1 byte), key id (4), nonce (12), ciphertext with its tag.
    """

    def __init__(self, key: Key) -> None:
        self._header = LAYOUT + key.id
        self._cipher = AESGCM(_derive(key.secret, "seal"))
        self._blinding = _derive(key.secret, "blind")

    def seal(self, text: str, *, table: str, column: str, row_id: int) -> bytes:
        """`text` as bytes that only this key opens, and only for this column of this row."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return self._header + nonce + self._cipher.encrypt(nonce, text.encode(), _place(table, column, row_id))

    def open(self, sealed: bytes, *, table: str, column: str, row_id: int) -> str:
        """The text that was sealed for this place.

        Raises:
            WrongKey: another key sealed it.
            SealBroken: it was changed, or sealed for another place.
        """
        header, nonce = sealed[:HEADER_BYTES], sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
        if len(nonce) < NONCE_BYTES or header[: len(LAYOUT)] != LAYOUT:
            raise SealBroken
        if header != self._header:
            raise WrongKey
        try:
            text = self._cipher.decrypt(nonce, sealed[HEADER_BYTES + NONCE_BYTES :], _place(table, column, row_id))
        except InvalidTag:
            raise SealBroken from None
        return text.decode()

    def blind(self, purpose: str, value: str) -> str:
        """The same 64 hex digits for the same purpose and value, so that a row can be found by what it does not tell.

        A plain hash would not do: all chat ids can be tried in an hour. Without the key these digits say nothing.
        """
        return hmac.digest(self._blinding, f"{purpose}\0{value}".encode(), "sha256").hex()


def new_token() -> str:
    """A token nobody can guess, fit for an address or a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def tokens_in(text: str) -> list[str]:
    """What in a text has the shape of our tokens, wherever it stands. Whether we made it, only its hash can tell."""
    runs = (run for run in _RUN.findall(text) if len(run) <= LONGEST_RUN)
    windows = (run[at : at + TOKEN_CHARACTERS] for run in runs for at in range(len(run) - TOKEN_CHARACTERS + 1))
    return [window for window in windows if window[-1] in LAST_OF_TOKEN]


def hash_token(token: str) -> str:
    """What is stored instead of a token: 64 hex digits. A token is too random to need a slow hash.

    Takes any text at all, since a forged token may hold what no encoding allows.
    """
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def hash_secret(secret: str) -> str:
    """What is stored instead of a secret that a person chose: slow to compute, different each time."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = _scrypt(secret, salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P)
    return f"scrypt${SCRYPT_N}${SCRYPT_R}${SCRYPT_P}${salt.hex()}${digest.hex()}"


def secret_matches(secret: str, stored: str) -> bool:
    """Whether `stored` came from this secret; takes as long for a wrong one. Slow on purpose: run it in a thread."""
    _, n, r, p, salt, digest = stored.split("$")
    computed = _scrypt(secret, bytes.fromhex(salt), n=int(n), r=int(r), p=int(p))
    return hmac.compare_digest(computed, bytes.fromhex(digest))


def _scrypt(secret: str, salt: bytes, *, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, n=n, r=r, p=p, dklen=KEY_BYTES)


def _derive(secret: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose, so that learning one reveals none of the others."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"radrum {purpose}".encode()).derive(secret)


def _place(table: str, column: str, row_id: int) -> bytes:
    return f"{table}.{column}.{row_id}".encode()


def _require_safe_folder(folder: Path) -> None:
    if stat.S_IMODE(folder.stat().st_mode) & (stat.S_IWGRP | stat.S_IWOTH):
        raise KeyFolderUnsafe(folder)


def _read_key(written: bytes) -> Key | None:
    try:
        key_id, secret = written.decode("ascii").split()
        key = Key(b64decode(secret, validate=True))
    except ValueError:
        return None
    return key if len(key.secret) == KEY_BYTES and key.id.hex() == key_id else None
