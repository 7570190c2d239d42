"""Pictures as a till's camera takes them: a code held at an angle, in poor light, a bit blurred."""

import io
import math
import random
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 640, 480
FOCUS = 620  # pixels: a phone's camera sees some 55° across
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
MODULE, QUIET = 8, 4  # pixels of a module before it is filmed; modules of white around
ROOM = {  # signs of the alphanumeric mode that versions 1 to 12 hold (ISO/IEC 18004, table 7)
    "L": (25, 47, 77, 114, 154, 195, 224, 279, 335, 395, 468, 535),
    "M": (20, 38, 61, 90, 122, 154, 178, 221, 262, 311, 366, 419),
    "Q": (16, 29, 47, 67, 87, 108, 125, 157, 189, 221, 259, 296),
    "H": (10, 20, 35, 50, 64, 84, 93, 122, 143, 174, 200, 227),
}
Grey: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True)
class Shot:
    """How a code is filmed. Lengths in pixels of the picture, angles in degrees, light in greys."""

    module: float = 4.0
    turned: float = 0.0
    tilted: float = 0.0
    towards: float = 0.0  # the direction in which it is tilted
    right: float = 0.0  # from the middle of the picture
    down: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    slope: float = 0.0  # light from one side of the picture to the other
    glare: float = 0.0  # the radius of a spot of light on the code, in parts of its side
    contrast: float = 1.0
    jpeg: int = 0  # quality
    inverted: bool = False
    cluttered: bool = True
    seed: int = 0


def a_text(version: int, level: str, seed: int = 0) -> str:
    """A text of ours that needs just this version at this level."""
    chance = random.Random(f"{version}{level}{seed}")
    least = ROOM[level][version - 2] + 1 if version > 1 else 3
    size = chance.randint(least, ROOM[level][version - 1])
    return "CA" + "".join(chance.choice(SIGNS) for _ in range(size - 2))


def modules_of(text: str, level: str) -> Grey:
    """A code by segno, 1 where dark."""
    code = segno.make(text, error=level, boost_error=False, micro=False, encoding="utf-8")
    return np.array([list(row) for row in code.matrix], dtype=np.uint8)


def filmed(modules: Grey, shot: Shot) -> Grey:
    """The picture of a code, 480 rows of 640 greys."""
    chance = random.Random(shot.seed)
    side = modules.shape[0] + 2 * QUIET
    card = np.pad(1 - modules, QUIET, constant_values=1) * 255
    flat = Image.fromarray(np.kron(card, np.ones((MODULE, MODULE))).astype(np.uint8))
    twice = (WIDTH * 2, HEIGHT * 2)
    scene = _scene(chance, twice) if shot.cluttered else Image.new("L", twice, 255)
    corners = _corners(side * shot.module, shot)
    back = _coefficients(corners, side * MODULE)
    code = flat.transform(twice, Image.Transform.PERSPECTIVE, back, Image.Resampling.BILINEAR)
    whole = Image.new("L", flat.size, 255)
    where = whole.transform(twice, Image.Transform.PERSPECTIVE, back, Image.Resampling.NEAREST)
    scene.paste(code, mask=where)
    picture = scene.reduce(2)
    if shot.inverted:
        picture = Image.eval(picture, lambda grey: 255 - grey)
    return _lit(picture, shot, corners)


def _corners(wide: float, shot: Shot) -> list[tuple[float, float]]:
    """Where the corners of a square card lie in the picture."""
    turned, tilted, towards = map(math.radians, (shot.turned, shot.tilted, shot.towards))
    found = []
    for across, down in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        x, y = _rotated(across * wide / 2, down * wide / 2, turned - towards)
        depth = 1 + x * math.sin(tilted) / FOCUS
        x, y = _rotated(x * math.cos(tilted), y, towards)
        found.append((WIDTH / 2 + shot.right + x / depth, HEIGHT / 2 + shot.down + y / depth))
    return found


def _rotated(x: float, y: float, angle: float) -> tuple[float, float]:
    turn = complex(x, y) * complex(math.cos(angle), math.sin(angle))
    return turn.real, turn.imag


