"""What we read: pictures as a till films them, and never a text that is not there."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import segno
from playwright.sync_api import Page

from tests.qr.conftest import Pictures, Reader
from tests.qr.filming import (
    Grey,
    Shot,
    a_text,
    as_a_till_films,
    filmed,
    module_that_fits,
    modules_of,
    plain,
    scene,
)

FLOOR = 0.97  # of the pictures within the limits; a camera takes ten in a second
Turn = Callable[[int, random.Random], Shot]  # version and chance → how it is filmed
SAY = """async (data) => {
  const { textOf } = await import("/static/payments/qr/text.js");
  return textOf(data, 1);
}"""
READ_COLOURS = """async ([url, width, height]) => {
  const { readQr } = await import("/static/payments/qr/read.js");
  const greys = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const data = new Uint8ClampedArray(greys.length * 4);
  greys.forEach((grey, at) => data.set([grey, grey, grey, 255], at * 4));
  return readQr(new ImageData(data, width, height));
}"""


def _any(chance: random.Random) -> float:
    return chance.uniform(0, 360)


def _out_of_focus(module: float) -> Shot:
    return Shot(module=module, blur=0.45 * module, noise=1)


CONDITIONS: dict[str, Turn] = {
    "still": lambda v, c: Shot(module=module_that_fits(v, c)),
    "turned": lambda v, c: Shot(module=module_that_fits(v, c), turned=_any(c)),
    "small": lambda v, c: Shot(module=3, turned=_any(c), blur=0.5, noise=4),
    "large": lambda v, c: Shot(module=420 / (25 + 4 * v), turned=c.uniform(-8, 8)),
    "tilted": lambda v, c: Shot(
        module=module_that_fits(v, c, 3.6), turned=_any(c), tilted=35, towards=_any(c)
    ),
    "blurred": lambda v, c: Shot(module=module_that_fits(v, c, 4), turned=_any(c), blur=1.2),
    "out of focus": lambda v, c: _out_of_focus(module_that_fits(v, c)),
    "noisy": lambda v, c: Shot(module=module_that_fits(v, c), turned=_any(c), noise=20),
    "unevenly lit": lambda v, c: Shot(module=module_that_fits(v, c), slope=0.8, noise=3),
    "pale": lambda v, c: Shot(module=module_that_fits(v, c), contrast=0.2, noise=2),
    "squeezed": lambda v, c: Shot(module=module_that_fits(v, c, 4), turned=_any(c), jpeg=25),
    "inverted": lambda v, c: Shot(module=module_that_fits(v, c), turned=_any(c), inverted=True),
}


def _share(reads: Reader, texts: Sequence[str], pictures: Sequence[Grey]) -> float:
    """The share of the pictures that was read; the test fails on a text that is not there."""
    said = reads(pictures)
    wrong = [(was, got) for was, got in zip(texts, said, strict=True) if got not in (was, None)]
    assert wrong == []
    return sum(got is not None for got in said) / len(said)


def _share_as_filmed(reads: Reader, versions: Sequence[int], numbers: range) -> float:
    texts, pictures = [], []
    for number in numbers:
        version, level = versions[number % len(versions)], "LM"[number // len(versions) % 2]
        texts.append(a_text(version, level, number))
        pictures.append(filmed(modules_of(texts[-1], level), as_a_till_films(version, number)))
    return _share(reads, texts, pictures)


def test_a_till_reads_what_it_films(reads: Reader) -> None:
    assert _share_as_filmed(reads, range(2, 11), range(108)) >= FLOOR


@pytest.mark.long
def test_a_till_reads_what_it_films_over_and_over(reads: Reader) -> None:
    for start in range(0, 1_920, 240):
        assert _share_as_filmed(reads, range(1, 13), range(start, start + 240)) >= FLOOR


@pytest.mark.parametrize("condition", CONDITIONS)
def test_each_difficulty_alone(reads: Reader, condition: str) -> None:
    texts, pictures = [], []
    for version in range(1, 13):
        for level in "LM" if version % 2 else "QH":
            chance = random.Random(f"{condition}{version}{level}")
            shot = CONDITIONS[condition](version, chance)
            texts.append(a_text(version, level))
            pictures.append(filmed(modules_of(texts[-1], level), shot))
    assert _share(reads, texts, pictures) >= FLOOR


def test_every_direction(reads: Reader) -> None:
    text = a_text(3, "M")
    shots = [Shot(module=4.5, turned=turned, cluttered=False) for turned in range(0, 360, 9)]
    pictures = [filmed(modules_of(text, "M"), shot) for shot in shots]
    assert _share(reads, [text] * len(pictures), pictures) == 1


def test_a_spot_of_light(reads: Reader) -> None:
    texts = [a_text(version, "M") for version in range(3, 11)] * 2
    pictures = []
    for number, text in enumerate(texts):
        shot = Shot(module=5, turned=23 * number, glare=0.11, noise=3, seed=number)
        pictures.append(filmed(modules_of(text, "M"), shot))
    assert _share(reads, texts, pictures) == 1


# --- damage ---


def _bytes() -> list[list[tuple[int, int]]]:
    """Where the 44 bytes of version 2 lie, as [row, column] of their modules (7.7.3)."""
    free = np.ones((25, 25), dtype=bool)
    free[:9, :9] = free[:9, 17:] = free[17:, :9] = free[6] = free[:, 6] = False
    free[16:21, 16:21] = False
    columns = [24, 22, 20, 18, 16, 14, 12, 10, 8, 5, 3, 1]
    places = []
    for turn, column in enumerate(columns):
        for row in range(25) if turn % 2 else range(24, -1, -1):
            places += [(row, at) for at in (column, column - 1) if free[row, at]]
    return [places[start : start + 8] for start in range(0, 44 * 8, 8)]


def _damaged(number: int, level: str, errors: int) -> tuple[str, Grey]:
    """A code of version 2, which has one block, with so many of its bytes wrong."""
    chance = random.Random(number)
    text = a_text(2, level, number)
    modules = modules_of(text, level).copy()
    for byte in chance.sample(_bytes(), errors):
        for row, column in chance.sample(byte, chance.randint(1, 8)):
            modules[row, column] ^= 1
    return text, modules


def _noisy(number: int) -> tuple[str, Grey]:
    """A code of any version and level with a part of its modules thrown anew."""
    chance = np.random.default_rng(number)
    version, level = number % 12 + 1, "LMQH"[number % 4]
    text = a_text(version, level, number)
    modules = modules_of(text, level).copy()
    anew = np.less(chance.random(modules.shape), chance.uniform(0.02, 0.5))
    anew[:9, :9] = anew[:9, -8:] = anew[-8:, :9] = False  # the finders and the format stay
    modules[anew] = chance.integers(0, 2, int(anew.sum()))
    return text, modules


@pytest.mark.parametrize(("level", "borne"), [("L", 4), ("M", 8), ("Q", 11), ("H", 14)])
def test_as_many_errors_as_the_standard_bears_and_no_more(
    reads: Reader, level: str, borne: int
) -> None:
    for errors in (0, 1, borne - 1, borne):
        codes = [_damaged(number, level, errors) for number in range(8)]
        said = reads([plain(modules, 5, 180) for _, modules in codes])
        assert said == [text for text, _ in codes]
    for errors in (borne + 1, borne + 2, borne + 6):
        codes = [_damaged(number, level, errors) for number in range(8)]
        assert reads([plain(modules, 5, 180) for _, modules in codes]) == [None] * 8


def test_five_hundred_damaged_codes_never_say_what_they_did_not(reads: Reader) -> None:
    codes = [_noisy(number) for number in range(500)]
    pictures = [plain(modules, 3, 220) for _, modules in codes]
    assert 0.05 < _share(reads, [text for text, _ in codes], pictures) < 0.95


@pytest.mark.long
def test_thousands_of_damaged_codes_never_say_what_they_did_not(reads: Reader) -> None:
    for start in range(500, 20_500, 500):
        codes = [_noisy(number) for number in range(start, start + 500)]
        pictures = [plain(modules, 3, 220) for _, modules in codes]
        assert _share(reads, [text for text, _ in codes], pictures) < 1


def test_what_is_no_code_says_nothing(reads: Reader) -> None:
    chance = np.random.default_rng(4)
    noise = [chance.integers(0, 256, (480, 640)).astype(np.uint8) for _ in range(8)]
    coarse = [np.kron(chance.integers(0, 2, (60, 80)), np.ones((8, 8))) * 255 for _ in range(8)]
    flat = [np.full((480, 640), grey, np.uint8) for grey in (0, 127, 255)]
    pictures = [*noise, *flat, *(one.astype(np.uint8) for one in coarse), *map(scene, range(16))]
    assert reads(pictures) == [None] * len(pictures)


# --- what a code may say ---


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("20261128", {}),
        ("2026112", {}),
        ("CA%+ $*./:-", {}),
        ("bonjour, ça va ?", {"encoding": "utf-8"}),
        ("bonjour, ça va ?", {"encoding": "iso-8859-1"}),
        ("12,50 € « Le Pois »", {"encoding": "utf-8", "eci": True}),
        ("naïve", {"encoding": "iso-8859-1", "eci": True}),
    ],
)
def test_all_modes(reads: Reader, said: str, options: dict[str, Any]) -> None:
    code = segno.make(said, micro=False, **options)
    modules = np.array([list(row) for row in code.matrix], dtype=np.uint8)
    assert reads([plain(modules, 4, 300)]) == [said]


def test_what_we_do_not_read_is_nothing(reads: Reader) -> None:
    code = segno.make("点茗", mode="kanji", micro=False)
    modules = np.array([list(row) for row in code.matrix], dtype=np.uint8)
    assert reads([plain(modules, 4, 300)]) == [None]
    greek = segno.make("αβγ", micro=False, encoding="iso-8859-7", eci=True)
    modules = np.array([list(row) for row in greek.matrix], dtype=np.uint8)
    assert reads([plain(modules, 4, 300)]) == [None]


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0001 0000000001 0111 0000", "7"),
        ("0001 0000000001 1111 0000", None),  # no digit
        ("0001 0000000011 1111101000 0000", None),  # 1000 in three digits
        ("0010 000000001 101100 0000", ":"),
        ("0010 000000001 101101 0000", None),  # 45 of 45 signs
        ("0010 000000010 11111101001 0000", None),  # 2025
        ("0100 00000101 01000001 0000", None),  # five bytes, of which one is there
        ("0011 0000", None),  # a part of several codes
        ("0000 0000", ""),
    ],
)
def test_words_that_cannot_be_say_nothing(qr_page: Page, bits: str, text: str | None) -> None:
    whole = bits.replace(" ", "")
    whole += "0" * (-len(whole) % 8)
    data = [int(whole[at : at + 8], 2) for at in range(0, len(whole), 8)]
    assert qr_page.evaluate(SAY, data) == text


def test_a_picture_in_colours(qr_page: Page) -> None:
    text = a_text(4, "M")
    picture = filmed(modules_of(text, "M"), Shot(module=5, turned=12))
    Pictures.kept["/one"] = picture.tobytes()
    assert qr_page.evaluate(READ_COLOURS, ["/one", 640, 480]) == text
