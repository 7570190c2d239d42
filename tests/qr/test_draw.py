"""What we draw: read by a reader that is not ours, and as large as segno makes it."""

import io
import random

import numpy as np
import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, Page

from caisse.kernel.tests.seeing import codes_on
from tests.qr.conftest import opened
from tests.qr.filming import ROOM, SIGNS, Grey, a_text, plain

LEVELS = "LMQH"
DRAW = """async (texts) => {
  const { encode } = await import("/static/payments/qr/draw.js");
  return texts.map(([text, level]) => {
    const { version, size, mask, modules, dark } = encode(text, { level });
    if (dark(0, 0) !== true || dark(7, 7) !== false) throw new Error("dark");
    return { version, size, mask, modules: [...modules].join("") };
  });
}"""
SHOW = """async ([text, label]) => {
  const { svgOf } = await import("/static/payments/qr/draw.js");
  const svg = svgOf(text, { level: "L", label });
  document.body.append(svg);
  svg.setAttribute("width", "300");
  return [svg.getAttribute("role"), svg.getAttribute("aria-label"),
    svg.querySelectorAll("path").length, svg.querySelectorAll("[style]").length];
}"""
TOO_LONG = """async (text) => {
  const { encode } = await import("/static/payments/qr/draw.js");
  try { return encode(text, { level: "L" }).version; } catch (error) { return error.name; }
}"""


def _texts() -> list[tuple[str, str]]:
    """Texts of every version and level, of all modes, and what lies at the edges of them."""
    ours = [(a_text(version, level), level) for version in range(1, 13) for level in LEVELS]
    full = [("A" * ROOM[level][v], level) for v in range(12) for level in LEVELS]
    more = [("A" * (ROOM[level][v] + 1), level) for v in range(11) for level in LEVELS]
    chance = random.Random(18004)
    words = ["1", "12", "0123456789" * 9, "https://caisse.example/commerce/appareil#AB12-CD34"]
    words += ["Épicerie « Le Pois », 12,50 €", "ça", "a", "CA%+ $", "0" * 41 + "A"]
    words += ["".join(chance.choice("0123456789") for _ in range(size)) for size in (17, 77, 300)]
    return ours + full + more + [(word, level) for word in words for level in LEVELS]


def _grid(said: dict[str, str]) -> Grey:
    size = int(said["size"])
    return (np.frombuffer(said["modules"].encode(), np.uint8) - 48).reshape(size, size)


def _segno(text: str, level: str, mask: int | None = None) -> segno.QRCode:
    return segno.make(
        text, error=level, boost_error=False, micro=False, encoding="utf-8", mask=mask
    )


def test_another_reader_reads_what_we_draw(qr_page: Page) -> None:
    texts = _texts()
    for (text, level), said in zip(texts, qr_page.evaluate(DRAW, texts), strict=True):
        grid = _grid(said)
        seen = codes_on(plain(grid, 4, (len(grid) + 8) * 4))
        assert [one.text for one in seen] == [text], (text, level)
        assert seen[0].ec_level == level
        assert said["version"] == _segno(text, level).version


def test_the_mask_is_the_one_that_disturbs_least(qr_page: Page) -> None:
    chance = random.Random(8)  # full ones: segno fills those that are not in another way
    rooms = [(room, level) for level in LEVELS for room in ROOM[level][:8]]
    texts = [("".join(chance.choices(SIGNS, k=room)), level) for room, level in rooms]
    for (text, level), said in zip(texts, qr_page.evaluate(DRAW, texts), strict=True):
        masked = [_matrix(_segno(text, level, mask)) for mask in range(8)]
        assert np.array_equal(_grid(said), masked[int(said["mask"])])
        penalties = [_penalty(grid) for grid in masked]
        assert penalties[int(said["mask"])] == min(penalties)


def _matrix(code: segno.QRCode) -> Grey:
    return np.array([list(row) for row in code.matrix], dtype=np.uint8)


def _penalty(grid: Grey) -> int:
    """The four penalties of ISO/IEC 18004, 7.8.3.1, once more and otherwise."""
    total = 0
    for lines in (grid, grid.T):
        for line in lines:
            text = "".join(map(str, line))
            runs = [len(run) for run in text.replace("01", "0 1").replace("10", "1 0").split()]
            total += sum(run - 2 for run in runs if run >= 5)
            places = range(len(text) - 10)
            total += 40 * sum(text[at : at + 11] == "10111010000" for at in places)
            total += 40 * sum(text[at : at + 11] == "00001011101" for at in places)
    four = grid[1:, 1:].astype(int) + grid[:-1, 1:] + grid[1:, :-1] + grid[:-1, :-1]
    total += 3 * int(np.isin(four, (0, 4)).sum())
    share = grid.mean() * 100
    return total + 10 * int(abs(share - 50) // 5)


def test_a_text_that_needs_more_than_version_12_is_refused(qr_page: Page) -> None:
    assert qr_page.evaluate(TOO_LONG, "A" * ROOM["L"][11]) == 12
    assert qr_page.evaluate(TOO_LONG, "A" * (ROOM["L"][11] + 1)) == "RangeError"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_drawing_is_black_on_white_and_says_what_it_is(
    browser: Browser, pictures_at: str, scheme: str
) -> None:
    text = a_text(10, "L")
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    with opened(context, pictures_at) as page:
        page.evaluate("document.body.setAttribute('bgcolor', 'black')")
        said = page.evaluate(SHOW, [text, "QR pour payer"])
        assert said == ["img", "QR pour payer", 1, 0]
        seen = Image.open(io.BytesIO(page.locator("svg").screenshot())).convert("L")
    assert seen.getpixel((2, 2)) == 255
    assert [one.text for one in codes_on(seen)] == [text]
