"""Which keys there are, by their numbers: an operator looks before one is made anew or ended."""

from typing import NamedTuple

from caisse.payments import keys


class KeyNumbers(NamedTuple):
    """The numbers of the keys that are kept, the newest last; () for none yet."""

    pins: tuple[int, ...]
    roots: tuple[int, ...]
    signs: tuple[int, ...]
    prepared: tuple[int, ...]


def key_numbers() -> KeyNumbers:
    """Those of the PINs, of what is sealed, of what is signed, and the one that signs next."""
    files = (keys.NAME, keys.ROOT, keys.SIGNS)
    pins, roots, signs = (
        tuple(sorted(keys.kept(name, name))) if keys.path(name).exists() else () for name in files
    )
    waits = keys.prepared_sign_key() if signs else None
    return KeyNumbers(pins, roots, signs, () if waits is None else (waits,))
