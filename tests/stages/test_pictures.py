"""Pictures: only what they show comes in, and no file stops the door."""

import io
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from portal.intake import pictures
from portal.intake.additions import LARGEST_PICTURE
from portal.intake.pictures import (
    BrokenPictureError,
    Darkroom,
    ManyPicturesError,
    NotAPictureError,
    PictureFault,
    TooLargePictureError,
    clean_picture,
    is_bare,
)
from portal.kernel.errors import Refusal
from portal.kernel.settings import Settings
from portal.web.installation import Installation
from tests.makers import Cast, make_complaint
from tests.stages import picture_attacks as attacks
from tests.stages import picture_files as files
from tests.stages.picture_files import CANARY, Maker, exif, heic, jpeg, saved, scene

RED, BLUE, WHITE = files.RED, files.BLUE, (255, 255, 255)


def beside_the_pixels(drawn: bytes) -> list[str]:
    """Whatever a JPEG holds that is not needed to draw it, by an own walk of it."""
    found = [] if drawn[:2] == b"\xff\xd8" else ["no beginning"]
    found += ["the canary"] * (CANARY in drawn)
    left = drawn[2:]
    while left[:1] == b"\xff" and left[1] != 0xDA:
        marker, length = left[1], int.from_bytes(left[2:4], "big")
        is_jfif = marker == 0xE0 and length == 16 and left[4:9] == b"JFIF\0"
        if marker not in {0xC0, 0xC4, 0xDB} and not is_jfif:
            found.append(f"segment {marker:x}")
        left = left[2 + length :]
    end = left.find(b"\xff\xd9")
    found += ["bytes behind"] * (end < 0 or end + 2 != len(left))
    return found


def shown(drawn: bytes) -> Image.Image:
    assert beside_the_pixels(drawn) == []
    assert is_bare(drawn)
    assert len(drawn) <= LARGEST_PICTURE
    image = Image.open(io.BytesIO(drawn))
    image.load()
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert max(image.size) <= 1600
    return image


def colour(image: Image.Image, x: float, y: float) -> tuple[int, int, int]:
    """The one of three colours that a place is."""
    at = image.getpixel((int(image.width * x), int(image.height * y)))
    assert isinstance(at, tuple)
    known = (RED, BLUE, WHITE)
    return min(
        known, key=lambda one: sum(abs(a - b) for a, b in zip(one, at, strict=True))
    )


