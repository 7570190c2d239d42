"""QRs on a picture, read by a program that is not ours."""

from typing import Any

import zxingcpp

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def codes_on(picture: Any) -> list[zxingcpp.Barcode]:
    """The QRs on a picture of Pillow or NumPy.

    Asked for every kind of code, the reader also finds a bar code of four figures in two large QRs
    of a thousand.
    """
    return zxingcpp.read_barcodes(picture, formats=QR)
