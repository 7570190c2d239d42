"""HMACs under keys that are kept: the same bytes as the library's."""

import hmac

import pytest

from caisse.kernel.macs import mac


@pytest.mark.parametrize("key", [b"", b"k", bytes(32), bytes(range(64)), b"x" * 65])
def test_it_is_hmac_sha256(key: bytes) -> None:
    for said in (b"", b"said", bytes(5_000)):
        assert mac(key, said) == hmac.digest(key, said, "sha256")
    assert mac(key, b"said") == hmac.digest(key, b"said", "sha256"), "what was said leaves no trace"
