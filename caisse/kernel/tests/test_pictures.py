"""Papers that people send: what is kept, and what is refused."""

import io

import pytest
from PIL import Image

from caisse.kernel import pictures
from caisse.kernel.pictures import JPEG, PDF, cleaned
from caisse.kernel.refusal import Refusal

PLACE = 0x8825  # the GPS block of a photograph
MODEL = 0x0110
TURNED = 0x0112


def photograph(form: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB") -> bytes:
    """A red picture that says where it was taken, with what, and that it lies on its side."""
    picture = Image.new(mode, size, "red")
    said = Image.Exif()
    said[MODEL], said[TURNED] = "Zyxphone", 6
    said[PLACE] = {1: "N", 2: (43.0, 36.0, 39.0)}
    written = io.BytesIO()
    picture.save(written, form, **({} if form == "GIF" else {"exif": said}))
    return written.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        cleaned(content)
    return refusal.value.reason


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_loses_its_place_and_device_and_stands_upright(form: str) -> None:
    assert b"Zyxphone" in photograph(form)
    media, kept = cleaned(photograph(form))
    with Image.open(io.BytesIO(kept)) as picture:
        assert (media, picture.format, picture.size) == (JPEG, "JPEG", (40, 60))
        assert not dict(picture.getexif())
        red, green, blue = picture.convert("RGB").getpixel((20, 30))  # type: ignore[misc]
        assert red > 240 and green < 15 and blue < 15
    assert b"Zyxphone" not in kept


def test_what_one_sees_through_is_white_paper() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(written, "PNG")
    _media, kept = cleaned(written.getvalue())
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.getpixel((10, 10)) == (255, 255, 255)


def test_a_large_photograph_is_made_smaller() -> None:
    _media, kept = cleaned(photograph(size=(4800, 1200)))
    with Image.open(io.BytesIO(kept)) as picture:
        assert max(picture.size) == pictures.LONGEST_SIDE


def test_a_pdf_is_kept_as_it_is() -> None:
    content = b"%PDF-1.7\n...\n%%EOF\n"
    assert cleaned(content) == (PDF, content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"MZ\x90\x00",
        b"%PDF-1.7 without its end",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        photograph("GIF"),
        photograph()[:200],
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (20_000).to_bytes(4, "big") * 2 + bytes(9),
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    assert refused(content) == "paper_kind"


def test_what_is_too_much_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(b"%PDF-" + bytes(pictures.MOST_BYTES)) == "paper_large"
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1_000)
    monkeypatch.setattr(Image.Image, "convert", None)  # it would be decoded by this
    assert refused(photograph()) == "paper_large"
