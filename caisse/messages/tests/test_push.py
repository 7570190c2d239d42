"""Web Push: the example of RFC 8291, who sends it, where it may go, a device that is gone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from caisse.messages import push
from caisse.messages.carriers import Failed, Sent
from caisse.messages.tests.devices import Maker, Phone, maker

# RFC 8291, appendix A
PLAIN = b"When I grow up, I want to be a watermelon"
THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SECRET, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6"
    "TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulc"
    "y4a-fN"
)


@pytest.fixture
def keys(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A folder of keys with that of Web Push."""
    settings.KEYS = tmp_path
    push.make_key()
    yield tmp_path


@pytest.fixture
def known(settings: Any, keys: Path) -> Iterator[Maker]:
    """A maker that the settings name."""
    with maker() as found:
        settings.PUSH_HOSTS = [found.origin]
        yield found


def sent(to: Maker, phone: Phone) -> Sent | Failed:
    return push.post(
        endpoint=f"{to.origin}/send/abc?x=1", public_key=phone.point, secret=phone.secret,
        said={"id": "7", "title": "Un achat vient d’être fait"},
    )  # fmt: skip


def test_the_example_of_the_standard() -> None:
    ours = ec.derive_private_key(int.from_bytes(push.bytes_of(OURS, 32), "big"), ec.SECP256R1())
    made = push.encrypted(
        PLAIN, push.bytes_of(THEIRS, 65), push.bytes_of(SECRET, 16),
        ours=ours, salt=push.bytes_of(SALT, 16),
    )  # fmt: skip
    assert push.text_of(made) == BODY


def test_the_device_reads_it_and_nobody_the_amount_on_the_way(known: Maker) -> None:
    phone = Phone()
    assert sent(known, phone) == Sent()
    ((path, headers, body),) = known.got
    assert path == "/send/abc?x=1"
    assert phone.read(body) == {"id": "7", "title": "Un achat vient d’être fait"}
    assert headers["Content-Encoding"] == "aes128gcm" and headers["TTL"] == "86400"
    assert b"achat" not in body


def test_the_maker_can_prove_who_sent_it(known: Maker) -> None:
    sent(known, Phone())
    said = known.got[0][1]["Authorization"]
    assert said.startswith("vapid t=")
    proof, _, key = said.removeprefix("vapid t=").partition(", k=")
    assert key == push.public_key()
    head, claims, signature = proof.split(".")
    told = json.loads(push.bytes_of(claims, len(claims) * 3 // 4))
    assert told["aud"] == known.origin and told["sub"].startswith("mailto:")
    point = push.bytes_of(key, 65)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    raw = push.bytes_of(signature, 64)
    pair = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(encode_dss_signature(*pair), f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(encode_dss_signature(*pair), b"other", ec.ECDSA(SHA256()))


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_said_to_be(known: Maker, status: int) -> None:
    known.status = status
    with pytest.raises(push.Gone):
        sent(known, Phone())


@pytest.mark.parametrize(
    ("status", "again"), [(400, False), (403, False), (413, False), (429, True), (503, True)]
)
def test_a_maker_that_says_no(known: Maker, status: int, again: bool) -> None:
    known.status = status
    assert sent(known, Phone()) == Failed(str(status), again=again)


def test_no_redirect_is_followed(known: Maker) -> None:
    known.status = 307
    assert sent(known, Phone()) == Failed("307", again=False)
    assert [path for path, _headers, _body in known.got] == ["/send/abc?x=1"]


def test_nobody_there_closes_the_road(known: Maker) -> None:
    known.server.server_close()
    assert sent(known, Phone()) == Failed("0", again=True, closed=True)


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://db5p.notify.windows.com/w/?token=x", True),
        ("https://web.push.apple.com/abc", True),
        ("https://FCM.googleapis.com:443/x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://fcm.googleapis.com@evil.example/x", False),
        ("https://user@fcm.googleapis.com/x", False),
        ("https://evil.example/fcm.googleapis.com", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://notify.windows.com.evil.example/", False),
        ("https://evilnotify.windows.com/", False),
        ("https://evilfcm.googleapis.com/x", False),
        ("https://169.254.169.254/latest", False),
        ("http://localhost:8000/gestion", False),
        ("https://[::1", False),
        ("https://fcm.googleapis.com:x/", False),
        ("", False),
    ],
)
def test_only_the_makers_of_browsers_are_ever_asked(endpoint: str, known: bool) -> None:
    assert push.known_host(endpoint) is known


def test_a_message_that_is_too_long_for_one_record(keys: Path) -> None:
    phone = Phone()
    longest = push.encrypted(b"a" * push.LONGEST, phone.point, phone.secret)
    assert len(longest) <= push.RECORD
    with pytest.raises(ValueError, match="one record"):
        push.encrypted(b"a" * (push.LONGEST + 1), phone.point, phone.secret)


def test_the_key_is_made_once_and_read_by_us_only(keys: Path) -> None:
    first = push.public_key()
    push.make_key()
    assert push.public_key() == first and len(push.bytes_of(first, 65)) == 65
    assert (keys / "push.keys").stat().st_mode & 0o777 == 0o400


def test_without_a_key_nothing_is_promised(settings: Any, tmp_path: Path) -> None:
    settings.KEYS = tmp_path / "none"
    assert push.public_key() == ""
