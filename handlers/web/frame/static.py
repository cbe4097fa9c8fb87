"""The site's own files: read once, compressed once, and named by a hash so that browsers may keep them for ever.

It must not read a file while a request waits, nor serve anything that was not there at the start.
"""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent.parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
COMPRESSED_ALREADY = (".woff2",)
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent. `zipped` is None where gzip would not help."""

    content_type: str
    plain: bytes
    zipped: bytes | None
    etag: str


class Assets:
    """Every file of the folder, under one version: a script finds the others beside it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {path.name: _read(path) for path in sorted(folder.rglob("*")) if path.suffix in TYPES}
        everything = sha256("".join(asset.etag for asset in self._files.values()).encode())
        self.version = everything.hexdigest()[:12]

    def url(self, name: str) -> str:
        """Where the file is; an unknown name is a mistake in a template.

        Raises:
            KeyError: there is no such file.
        """
        if name not in self._files:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    def get(self, name: str) -> Asset | None:
        return self._files.get(name)


ASSETS: web.AppKey[Assets] = web.AppKey("assets")


@cache
def own_files() -> Assets:
    """The site's, as they were at the start: the same for all that a process opens."""
    return Assets()


async def file(request: web.Request) -> web.Response:
    """A file; one asked for under another version is sent, but not kept by the browser."""
    assets = request.app[ASSETS]
    asset = assets.get(request.match_info["name"])
    if asset is None:
        raise web.HTTPNotFound
    current = request.match_info["version"] == assets.version
    headers = {
        "Cache-Control": FOR_EVER if current else "no-cache",
        "ETag": asset.etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("If-None-Match") == asset.etag:
        return web.Response(status=304, headers=headers)
    headers["Content-Type"] = asset.content_type
    if asset.zipped is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        return web.Response(body=asset.zipped, headers=headers | {"Content-Encoding": "gzip"})
    return web.Response(body=asset.plain, headers=headers)


def _read(path: Path) -> Asset:
    plain = path.read_bytes()
    zipped = None if path.suffix in COMPRESSED_ALREADY else gzip.compress(plain, compresslevel=9, mtime=0)
    return Asset(TYPES[path.suffix], plain, zipped, f'W/"{sha256(plain).hexdigest()[:16]}"')
