"""Room for people: what the process may open is shared out, so that a full library is let in and files are left."""

import resource

import pytest

from handlers.web.frame.room import KEPT_FREE, MOST_FILES, room_among, room_here


@pytest.mark.parametrize("files", [1024, 4096, 20_000])
def test_a_library_s_browsers_all_have_room_and_files_are_left(files: int) -> None:
    room = room_among(files)

    assert room.connections_of_address >= 60 * 5  # sixty people with five connections each
    assert room.sockets_of_address >= 60 * 2
    assert room.sockets + room.connections + KEPT_FREE <= files


def test_thousands_of_chats_may_be_open_where_the_computer_lets_them() -> None:
    assert room_among(MOST_FILES).sockets >= 5_000


def test_a_process_with_few_files_still_has_room_for_people() -> None:
    room = room_among(512)

    assert min(room.sockets, room.connections) >= 50


def test_a_process_takes_the_files_it_is_let(monkeypatch: pytest.MonkeyPatch) -> None:
    was = [(1024, 4096)]
    monkeypatch.setattr(resource, "getrlimit", lambda _which: was[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _which, to: was.append(to))

    assert room_here() == room_among(4096)
    assert was[-1] == (4096, 4096)
