"""A device and its maker, for the tests of Web Push: keys, and a server that answers as told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from caisse.messages.push import text_of


class Phone:
    """What a browser keeps to itself: a private key, and what it shares with the caisse."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.secret = b"sixteen octets !"

    @property
    def said(self) -> dict[str, Any]:
        """What it tells the caisse, as push.js writes it."""
        return {"public_key": text_of(self.point), "secret": text_of(self.secret)}

    def read(self, body: bytes) -> dict[str, str]:
        """The message in a body, by RFC 8291 from the device's side."""
        salt, length, point, sealed = body[:16], body[20], body[21:86], body[86:]
        assert (int.from_bytes(body[16:20], "big"), length) == (4096, 65)
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        shared = self.private.exchange(ec.ECDH(), theirs)
        first = derived(shared, self.secret, b"WebPush: info\x00" + self.point + point, 32)
        key = derived(first, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = derived(first, salt, b"Content-Encoding: nonce\x00", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        assert plain.endswith(b"\x02")
        said: dict[str, str] = json.loads(plain[:-1])
        return said


def derived(secret: bytes, salt: bytes, use: bytes, length: int) -> bytes:
    """HKDF of RFC 5869 with SHA-256."""
    return HKDF(SHA256(), length=length, salt=salt, info=use).derive(secret)


class Maker:
    """The server of a browser's maker; `status` is its answer, `got` what came."""

    def __init__(self) -> None:
        self.status = 201
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        maker = self

        class Handler(BaseHTTPRequestHandler):
            """Keeps what comes."""

            def do_POST(self) -> None:
                """Answer `status`; a redirect leads to where one must not go."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                maker.got.append((self.path, dict(self.headers), body))
                self.send_response(maker.status)
                if 300 <= maker.status < 400:
                    self.send_header("Location", f"{maker.origin}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Say nothing on the tests' output."""
                assert args

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def maker() -> Iterator[Maker]:
    """A maker that answers until the block ends."""
    found = Maker()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()
