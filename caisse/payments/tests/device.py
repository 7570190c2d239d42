"""A device as another program would be one: its own keys, its own proofs, over the wire."""

import io
import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from caisse.kernel import clock
from caisse.payments import api
from caisse.payments.formats import text_of
from caisse.payments.tests import loops


@dataclass
class Answer:
    """What the API answered: status, bytes, headers."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def said(self) -> dict[str, Any]:
        """Its JSON."""
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def unnumbered(self) -> str:
        """Its text without numbers of payments and instants: they may hold six figures of a PIN."""
        return re.sub(r'"(?:at|number)": ?(?:"[^"]*"|[0-9]+)', "", self.body.decode())


@dataclass
class PhoneTill:
    """A till that speaks to the WSGI function itself."""

    secret: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    till: int = 0
    generation: int = 0
    key: bytes = b""
    words: str = ""

    @property
    def point(self) -> bytes:
        """Its public key."""
        return self.secret.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def link(self, code: str) -> Answer:
        """Type the code; what is shared from then on."""
        answer = self.send("POST", "tills", {"code": code, "key": self.point.hex()})
        if answer.status == 201:
            said = answer.said
            self.till, self.generation = said["till"], said["generation"]
            self.words = said["words"]
            theirs = ec.EllipticCurvePublicKey.from_encoded_point(
                ec.SECP256R1(), bytes.fromhex(said["key"])
            )
            info = b"till" + self.till.to_bytes(4, "big") + self.generation.to_bytes(2, "big")
            shared = self.secret.exchange(ec.ECDH(), theirs)
            self.key = HKDF(SHA256(), 32, b"", info).derive(shared)
        return answer

    def send(self, method: str, path: str, said: Any = None, **headers: str) -> Answer:
        """One request, proven when the device is linked; `headers` stand over what it would say."""
        return sent(
            method, path, said, key=self.key,
            **{"HTTP_CAISSE_TILL": f"{self.till}.{self.generation}", **headers},
        )  # fmt: skip


@dataclass
class Handset:
    """A member's telephone: linked by a code, it keeps tickets and makes QRs of them."""

    secret: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    phone: int = 0
    generation: int = 0
    key: bytes = b""
    tickets: list[bytes] = field(default_factory=list)

    @property
    def point(self) -> bytes:
        """Its public key."""
        return self.secret.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def link(self, code: str) -> Answer:
        """Type the code, share a key, fetch tickets."""
        answer = self.send("POST", "phones", {"code": code, "key": self.point.hex()})
        if answer.status == 201:
            said = answer.said
            self.phone, self.generation = said["phone"], said["generation"]
            theirs = ec.EllipticCurvePublicKey.from_encoded_point(
                ec.SECP256R1(), bytes.fromhex(said["key"])
            )
            info = b"phone" + self.phone.to_bytes(4, "big") + self.generation.to_bytes(2, "big")
            self.key = HKDF(SHA256(), 32, b"", info).derive(self.secret.exchange(ec.ECDH(), theirs))
            self.refill()
        return answer

    def refill(self) -> None:
        """Fetch tickets."""
        given = bytes.fromhex(self.send("POST", "phones/tickets", {}).said["tickets"])
        self.tickets = [given[at : at + 16] for at in range(0, len(given), 16)]

    def qr(
        self, ticket: bytes = b"", *, most: int = 60_00, late_min: int = 0, key: bytes = b""
    ) -> str:
        """The text of a QR: of the next ticket, or of this one."""
        minute = (clock.now_ms() - 1_577_836_800_000) // 60_000 - late_min
        said = bytes((0x11, 1)) + (ticket or self.tickets.pop(0))
        said += minute.to_bytes(3, "big") + most.to_bytes(3, "big")
        return text_of(said + digest(key or self.key, b"qr1" + said, "sha256")[:12])

    def send(self, method: str, path: str, said: Any = None, **headers: str) -> Answer:
        """One request, proven when the telephone is linked."""
        return sent(
            method, path, said, key=self.key,
            HTTP_CAISSE_PHONE=f"{self.phone}.{self.generation}", **headers,
        )  # fmt: skip


def sent(method: str, path: str, said: Any, *, key: bytes, **headers: str) -> Answer:
    """One request to the WSGI function itself, or to the loop that serves (`loops.serving`);
    `headers` stand over what it would say."""
    address = f"/api/v1/{path}"
    body = said if isinstance(said, bytes) else b"" if said is None else json.dumps(said).encode()
    proof = f"{method}|{address}|".encode() + sha256(body).digest()
    place, _, query = address.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method, "PATH_INFO": place, "CONTENT_LENGTH": str(len(body)),
        "QUERY_STRING": query,
        "wsgi.input": io.BytesIO(body), "HTTP_CAISSE_MAC": digest(key, proof, "sha256").hex(),
        **headers,
    }  # fmt: skip
    if loops.here:
        fields = {
            name.removeprefix("HTTP_").replace("_", "-"): said
            for name, said in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_LENGTH"
        }
        return Answer(*loops.here[0].send(method, address, [body], fields))
    got: dict[str, Any] = {}

    def start(status: str, fields: list[tuple[str, str]]) -> None:
        got.update(status=int(status[:3]), headers=dict(fields))

    body = b"".join(api.application(environ, start))
    return Answer(got["status"], body, got["headers"])
