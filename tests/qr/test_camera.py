"""The camera: a film instead of one, what is told of it, and when it is let go of."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from conftest import CHROMIUM
from tests.qr.conftest import opened
from tests.qr.filming import HEIGHT, WIDTH, Shot, a_text, filmed, modules_of, scene

FIRST, SECOND = a_text(5, "M", 1), a_text(8, "L", 2)
ALLOWED = "--use-fake-ui-for-media-stream"
FILM = "--use-fake-device-for-media-stream"
LOOK = """async (late) => {
  const { scan } = await import("/static/payments/qr/camera.js");
  const stop = new AbortController();
  if (late) stop.abort();
  const video = document.createElement("video");
  document.body.replaceChildren(video);
  globalThis.looking = { told: [], stop, video };
  try {
    const onText = (text) => looking.told.push(text);
    Object.assign(looking, await scan(video, { onText, signal: stop.signal }));
    looking.tracks = video.srcObject.getTracks();
    return "seen";
  } catch (failure) {
    return failure instanceof DOMException ? failure.name : failure.code;
  }
}"""
TOLD = "(many) => looking.told.length >= many"
LET_GO = """async (after) => {
  after === "stopped" ? looking.stop.abort() : document.dispatchEvent(new Event(after));
  const why = await looking.ended;
  return [why, looking.tracks.every((one) => one.readyState === "ended"), looking.video.srcObject];
}"""
DETECTORS = {  # what browsers have under this name: one that reads, one that sees nothing, a broken
    "theirs": "async () => [{ rawValue: 'READ BY THE BROWSER' }]",
    "silent": "async () => []",
    "broken": "async () => { throw new DOMException('no service', 'NotSupportedError'); }",
}
Cameras = Callable[..., Page]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds: nothing, one code, another code (YUV4MPEG2, ten pictures a second)."""
    path = tmp_path_factory.mktemp("film") / "codes.y4m"
    colours = bytes([128]) * (WIDTH * HEIGHT // 2)
    pictures = [scene(1)]
    for text, level, turned in ((FIRST, "M", 20), (SECOND, "L", 200)):
        shot = Shot(module=5, turned=turned, tilted=15, towards=40, noise=3)
        pictures.append(filmed(modules_of(text, level), shot))
    with path.open("wb") as kept:
        kept.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode())
        for picture in np.repeat(np.array(pictures), 10, axis=0):
            kept.write(b"FRAME\n" + picture.tobytes() + colours)
    return path


@pytest.fixture(scope="module")
def cameras(browser: Browser, pictures_at: str) -> Iterator[Cameras]:
    """`cameras(*arguments)` opens the page in a Chromium started with these arguments."""
    path = os.environ.get("CAISSE_CHROMIUM") or shutil.which("chromium")
    started: dict[tuple[str, ...], Browser] = {}
    pages: list[Any] = []

    def page_of(*arguments: str, address: str = pictures_at, first: str = "") -> Page:
        if arguments not in started:
            started[arguments] = browser.browser_type.launch(
                executable_path=path, args=[*CHROMIUM, *arguments]
            )
        context = started[arguments].new_context()
        if first:
            context.add_init_script(first)
        pages.append(opened(context, address))
        page: Page = pages[-1].__enter__()
        return page

    yield page_of
    for one in pages:
        one.__exit__(None, None, None)
    for chromium in started.values():
        chromium.close()


@pytest.fixture
def filming(cameras: Cameras, film: Path) -> Cameras:
    """`filming(first="…")` opens the page with the film as its camera."""

    def page_of(first: str = "") -> Page:
        return cameras(ALLOWED, FILM, f"--use-file-for-fake-video-capture={film}", first=first)

    return page_of


def test_each_code_is_told_once_as_it_comes_into_sight(filming: Cameras) -> None:
    page = filming()
    assert page.evaluate(LOOK) == "seen"
    page.wait_for_function(TOLD, arg=3)
    told = page.evaluate("looking.told")
    assert set(told[:3]) == {FIRST, SECOND} and told[0] != told[1] != told[2]
    assert page.evaluate("[looking.torch, looking.video.videoWidth]") == [None, WIDTH]
    assert page.evaluate(LET_GO, "stopped") == ["stopped", True, None]


def test_a_page_that_is_not_looked_at_lets_the_camera_go(filming: Cameras) -> None:
    page = filming()
    assert page.evaluate(LOOK) == "seen"
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    assert page.evaluate(LET_GO, "visibilitychange") == ["hidden", True, None]


@pytest.mark.parametrize("detector", DETECTORS)
def test_the_browsers_own_reader_is_asked_where_it_is_one(filming: Cameras, detector: str) -> None:
    page = filming(
        "globalThis.BarcodeDetector = class { static async getSupportedFormats() {"
        f" return ['qr_code']; }} detect = {DETECTORS[detector]}; }}"
    )
    assert page.evaluate(LOOK) == "seen"
    page.wait_for_function(TOLD, arg=1)
    told = page.evaluate("looking.told")[0]
    assert told == "READ BY THE BROWSER" if detector == "theirs" else told in (FIRST, SECOND)
    assert page.evaluate(LET_GO, "stopped")[0] == "stopped"


def test_why_there_is_no_picture(cameras: Cameras, pictures_at: str) -> None:
    refused = cameras(f"{ALLOWED}=deny", FILM)
    assert refused.evaluate(LOOK) == "refused"
    assert cameras(ALLOWED, f"{FILM}=device-count=0").evaluate(LOOK) == "none"
    busy = "navigator.mediaDevices.getUserMedia = async () => {"
    busy += " throw new DOMException('in use', 'NotReadableError'); }"
    assert cameras(ALLOWED, FILM, first=busy).evaluate(LOOK) == "busy"


def test_a_page_that_came_without_protection_has_no_camera(cameras: Cameras) -> None:
    open_way = "Object.defineProperty(globalThis, 'isSecureContext', { value: false })"
    assert cameras(ALLOWED, FILM, first=open_way).evaluate(LOOK) == "insecure"


def test_who_has_left_before_it_began_opens_nothing(filming: Cameras) -> None:
    page = filming("navigator.mediaDevices.getUserMedia = () => { throw new Error('opened'); }")
    assert page.evaluate(LOOK, True) == "AbortError"
