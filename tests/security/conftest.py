"""The scene, made once, and a copy of it for each test."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from tests.security.scene import Scene, Site, close_reader, make_scene, served


@pytest.fixture(autouse=True)
def _nobody_reads_on() -> Iterator[None]:
    yield
    close_reader()


@pytest.fixture(scope="session")
def scene_folder(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, catalogues: Catalogues
) -> tuple[Path, Scene]:
    folder = tmp_path_factory.mktemp("scene")
    return folder, make_scene(migrated_sqlite, folder, catalogues)


@pytest.fixture
def scene(scene_folder: tuple[Path, Scene]) -> Scene:
    return scene_folder[1]


@pytest.fixture
def place(scene_folder: tuple[Path, Scene], tmp_path: Path) -> Path:
    """A folder with the scene in it, for this test alone."""
    return Path(shutil.copytree(scene_folder[0], tmp_path / "place"))


@pytest.fixture
async def site(place: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with served(place, catalogues) as opened:
        yield opened
