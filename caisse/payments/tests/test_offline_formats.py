"""The messages of sales without network: the same file of vectors as a browser is held against."""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caisse.kernel.events import canonical
from caisse.payments import cards, formats, signing, words
from caisse.payments.formats import Voucher
from caisse.payments.offline import licences, records, sealing
from caisse.payments.tests.test_formats import CAISSE, PHONE, VECTORS, known, of
from caisse.payments.wire import public_point

LICENCE = VECTORS["licence"]
NONCE, TOKEN = known("nonce")[:16], known("holder")[:16]
ECDH = ec.derive_private_key(int.from_bytes(known("caisse_ecdh"), "big"), ec.SECP256R1())


def the_licence() -> str:
    """The text of the licence of the vectors."""
    names = (
        "id", "place", "till", "from", "until", "day_cents", "total_cents", "room_cents",
        "member_cents",
    )  # fmt: skip
    terms = licences.Terms._make([*(LICENCE[name] for name in names), tuple(LICENCE["ways"])])
    chance = b"".join(sha256(f"chance {n}".encode()).digest() for n in range(16))
    return licences.licence_text(
        terms, nonce=NONCE, key_id=1, cards={TOKEN: LICENCE["card_cents"]},
        struck=[known("slip_id")[:8]], chance=chance,
    )  # fmt: skip


def test_a_phone_without_ed25519_is_believed_on_p_256() -> None:
    message, request = of("p256_payment"), of("request")
    read = formats.read_offline_payment(message)
    assert read.slip.kind == formats.SLIP_P256
    assert formats.is_signed(read.slip, CAISSE.public_key()) and formats.has_paid(read, request)
    assert not formats.has_paid(read._replace(counter=2), request)
    assert not formats.has_paid(read, request[:-1] + b"\0")
    as_other = read._replace(slip=read.slip._replace(kind=formats.SLIP))
    assert not formats.has_paid(as_other, request)
    assert not formats.is_signed(as_other.slip, CAISSE.public_key()), "the kind is signed too"
    assert not formats.has_paid(read._replace(slip=read.slip._replace(kind=0x77)), request)


def test_a_key_is_of_a_kind_and_32_bytes() -> None:
    point = PHONE.public_key().public_bytes_raw()
    assert signing.is_key(signing.ED25519, point)
    assert not signing.is_key(signing.ED25519, point[1:]) and not signing.is_key(3, point)
    assert not signing.is_key(signing.P256, b"\xff" * 32)
    assert not signing.is_signed(signing.ED25519, point, b"short", b"said")
    assert not signing.is_signed(signing.P256, point, bytes(64), b"said")


def test_the_licence_its_tags_and_its_last_word() -> None:
    text = the_licence()
    assert sha256(text.encode()).hexdigest() == LICENCE["sha256"]
    assert licences.signature_of(text, CAISSE).hex() == LICENCE["signature"]
    assert licences.tag_of(NONCE, TOKEN) == LICENCE["card_tag"]
    assert licences.tag_of(NONCE, known("slip_id")[:8]) == LICENCE["struck_tag"]
    assert f'["{LICENCE["card_tag"]}",2000]' in text and LICENCE["struck_tag"] in text
    word = bytes.fromhex(VECTORS["last_word"])
    assert PHONE.sign(licences.last_word_of(LICENCE["id"])) == word
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'


def test_an_answer_a_sealed_code_a_card_a_voucher() -> None:
    id, said = bytes.fromhex(VECTORS["offline_id"]), VECTORS["answer"]
    proof = records.answer_proof(known("till"), id, said["answer"])
    assert proof.hex() == said["proof"]
    sealed = VECTORS["sealed"]
    bound = records.bound_to(id, sealed["licence"], sealed["cents"])
    box = bytes.fromhex(sealed["hex"])
    typed = sealing.Typed(sealed["who"], sealed["digits"])
    assert sealing.unseal(box, bound, key=ECDH) == typed
    dearer = records.bound_to(id, sealed["licence"], sealed["cents"] + 1)
    assert sealing.unseal(box, dearer, key=ECDH) is None
    card = cards.Sealed(VECTORS["card"]["holder"], VECTORS["card"]["generation"])
    key = known("card_key")
    text = cards.card_text(card, key=key, sign=CAISSE, sign_number=1)
    assert text == VECTORS["card"]["text"]
    bare = known("voucher")
    voucher = Voucher(1, bare[:5], bare[5:13], 1000, 2500, b"")
    assert formats.pack_voucher(voucher, CAISSE) == of("voucher")


def opened(who: str) -> str | None:
    """What the caisse reads of who was sealed with the longest code, None for nothing."""
    typed = sealing.Typed(who, "48291548")
    read = sealing.unseal(sealing.seal(typed, b"sale", point=public_point(ECDH)), b"sale", key=ECDH)
    return None if read is None else read.who


def test_whatever_a_till_seals_is_opened() -> None:
    """`whoOf` of slips.js lets no other text pass: at most 80 of these signs, or a card's text."""
    signs = [chr(n) for n in (*range(0x20, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x180))]
    for at in range(0, len(signs), 80):
        who = "".join(signs[at : at + 80])
        assert opened(who) == who
    for who in (chr(0x17F) * 80, VECTORS["card"]["text"]):
        assert opened(who) == who
    for typed, said in VECTORS["typed"]:
        assert said is None or (opened(said) == said and set(said) <= set(signs)), typed
    assert opened(chr(0x20AC) * 80) is None and opened("moineau\u00a0radis") is None


def test_signatures_are_of_the_keys_of_the_vectors() -> None:
    seed = Ed25519PrivateKey.from_private_bytes(known("caisse"))
    assert seed.public_key() == CAISSE.public_key()
    assert list(words.indexes(b"w1" + bytes.fromhex(VECTORS["offline_id"]))) == [429, 1268, 496]
