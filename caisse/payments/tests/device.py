"""A device as another program would be one: its own keys, its own proofs, over the wire."""

import io
import json
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from caisse.payments import api


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
        address = f"/api/v1/{path}"
        body = (
            said if isinstance(said, bytes) else b"" if said is None else json.dumps(said).encode()
        )
        proof = f"{method}|{address}|".encode() + sha256(body).digest()
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": address, "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body), "HTTP_CAISSE_TILL": f"{self.till}.{self.generation}",
            "HTTP_CAISSE_MAC": digest(self.key, proof, "sha256").hex(), **headers,
        }  # fmt: skip
        got: dict[str, Any] = {}

        def start(status: str, fields: list[tuple[str, str]]) -> None:
            got.update(status=int(status[:3]), headers=dict(fields))

        body = b"".join(api.application(environ, start))
        return Answer(got["status"], body, got["headers"])
