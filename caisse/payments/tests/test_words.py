"""Three words of a payment: the vector of the formats, and a list in which no two are mistaken."""

import unicodedata
from collections import defaultdict
from hashlib import sha256

from caisse.kernel.ids import parse_id
from caisse.payments import words

OFFLINE = bytes.fromhex("0199473cf000827eb4037ae837c35e9d")  # of payments.md section 10
DIGEST = "4f903e914f2b"


def plain(word: str) -> str:
    return "".join(
        char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char)
    )


def test_the_vector_of_the_formats() -> None:
    assert words.indexes(b"w1" + OFFLINE) == (429, 1268, 496)


def test_a_receipt_keeps_its_words_for_ever() -> None:
    """A change of the list would change the words of receipts that people hold."""
    assert words.words(OFFLINE) == (KNOWN[429], KNOWN[1268], KNOWN[496])
    assert words.words(parse_id("0199473c-f000-727e-b403-7ae837c35e9d")) != words.words(OFFLINE)
    assert sha256(words.LIST.read_bytes()).hexdigest()[:12] == DIGEST


KNOWN = words._known()


def test_the_list_is_one_that_people_can_read_out() -> None:
    bare = [plain(word) for word in KNOWN]
    assert len(KNOWN) == 2_048 == len(set(bare)) and bare == sorted(bare)
    assert all(4 <= len(word) <= 7 and word.isalpha() and word.islower() for word in KNOWN)


def test_few_words_differ_by_one_letter_and_none_of_those_begin_alike() -> None:
    near = defaultdict(set)
    for word in map(plain, KNOWN):
        for at in range(len(word)):
            near[f"{word[:at]}*{word[at + 1 :]}"].add(word)
    pairs = {tuple(sorted(some)) for some in near.values() if len(some) > 1}
    assert len(pairs) <= 60
    assert all(one[:3] != other[:3] for one, other, *_ in pairs)