def is_scene(image: Image.Image, rest: tuple[int, int, int] = BLUE) -> bool:
    quarters = [colour(image, x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
    return quarters == [RED, rest, rest, rest]


# What phones send


@pytest.mark.parametrize("make", files.SHOWN.values(), ids=files.SHOWN)
def test_a_picture_comes_in_as_its_pixels_alone(make: Maker) -> None:
    assert is_scene(shown(clean_picture(make())))


@pytest.mark.parametrize("make", files.CLEARED.values(), ids=files.CLEARED)
def test_what_was_clear_is_white(make: Maker) -> None:
    assert is_scene(shown(clean_picture(make())), rest=WHITE)


@pytest.mark.parametrize("make", files.ODD.values(), ids=files.ODD)
def test_an_odd_picture_is_drawn(make: Maker) -> None:
    assert shown(clean_picture(make())).width >= 1


UNTURN = {  # how a camera that is held so stores the scene
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("orientation", UNTURN)
def test_a_turned_picture_stands_upright(kind: str, orientation: int) -> None:
    turn = UNTURN[orientation]
    stored = scene().transpose(turn) if turn is not None else scene()
    image = shown(clean_picture(saved(stored, kind, exif=exif(orientation))))
    assert image.size == (120, 80)
    assert is_scene(image)


def test_the_turned_pictures_do_lie_on_their_side_in_the_file() -> None:
    """HEIC says so itself (irot); without the turn nothing is where it was."""
    stored = scene().transpose(Image.Transpose.ROTATE_90)
    assert b"irot" in heic(stored, exif=exif(6))
    file = Image.open(io.BytesIO(jpeg(stored, exif=exif(6))))
    assert not is_scene(file)
    assert is_scene(ImageOps.exif_transpose(file))


def test_an_orientation_in_xmp_counts_where_exif_is_silent() -> None:
    stored = scene().transpose(Image.Transpose.ROTATE_90)
    packet = b"http://ns.adobe.com/xap/1.0/\0" + files.xmp(6)
    assert is_scene(
        shown(clean_picture(files.with_segment(0xE1, packet, jpeg(stored))))
    )


@pytest.mark.parametrize(
    ("size", "drawn"),
    [
        ((4000, 3000), (1600, 1200)),
        ((3000, 4000), (1200, 1600)),
        ((1600, 1600), (1600, 1600)),
        ((1, 20000), (1, 1600)),
        ((40, 30), (40, 30)),
    ],
)
def test_a_picture_has_at_most_1600_pixels_a_side(
    size: tuple[int, int], drawn: tuple[int, int]
) -> None:
    assert shown(clean_picture(jpeg(scene(*size)))).size == drawn


def test_what_cannot_be_small_is_drawn_smaller() -> None:
    grain = Image.effect_noise((1600, 1600), 255)
    image = shown(clean_picture(saved(grain, "PNG")))
    assert 400 < image.width < 1600


def test_the_same_picture_gives_the_same_bytes() -> None:
    """So a form sent twice is known for the same."""
    file = heic(scene(300, 200), exif=exif())
    assert clean_picture(file) == clean_picture(file)


# What would give its sender away


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("segment e1", "jpeg with gps"),
        ("segment e1", "jpeg with xmp"),
        ("segment e2", "jpeg with a profile"),
        ("segment fe", "jpeg with a comment"),
        ("segment ed", "jpeg with iptc"),
        ("segment e2", "mpo"),
        ("bytes behind", "jpeg with bytes behind"),
    ],
)
def test_the_pictures_do_carry_what_is_taken_from_them(kind: str, name: str) -> None:
    file = files.SHOWN[name]()
    assert kind in beside_the_pixels(file)
    assert not is_bare(file)


@pytest.mark.parametrize(
    "kept", ["exif", "icc_profile", "comment", "xmp"], ids=lambda kept: f"keeps {kept}"
)
def test_a_twin_that_keeps_something_is_caught(kept: str) -> None:
    told = {"exif": exif(), "icc_profile": files.icc(), "comment": CANARY}
    twin = saved(scene(), "JPEG", **{kept: told.get(kept, files.xmp())})
    assert "the canary" in beside_the_pixels(twin)
    assert not is_bare(twin)


@pytest.mark.parametrize(
    "twin",
    [
        jpeg() + b"\0",
        jpeg() + jpeg(),
        jpeg()[:-1],
        jpeg()[:-2] + b"\xff\xd0\xff\xd9",
        jpeg()[2:],
        jpeg(progressive=True),
        jpeg(scene(mode="CMYK")),
        files.with_segment(0xE0, b"JFXX\0" + CANARY),
        b"\xff\xd8\xff",
        b"",
    ],
)
def test_the_walk_stops_at_anything_but_a_plain_jpeg(twin: bytes) -> None:
    assert is_bare(jpeg())
    assert not is_bare(twin)


# What is no picture, or wants to be more


@pytest.fixture(scope="module")
def house(
    prepared: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A door that all the files of this module come to."""
    folder = tmp_path_factory.mktemp("door") / "instance"
    shutil.copytree(prepared[0], folder)
    house = Installation.at(Settings.at(folder))
    yield house
    house.close()


def takes_letters(house: Installation, cast: Cast) -> bool:
    before = house.door.box.waiting()
    make_complaint(house, cast.yunxi)
    return house.door.box.waiting() == before + 1


@pytest.mark.parametrize("make", attacks.NO_PICTURE.values(), ids=attacks.NO_PICTURE)
def test_what_is_no_picture_is_told_so(
    house: Installation, cast: Cast, make: Maker
) -> None:
    with pytest.raises(NotAPictureError):
        clean_picture(make())
    assert takes_letters(house, cast)


@pytest.mark.parametrize("make", attacks.TOO_LARGE.values(), ids=attacks.TOO_LARGE)
def test_what_is_too_large_is_told_so(
    house: Installation, cast: Cast, make: Maker
) -> None:
    with pytest.raises(TooLargePictureError):
        clean_picture(make())
    assert takes_letters(house, cast)


@pytest.mark.parametrize("make", attacks.BROKEN.values(), ids=attacks.BROKEN)
def test_what_is_broken_is_told_so(
    house: Installation, cast: Cast, make: Maker
) -> None:
    with pytest.raises(BrokenPictureError):
        clean_picture(make())
    assert takes_letters(house, cast)


@pytest.mark.parametrize("file", attacks.TORN.values(), ids=attacks.TORN)
def test_what_is_torn_is_told_so(house: Installation, cast: Cast, file: bytes) -> None:
    with pytest.raises(BrokenPictureError):
        clean_picture(file)
    assert takes_letters(house, cast)


@pytest.mark.parametrize(
    "make",
    [*attacks.EITHER.values(), *(lambda f=f: f for f in attacks.NICKED.values())],
    ids=[*attacks.EITHER, *attacks.NICKED],
)
def test_what_a_decoder_may_or_may_not_take_is_drawn_or_refused(
    house: Installation, cast: Cast, make: Maker
) -> None:
    try:
        assert shown(clean_picture(make())).width >= 1
    except Refusal as refusal:
        assert type(refusal) in {BrokenPictureError, TooLargePictureError}  # noqa: PT017
    assert takes_letters(house, cast)


def test_there_are_files_enough() -> None:
    kinds = (files.SHOWN, files.CLEARED, files.ODD, attacks.NO_PICTURE)
    more = (attacks.TOO_LARGE, attacks.BROKEN, attacks.EITHER)
    assert sum(len(kind) for kind in (*kinds, *more)) > 120


def test_a_picture_that_takes_too_long_is_given_up(
    house: Installation, cast: Cast
) -> None:
    with pytest.raises(BrokenPictureError):
        clean_picture(attacks.many_scans(), room=Darkroom(seconds=1))
    assert takes_letters(house, cast)


def test_refusals_say_what_to_do() -> None:
    for refusal in (NotAPictureError, TooLargePictureError, BrokenPictureError):
        assert "请" in refusal.sentence or "发截屏" in refusal.sentence


# A worker that somebody has taken over


HOSTILE = {
    "never reads": "import time; time.sleep(60)",
    "never ends": "import sys, time; sys.stdin.buffer.read(); time.sleep(60)",
    "dies": "import os; os.abort()",
    "is killed": "import os; os.kill(os.getpid(), 9)",
    "says nothing known": "import sys; sys.exit(99)",
    "closes its ears": "import sys; sys.stdin.close(); sys.exit(12)",
}


def room_of(folder: Path, program: str) -> Darkroom:
    worker = folder / "worker.py"
    worker.write_text(program, "utf-8")
    return Darkroom(worker=worker, patience=1.0)


@pytest.mark.parametrize("program", HOSTILE.values(), ids=HOSTILE)
def test_whatever_the_worker_dies_of_the_picture_is_refused(
    tmp_path: Path, program: str
) -> None:
    with pytest.raises(BrokenPictureError):
        clean_picture(jpeg() + bytes(900_000), room=room_of(tmp_path, program))


FORGED = {
    "a picture with words": jpeg(comment=CANARY),
    "a web page": b"<script>alert(1)</script>",
    "nothing": b"",
    "more than fits": b"\xff" * (LARGEST_PICTURE + 1),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_what_the_worker_gives_back_is_not_believed(
    tmp_path: Path, forged: bytes
) -> None:
    (tmp_path / "forged").write_bytes(forged)
    program = (
        "import sys, pathlib; sys.stdin.buffer.read();"
        f"sys.stdout.buffer.write(pathlib.Path({str(tmp_path / 'forged')!r}).read_bytes())"
    )
    with pytest.raises((PictureFault, BrokenPictureError)):
        clean_picture(jpeg(), room=room_of(tmp_path, program))


def test_a_worker_that_writes_without_end_is_stopped(tmp_path: Path) -> None:
    program = "import sys\nwhile True: sys.stdout.buffer.write(bytes(65536))"
    with pytest.raises((PictureFault, BrokenPictureError)):
        clean_picture(jpeg(), room=room_of(tmp_path, program))


def test_a_worker_that_does_not_start_is_our_fault_and_not_the_picture_s(
    tmp_path: Path,
) -> None:
    with pytest.raises(PictureFault):
        clean_picture(jpeg(), room=room_of(tmp_path, "import nothing_of_this_name"))


# What a worker may do


def confined(deed: str, **given: int) -> subprocess.CompletedProcess[bytes]:
    """What becomes of a deed in a process confined as the worker is."""
    limits = {"memory": 512 * 1024 * 1024, "seconds": 1, **given}
    program = (
        "import socket, sys, os\n"
        f"sys.path.insert(0, {str(pictures.WORKER.parent)!r})\n"
        "import picture_worker\n"
        "kept = os.dup(1)\n"
        f"picture_worker.confine(**{limits!r})\n{deed}\nprint('done')"
    )
    return subprocess.run(
        [sys.executable, "-I", "-c", program],
        capture_output=True,
        check=False,
        timeout=60,  # only where a limit is missing
    )


@pytest.mark.parametrize(
    ("deed", "fault"),
    [
        ("open('/etc/hostname')", b"Too many open files"),
        ("open('/tmp/picture-canary', 'w')", b"Too many open files"),
        ("socket.socket()", b"Too many open files"),
        ("os.pipe()", b"Too many open files"),
        ("bytearray(600 * 1024 * 1024)", b"MemoryError"),
    ],
)
def test_a_worker_opens_nothing_and_takes_little(deed: str, fault: bytes) -> None:
    tried = confined(deed)
    assert (tried.returncode, tried.stdout) == (1, b"")
    assert fault in tried.stderr


def test_a_worker_is_stopped_when_it_thinks_for_long() -> None:
    assert confined("while True: pass").returncode < 0


def test_a_worker_cannot_write_to_a_file_it_was_left(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(pictures.WORKER.parent)!r})\n"
        "import picture_worker\n"
        "picture_worker.confine(memory=2**29, seconds=1)\n"
        "sys.stdout.buffer.write(b'canary'); sys.stdout.flush()"
    )
    target = tmp_path / "left"
    with target.open("wb") as left:
        subprocess.run(
            [sys.executable, "-I", "-c", code],
            stdout=left,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    assert target.read_bytes() == b""


def test_confinement_leaves_the_rest_as_it_was() -> None:
    """The deeds above fail for the limits, not for another reason."""
    assert confined("bytearray(1024)").stdout == b"done\n"


def test_a_worker_knows_nothing_of_where_it_runs(tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = (
        "import os, sys, pathlib\n"
        f"pathlib.Path({str(told)!r}).write_text(repr((dict(os.environ), os.getcwd(),"
        " sorted(os.listdir('/proc/self/fd')))))"
    )
    with pytest.raises(PictureFault):
        clean_picture(jpeg(), room=room_of(tmp_path, program))
    # 3 is the list of files itself, while it is read.
    kept = ({"MALLOC_ARENA_MAX": "1", "LC_CTYPE": "C.UTF-8"}, "/", ["0", "1", "2", "3"])
    assert told.read_text("utf-8") == repr(kept)


# Many at once


def test_a_crowd_is_asked_to_come_again_and_the_next_one_is_served() -> None:
    room = Darkroom(at_once=1, waiting=0)
    with room.seat(), pytest.raises(ManyPicturesError):
        clean_picture(jpeg(), room=room)
    assert is_scene(shown(clean_picture(jpeg(), room=room)))


def test_the_third_waits_for_its_turn() -> None:
    room, drawn = Darkroom(at_once=1, waiting=1), list[bytes]()
    wait = threading.Thread(
        target=lambda: drawn.append(clean_picture(jpeg(), room=room))
    )
    with room.seat():
        wait.start()
    wait.join()
    assert is_scene(shown(drawn[0]))


def test_nobody_waits_for_ever() -> None:
    room = Darkroom(at_once=1, waiting=1, patience=0.05)
    with room.seat(), pytest.raises(ManyPicturesError):
        clean_picture(jpeg(), room=room)


def test_a_refused_picture_leaves_its_seat() -> None:
    room = Darkroom(at_once=1, waiting=0)
    for _ in range(3):
        with pytest.raises(BrokenPictureError):
            clean_picture(jpeg()[:200], room=room)
    assert is_scene(shown(clean_picture(jpeg(), room=room)))
