"""What the database alone does not reveal, and what the key file allows."""

import os
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.seal import (
    SCRYPT_P,
    SCRYPT_R,
    Key,
    KeyBroken,
    KeyExists,
    KeyFolderUnsafe,
    KeyMissing,
    KeyUnreadable,
    KeyUnsafe,
    Seal,
    SealBroken,
    WrongKey,
    create_key,
    hash_secret,
    hash_token,
    load_key,
    new_token,
    secret_matches,
)
from tests.given import COSTS

PLACE = {"table": "messages", "column": "body", "row_id": 7}
WORDS = "Jag förstår inte brevet. لا أفهم 👩‍👧"
ONE, OTHER = Seal(Key(b"1" * 32)), Seal(Key(b"2" * 32))


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key" / "radrum.key"
    create_key(path)
    return path


def test_a_new_key_can_be_read_by_its_owner_only_and_is_the_same_when_loaded(tmp_path):
    path = tmp_path / "key" / "radrum.key"

    created = create_key(path)

    assert load_key(path) == created
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_key_is_never_overwritten(key_file):
    before = key_file.read_bytes()

    with pytest.raises(KeyExists):
        create_key(key_file)

    assert key_file.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_that_others_may_reach_is_refused(key_file, mode):
    os.chmod(key_file, mode)

    with pytest.raises(KeyUnsafe):
        load_key(key_file)


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777, 0o1777])
def test_a_key_in_whose_folder_others_may_write_is_refused_and_none_made_there(key_file, mode):
    folder = key_file.parent
    os.chmod(folder, mode)

    with pytest.raises(KeyFolderUnsafe) as caught:
        load_key(key_file)
    with pytest.raises(KeyFolderUnsafe):
        create_key(folder / "another.key")

    assert caught.value.params == {"path": str(folder)}
    assert not (folder / "another.key").exists()
    os.chmod(folder, 0o700)
    load_key(key_file)


def test_a_folder_in_the_key_s_place_is_told_apart_from_a_missing_key(tmp_path):
    with pytest.raises(KeyUnreadable) as caught:  # what a container makes of a file that is missing outside
        load_key(tmp_path)

    assert caught.value.params == {"path": str(tmp_path)}


def test_a_missing_key_is_told_apart_from_a_broken_one(tmp_path):
    with pytest.raises(KeyMissing) as caught:
        load_key(tmp_path / "none.key")

    assert caught.value.code == "key_missing"
    assert caught.value.params == {"path": str(tmp_path / "none.key")}


@pytest.mark.parametrize(
    "damage",
    [
        lambda written: b"",
        lambda written: written[:-10],
        lambda written: written[:8] + b" " + b"!" * 44,
        lambda written: written[:12] + (b"y" if written[12:13] == b"z" else b"z") + written[13:],
        lambda written: written.split()[1],
        lambda written: b"\xff" + written,
    ],
)
def test_a_key_that_is_not_whole_is_refused(key_file, damage):
    key_file.write_bytes(damage(key_file.read_bytes()))

    with pytest.raises(KeyBroken):
        load_key(key_file)


def test_a_key_is_not_shown_when_printed():
    assert "1111" not in repr(Key(b"1" * 32))


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(deadline=None)
def test_what_was_sealed_for_a_place_opens_there(text):
    assert ONE.open(ONE.seal(text, **PLACE), **PLACE) == text


def test_a_sealed_text_shows_nothing_of_itself_and_differs_each_time():
    first, second = ONE.seal(WORDS, **PLACE), ONE.seal(WORDS, **PLACE)

    assert first != second
    assert b"brevet" not in first
    assert first[:1] == b"\x01"
    assert len(first) == 1 + 4 + 12 + len(WORDS.encode()) + 16


@pytest.mark.parametrize("elsewhere", [{"table": "cases"}, {"column": "note"}, {"row_id": 8}])
def test_a_sealed_text_moved_elsewhere_does_not_open(elsewhere):
    sealed = ONE.seal(WORDS, **PLACE)

    with pytest.raises(SealBroken):
        ONE.open(sealed, **PLACE | elsewhere)


def test_a_sealed_text_does_not_open_when_a_bit_is_changed_or_the_end_is_cut():
    sealed = ONE.seal(WORDS, **PLACE)

    for position in range(len(sealed)):
        changed = sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
        with pytest.raises((SealBroken, WrongKey)):
            ONE.open(changed, **PLACE)
    for length in range(len(sealed)):
        with pytest.raises((SealBroken, WrongKey)):
            ONE.open(sealed[:length], **PLACE)


def test_another_key_is_named_as_the_reason():
    sealed = ONE.seal(WORDS, **PLACE)

    with pytest.raises(WrongKey) as caught:
        OTHER.open(sealed, **PLACE)

    assert caught.value.code == "seal_wrong_key"


def test_a_blind_look_up_is_the_same_for_the_same_purpose_value_and_key_only():
    found = ONE.blind("telegram", "12345")

    assert found == ONE.blind("telegram", "12345")
    others = {ONE.blind("web", "12345"), ONE.blind("telegram", "12346"), OTHER.blind("telegram", "12345")}
    assert len(others | {found}) == 4
    assert len(found) == 64


def test_tokens_are_long_different_and_fit_an_address():
    tokens = {new_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert all(43 <= len(token) <= 64 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)
    assert hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_secret_matches_what_was_stored_of_it_and_nothing_else_does():
    stored = hash_secret("lösenord på svenska")

    assert secret_matches("lösenord på svenska", stored)
    assert not secret_matches("losenord pa svenska", stored)
    assert "lösenord" not in stored
    assert stored != hash_secret("lösenord på svenska")


def test_a_guess_at_a_secret_costs_sixteen_megabytes_and_the_time_to_fill_them():
    assert (COSTS, SCRYPT_R, SCRYPT_P) == (2**14, 8, 1)  # 128 bytes times both: RFC 7914, 2
    assert hash_secret("lösenord på svenska").startswith("scrypt$16$8$1$"), "what tests pay instead"
