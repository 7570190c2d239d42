"""Web Push (own room: what leaves for the makers of browsers): encrypted, signed, posted.

Sources: RFC 8030 (the message), RFC 8188 and 8291 (what only the device reads), RFC 8292 (who
sends it). The libraries for it bring an HTTP client, or a package without a wheel; see
docs/decisions.
"""

import http.client
import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from email.utils import parseaddr
from functools import cache
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from caisse.kernel import keyfiles
from caisse.messages.carriers import Failed, Sent

NAME = "push.keys"
KEY_BYTES, POINT_BYTES, SECRET_BYTES = 32, 65, 16
RECORD = 4096  # octets: every maker takes as many
LONGEST = RECORD - 16 - 1 - 86  # of a message in one record: less tag, mark of the end, header
LIVES_S = 24 * 3600  # how long a maker keeps what a device could not take
GOOD_S = 12 * 3600  # for how long a proof of the sender is good; 24 hours at most
TIMEOUT_S = 10.0
GONE = (404, 410)  # the device does not want it any more


class Gone(Exception):
    """The subscription does not exist any more: forget it."""


def key() -> ec.EllipticCurvePrivateKey | None:
    """What this caisse signs with, P-256; None before the worker made it."""
    if not keyfiles.path(NAME).exists():
        return None
    return _curve(max(keyfiles.kept(NAME, "push").items())[1])


def make_key() -> None:
    """Make the key; nothing when there is one.

    Lost and made anew, each device has to be asked again: it shows its maker another sender.
    """
    if keyfiles.path(NAME).exists():
        return
    with keyfiles.alone():
        if not keyfiles.path(NAME).exists():
            made = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
            keyfiles.write(NAME, {1: made.to_bytes(KEY_BYTES, "big")})


def public_key() -> str:
    """What a browser asks for to subscribe (`applicationServerKey`); "" while there is none."""
    signs = key()
    return "" if signs is None else text_of(_point(signs.public_key()))


def known_host(endpoint: str) -> bool:
    """Whether an address is one of a maker whom the settings name (CAISSE_PUSH_HOSTS), by https.

    What a browser says is what anybody may say: nothing else is ever asked by the caisse.
    """
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.fragment:
        return False
    host = (parts.hostname or "").lower()
    for allowed in settings.PUSH_HOSTS:
        if parts.scheme == "http" and allowed == f"http://{host}:{port}":
            return True
        if parts.scheme == "https" and port in (None, 443) and _fits(host, allowed):
            return True
    return False


def host_of(endpoint: str) -> str:
    """Whom an address asks, "" for what is none."""
    return urlsplit(endpoint).netloc.lower()


def _fits(host: str, allowed: str) -> bool:
    return host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed


def post(*, endpoint: str, public_key: bytes, secret: bytes, said: dict[str, str]) -> Sent | Failed:
    """Send `said` to a device, as JSON. Raises Gone when it has to be forgotten.

    No redirect is followed. A message of `said["id"]` takes the place of the same one.
    """
    signs = key()
    if signs is None or not known_host(endpoint):
        return Failed("host", again=False)
    body = encrypted(json.dumps(said, ensure_ascii=False).encode(), public_key, secret)
    parts = urlsplit(endpoint)
    headers = {
        "Authorization": proof(signs, f"{parts.scheme}://{parts.netloc}"),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(LIVES_S),
        "Urgency": "normal",
    }
    return _answered(_asked(parts, body, headers))


def _asked(parts: SplitResult, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer, 0 for none."""
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    opened = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        opened.request("POST", path, body, headers)
        return opened.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        opened.close()


def _answered(status: int) -> Sent | Failed:
    if status in GONE:
        raise Gone
    if 200 <= status < 300:
        return Sent()
    return Failed(str(status), again=status in (0, 408, 429) or status >= 500, closed=status == 0)


def encrypted(
    plain: bytes, public_key: bytes, secret: bytes, *,
    ours: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None,
) -> bytes:  # fmt: skip
    """`plain` as only that device reads it: one record of aes128gcm (RFC 8291, section 3).

    `public_key` is its point (65 octets), `secret` what it shares with us (16). Raises ValueError
    for a point that is none, and for a text longer than LONGEST.
    """
    if len(plain) > LONGEST:
        raise ValueError("one record holds no more")
    ours = ours or ec.generate_private_key(ec.SECP256R1())
    salt = salt or secrets.token_bytes(SECRET_BYTES)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    point = _point(ours.public_key())
    shared = ours.exchange(ec.ECDH(), theirs)
    first = _derived(shared, secret, b"WebPush: info\x00" + public_key + point, KEY_BYTES)
    content = _derived(first, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(first, salt, b"Content-Encoding: nonce\x00", 12)
    sealed = AESGCM(content).encrypt(nonce, plain + b"\x02", None)
    return salt + RECORD.to_bytes(4, "big") + bytes([len(point)]) + point + sealed


def proof(signs: ec.EllipticCurvePrivateKey, audience: str) -> str:
    """Who sends it: the header Authorization for that maker (RFC 8292, section 3)."""
    claims = {
        "aud": audience,
        "exp": int(time.time()) + GOOD_S,
        "sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}",
    }
    parts = [text_of(json.dumps(one).encode()) for one in ({"typ": "JWT", "alg": "ES256"}, claims)]
    said = ".".join(parts)
    r, s = decode_dss_signature(signs.sign(said.encode(), ec.ECDSA(SHA256())))
    signature = text_of(r.to_bytes(KEY_BYTES, "big") + s.to_bytes(KEY_BYTES, "big"))
    return f"vapid t={said}.{signature}, k={text_of(_point(signs.public_key()))}"


def text_of(value: bytes) -> str:
    """Base 64 for addresses, without filling."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def bytes_of(text: str, length: int) -> bytes:
    """The octets of such a text. Raises ValueError unless there are `length`."""
    found = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(found) != length:
        raise ValueError(f"{length} octets in base 64")
    return found


def good_point(point: bytes) -> bool:
    """Whether these octets are a key that a device may have."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True


def _derived(secret: bytes, salt: bytes, use: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=salt, info=use).derive(secret)


def _point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@cache
def _curve(secret: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
