"""Static files as they are sent: packed once, when the server starts (own room: named by Django).

Nothing secret is in them, so that no size tells anything (BREACH). Pages are packed only where they
are the same for all, or anybody may read them (`gzip_page`); those of a session and the API's
answers, which are padded on purpose, are never.
"""

import gzip
from functools import cache
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

from whitenoise.compress import Compressor  # type: ignore[import-untyped]
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]
from whitenoise.responders import Response, StaticFile  # type: ignore[import-untyped]

LEVEL, WORTH = 9, 0.95  # what is not that much smaller is sent as it is
READ = ("GET", "HEAD")


class Packed(WhiteNoiseMiddleware):
    """WhiteNoise, whose files need no packed copies beside them: a process keeps them in memory."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> Any:
        """The file of that address, in both forms where the packed one is smaller."""
        file, is_now = super().get_static_file(path, url, stat_cache), Path(path).stat()
        packed = _packed(path, is_now.st_size, is_now.st_mtime_ns)
        return file if packed is None else TwoForms(file, packed)


class TwoForms:
    """A static file, and the same packed for who takes it so."""

    def __init__(self, file: StaticFile, packed: bytes) -> None:
        self.file, self.packed = file, packed

    def get_response(self, method: str, asked: dict[str, Any]) -> Response:
        """The answer; a part of a file (Range) is one of its plain form."""
        plain = self.file.get_response(method, asked)
        headers = [*plain.headers, ("Vary", "Accept-Encoding")]
        takes = "gzip" in asked.get("HTTP_ACCEPT_ENCODING", "")
        if method not in READ or plain.status != HTTPStatus.OK or not takes:
            return Response(plain.status, headers, plain.file)
        if plain.file is not None:
            plain.file.close()
        kept = [(name, value) for name, value in headers if name != "Content-Length"]
        kept += [("Content-Encoding", "gzip"), ("Content-Length", str(len(self.packed)))]
        return Response(HTTPStatus.OK, kept, None if method == "HEAD" else BytesIO(self.packed))


@cache
def _packed(path: str, _size: int, _changed_ns: int) -> bytes | None:
    """A file packed, always to the same bytes; None where it is hardly smaller."""
    if path.lower().endswith(Compressor.SKIP_COMPRESS_EXTENSIONS):
        return None
    plain = Path(path).read_bytes()
    packed = gzip.compress(plain, LEVEL, mtime=0)
    return packed if len(packed) <= WORTH * len(plain) else None
