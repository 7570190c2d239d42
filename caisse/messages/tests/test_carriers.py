"""Who carries SMS and calls: a file, or the class that a setting names; a wrong one is said."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from caisse.kernel import clock
from caisse.messages import carriers
from caisse.messages.carriers import FileCarrier, Sent


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    clock.travel(clock.instant(date(2024, 2, 1), 9))
    return tmp_path / "outbox"


def test_a_line_per_message_in_a_file_per_day_that_only_we_read(folder: Path) -> None:
    for text in ("Un", "Deux\nlignes « ici »"):
        sent = FileCarrier().send(id="7.ab", kind="sms", address="+33612345678", text=text)
        assert sent == Sent("7.ab")
    file = folder / "2024-02-01.jsonl"
    one, two = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    assert (one["text"], two["text"]) == ("Un", "Deux\nlignes « ici »")
    assert (one["id"], one["kind"], one["address"]) == ("7.ab", "sms", "+33612345678")
    assert file.stat().st_mode & 0o777 == 0o600 and folder.stat().st_mode & 0o777 == 0o700


def test_files_of_more_than_a_month_ago_go(folder: Path) -> None:
    FileCarrier().send(id="1", kind="voice", address="+33612345678", text="Un")
    clock.travel(clock.instant(date(2024, 3, 3)))
    assert carriers.forget_old() == 0
    clock.travel(clock.instant(date(2024, 3, 4)))
    assert carriers.forget_old() == 1
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["caisse.nowhere.Carrier", "caisse.messages.carriers.Sent", "x"])
def test_a_name_that_is_no_carrier_is_said(settings: Any, name: str) -> None:
    settings.CARRIER = name
    with pytest.raises(ImproperlyConfigured, match="CAISSE_CARRIER"):
        carriers.carrier()


@pytest.mark.parametrize(
    ("name", "value"), [("CAISSE_CARRIER", "caisse.nowhere.Carrier"), ("CAISSE_CARRIED_MOST", "-1")]
)
def test_a_wrong_setting_stops_the_start(tmp_path: Path, name: str, value: str) -> None:
    environment = {**os.environ, name: value, "CAISSE_HOME": str(tmp_path)}
    environment["DJANGO_SETTINGS_MODULE"] = "caisse.settings"
    command = [sys.executable, "-c", "import django; django.setup()"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and name in done.stderr
