"""The guides: whole without pictures, and shown with those that were made."""

from pathlib import Path

import pytest

from caisse.site import guides

TEXT = """# Tenir un lieu
<!-- pages: my_place -->

Touchez **« Relevés »**.

![un relevé](images/releve.png)
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "images").mkdir()
    (tmp_path / "lieu.md").write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(guides, "folder", lambda: tmp_path)
    return tmp_path


def test_a_picture_that_nobody_made_is_not_shown(written: Path) -> None:
    guide = guides._read(written / "lieu.md")
    assert "<img" not in guide.body
    assert guide.picture == ""


def test_a_picture_that_was_made_is_shown(written: Path) -> None:
    for name in ("releve", "lieu"):
        (written / "images" / f"{name}.png").write_bytes(b"")
    guide = guides._read(written / "lieu.md")
    assert '<img src="/aide/images/releve.png" alt="un relevé"' in guide.body
    assert guide.picture == "lieu.png"


def test_a_quotation_mark_never_stands_alone_on_a_line(written: Path) -> None:
    assert "«\u00a0Relevés\u00a0»" in guides._read(written / "lieu.md").body
