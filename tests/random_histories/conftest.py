"""The databases of the crash tests serve here too."""

from tests.crash.conftest import shelf

__all__ = ["shelf"]