def _coefficients(corners: list[tuple[float, float]], side: float) -> list[float]:
    """What Pillow wants: from the picture (twice as large) back to the card."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(corners, ((0, 0), (side, 0), (side, side), (0, side)), strict=True):
        x, y = 2 * x, 2 * y
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return [float(one) for one in np.linalg.solve(np.array(rows), np.array(wanted))]


def _scene(chance: random.Random, size: tuple[int, int]) -> Image.Image:
    """What lies around: things of all greys, some of them striped like a code."""
    scene = Image.new("L", size, chance.randint(60, 200))
    pen = ImageDraw.Draw(scene)
    for _ in range(40):
        x, y = chance.randint(0, size[0]), chance.randint(0, size[1])
        wide, high = chance.randint(10, 300), chance.randint(10, 200)
        pen.rectangle((x, y, x + wide, y + high), fill=chance.randint(0, 255))
    for _ in range(6):
        x, y = chance.randint(0, size[0]), chance.randint(0, size[1])
        for stripe in range(0, 120, 12):
            pen.line((x + stripe, y, x + stripe, y + 90), fill=chance.randint(0, 80), width=5)
    return scene.filter(ImageFilter.GaussianBlur(2))


def _lit(picture: Image.Image, shot: Shot, corners: list[tuple[float, float]]) -> Grey:
    """Blur, light, glare, noise and the losses of JPEG."""
    if shot.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(shot.blur))
    greys: np.ndarray[Any, Any] = np.asarray(picture, dtype=np.float32)
    greys = 128 + (greys - 128) * shot.contrast
    down, right = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    if shot.slope:
        greys = greys * (1 - shot.slope * (right / WIDTH * 0.7 + down / HEIGHT * 0.3))
    chance = np.random.default_rng(shot.seed)
    if shot.glare:
        greys = _dazzled(greys, shot, corners, down, right)
    if shot.noise:
        greys = greys + chance.normal(0, shot.noise, greys.shape)
    said = np.clip(greys, 0, 255).astype(np.uint8)
    if not shot.jpeg:
        return said
    kept = io.BytesIO()
    Image.fromarray(said).save(kept, "JPEG", quality=shot.jpeg)
    return np.asarray(Image.open(kept).convert("L"))


def _dazzled(
    greys: np.ndarray, shot: Shot, corners: list[tuple[float, float]], down: Any, right: Any
) -> np.ndarray:
    """A spot of light in the middle of the code, with a soft edge."""
    x = sum(corner[0] for corner in corners) / 4
    y = sum(corner[1] for corner in corners) / 4
    wide = math.dist(corners[0], corners[2]) / math.sqrt(2)
    far = np.hypot(right - x, down - y) / (shot.glare * wide)
    return greys + 400 * np.clip(1.3 - far, 0, 1)


def plain(modules: Grey, module: int, side: int) -> Grey:
    """A code as it is, upright in the middle of a white square of `side` pixels."""
    drawn = np.kron(1 - modules, np.ones((module, module))).astype(np.uint8) * 255
    around = side - drawn.shape[0]
    before = around // 2
    return np.pad(drawn, (before, around - before), constant_values=255)


def module_that_fits(version: int, chance: random.Random, least: float = 3.0) -> float:
    """A size of a module with which a whole code, 150 pixels or more, stays in the picture."""
    side = 17 + 4 * version
    least = max(least, 150 / side)
    return chance.uniform(least, max(least, min(12.0, 340 / (side + 2 * QUIET))))


def as_a_till_films(version: int, number: int) -> Shot:
    """Shot `number` of those that a till must read: everything at once, within the limits.

    A module that is tilted away is shorter: here the shortest has three pixels still.
    """
    chance = random.Random(f"{version}{number}")
    return Shot(
        module=module_that_fits(version, chance, 3.6),
        turned=chance.uniform(0, 360),
        tilted=chance.uniform(0, 35),
        towards=chance.uniform(0, 360),
        right=chance.uniform(-80, 80),
        down=chance.uniform(-40, 40),
        blur=chance.uniform(0, 0.8),
        noise=chance.uniform(0, 6),
        slope=chance.uniform(0, 0.5),
        contrast=chance.uniform(0.6, 1),
        jpeg=chance.choice((0, 0, 70, 85)),
        seed=number,
    )


def scene(number: int) -> Grey:
    """A picture without any code."""
    around = _scene(random.Random(number), (WIDTH * 2, HEIGHT * 2)).reduce(2)
    return _lit(around, Shot(noise=6, seed=number), [(0, 0)] * 4)
