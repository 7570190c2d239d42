"""HMAC-SHA256 under keys that are used again and again.

`hmac.digest` gives the interpreter away for each of its microseconds; where many threads wait for
it, each then waits for its turn again. A key that has been taken in once is copied instead: half
the time alone, and no turn is lost.
"""

import hmac
from functools import lru_cache
from hashlib import sha256


def mac(key: bytes, said: bytes) -> bytes:
    """HMAC-SHA256(key, said), 32 bytes."""
    copied = _keyed(key).copy()
    copied.update(said)
    return copied.digest()


@lru_cache(maxsize=20_000)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod=sha256)
