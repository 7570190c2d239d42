"""Papers that people send: a PDF, or a photograph that is decoded and written again.

A photograph says where and with which device it was taken: only its points are kept (trust.md 4).
"""

import io
import struct
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from caisse.kernel.refusal import Refusal

PDF, JPEG = "application/pdf", "image/jpeg"
MOST_BYTES = 10_000_000
MOST_PIXELS = 20_000_000
LONGEST_SIDE = 2_400  # enough to read an invoice, and to print it
READ = ("JPEG", "PNG", "WEBP")
QUALITY = 82
BROKEN = (
    UnidentifiedImageError, OSError, ValueError, TypeError, SyntaxError, struct.error, Warning,
    Image.DecompressionBombError,
)  # fmt: skip
"""What a picture that is none, or not whole, makes its reader say."""


def cleaned(content: bytes) -> tuple[str, bytes]:
    """The media type and the bytes to keep of a PDF or a picture.

    Raises Refusal: `paper_large`, `paper_kind` for anything else (SVG, a program, a broken file).
    """
    if len(content) > MOST_BYTES:
        raise Refusal("paper_large", "Ce fichier est trop lourd : 10 Mo au plus.")
    if content[:5] == b"%PDF-" and b"%%EOF" in content[-2048:]:
        return PDF, content
    return JPEG, _drawn_again(content)


def _drawn_again(content: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=READ) as picture:
                width, height = picture.size  # read from the header: nothing is decoded yet
                if width * height > MOST_PIXELS:
                    raise Refusal("paper_large", "Cette photo a plus de 20 millions de points.")
                picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # of a JPEG, while it is decoded
                upright = ImageOps.exif_transpose(picture)
                kept = Image.new("RGB", upright.size, "white")
                layer = upright.convert("RGBA")
                kept.paste(layer, mask=layer.getchannel("A"))
    except BROKEN:
        raise Refusal("paper_kind", "Envoyez un PDF ou une photo JPEG, PNG ou WebP.") from None
    written = io.BytesIO()
    kept.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()
