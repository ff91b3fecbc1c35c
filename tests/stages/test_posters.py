"""Posters: nothing overflows, nothing is released unscanned, every phone reads them."""

import io
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from portal.posters import batch, draw, proof, qr, typeset, words
from portal.posters.batch import Order
from portal.posters.fonts import NoFontError, Style
from portal.posters.formats import (
    A4,
    CARD,
    FORMATS,
    LOOKS,
    MODULE_PER_METRE,
    SHARE,
    SHARE_WIDTH,
    Format,
    Look,
    Part,
)
from portal.posters.typeset import Cut, TooMuchTextError, Type
from tests.battery import DECODERS, Grey, distortions
from tests.notices import ADDRESS, NOTICE

LONG = replace(
    NOTICE,
    place="飞地特别长名字街道办事处下辖的临江新区第三期安置点居民委员会筹备组社区",
    label="12栋3单元2号客梯旁边的公告栏（靠消防通道一侧）",
    inspector="示例区委第十三巡察组与市委提级巡察联合工作组",
    hotline="010-00000000 转 8001、010-00000000 转 8002（演示号码，打不通）",
)
RARE = replace(NOTICE, place="𠮷塘㐀社区", label="𰻝家巷")
PIXELS = 6  # of a module, as a phone sees it from arm's length
LOOK = LOOKS["formal"]
EVERY = [(f, look) for f in FORMATS.values() for look in LOOKS.values()]
each = pytest.mark.parametrize(
    ("format_", "look"), EVERY, ids=[f"{f.name}-{look.name}" for f, look in EVERY]
)


@pytest.fixture(scope="module")
def cut() -> Cut:
    try:
        return Cut.of(batch.signs_of([NOTICE, LONG, RARE]))
    except NoFontError:
        pytest.skip("no Chinese font on this machine")


@pytest.fixture(scope="module")
def type_(cut: Cut) -> Type:
    return Type(cut)


def seen(content: bytes, format_: Format) -> tuple[Grey, tuple[int, int, int]]:
    """One artefact at PIXELS a module, and where its symbol lies."""
    modules = len(qr.modules(ADDRESS)) - 2 * qr.QUIET_ZONE
    a_mm = PIXELS / format_.module(modules)
    image = np.asarray(proof.raster(content, a_mm / proof.POINTS_PER_MM))
    left, top = format_.margin
    width, height = (
        int((left + format_.width) * a_mm),
        int((top + format_.height) * a_mm),
    )
    quiet = qr.QUIET_ZONE * PIXELS
    return np.ascontiguousarray(image[:height, :width]), (
        int((left + format_.code.x) * a_mm) + quiet,
        int((top + format_.code.y) * a_mm) + quiet,
        modules * PIXELS,
    )


@each
def test_every_size_and_style_survives_the_battery_with_three_decoders(
    format_: Format, look: Look, type_: Type
) -> None:
    image, symbol = seen(draw.pdf(NOTICE, format_, look, type_), format_)
    unread = [
        (name, decoder)
        for name, distort in distortions(PIXELS, symbol).items()
        for decoder, read in DECODERS.items()
        if read(distort(image)) != ADDRESS
    ]
    assert unread == []


def test_the_battery_can_fail(type_: Type) -> None:
    """The leaking twin: half a symbol under tape is read by nobody."""
    image, (left, top, side) = seen(draw.pdf(NOTICE, CARD, LOOK, type_), CARD)
    spoiled = image.copy()
    spoiled[top : top + side, left : left + side // 2] = 190
    assert [read(spoiled) for read in DECODERS.values()] == ["", "", ""]


@each
def test_long_words_shrink_or_wrap_and_stay_in_their_box(
    format_: Format, look: Look, type_: Type
) -> None:
    for box in format_.boxes:
        if box.part in words.DRAWN or box.part in draw.MONOSPACED:
            continue
        style = Style.TITLE if box.part in draw.TITLES else Style.TEXT
        text, room = LONG.words(box.part), (box.width, box.height)
        found = typeset.fitted(text, style, type_, room=room, size=box.size)
        assert found.height <= box.height
        measure = box.width * 72 / 25.4 / found.size
        assert max(type_.width(line, style) for line in found.lines) <= measure
        assert "".join(found.lines).replace(" ", "") == text.replace("\n", "").replace(
            " ", ""
        )
    assert draw.pdf(LONG, format_, look, type_).startswith(b"%PDF")


def test_what_can_never_fit_is_refused_by_name(type_: Type) -> None:
    endless = replace(NOTICE, letter_box="一楼大厅" * 200)
    with pytest.raises(TooMuchTextError, match="太长，海报上放不下"):
        draw.pdf(endless, A4, LOOK, type_)


def test_no_line_begins_with_a_closing_mark(type_: Type) -> None:
    for width in range(20, 120, 7):
        found = typeset.fitted(
            NOTICE.words(Part.PROMISE), Style.TEXT, type_, room=(width, 400), size=12
        )
        assert not [line for line in found.lines if line[0] in typeset.NOT_FIRST]


def test_rare_characters_of_place_names_are_drawn(type_: Type) -> None:
    runs = {name for name, _ in type_.runs("𠮷㐀𰻝", Style.TEXT)}
    assert all(name.startswith("cut") for name in runs)
    plain = LOOKS["plain"]
    pages = [
        draw.pdf(n, SHARE, plain, type_) for n in (replace(RARE, place="区"), RARE)
    ]
    dark = [int((np.asarray(proof.raster(page, 2)) < 128).sum()) for page in pages]
    assert dark[1] > dark[0]


@each
def test_a_module_is_large_enough_for_the_reading_distance(
    format_: Format, look: Look
) -> None:
    modules = len(qr.modules(ADDRESS)) - 2 * qr.QUIET_ZONE
    assert format_.module(modules) >= MODULE_PER_METRE * format_.distance
    assert format_.fits(modules)


def test_posters_are_read_from_one_and_a_half_metres_and_lifts_from_half_a_metre() -> (
    None
):
    assert FORMATS["a4"].distance == 1.5
    assert FORMATS["a3"].distance == 2.0
    assert FORMATS["lift"].distance == 0.5


def test_the_code_is_black_on_white_with_its_quiet_zone_in_every_style(
    type_: Type,
) -> None:
    for format_, look in EVERY:
        content = draw.pdf(NOTICE, format_, look, type_)
        image, (left, top, side) = seen(content, format_)
        quiet = qr.QUIET_ZONE * PIXELS
        field = image[top - quiet + 2 : top + side + quiet - 2][
            :, left - quiet + 2 : left + side + quiet - 2
        ].copy()
        assert field.min() == 0
        field[quiet - 4 : -quiet + 4, quiet - 4 : -quiet + 4] = 255
        assert field.min() == 255


def test_capitals_save_a_version() -> None:
    lower = qr.modules("https://xc.example.gov.cn/q/C6SNQH41")
    assert (len(lower), len(qr.modules(ADDRESS))) == (41, 37)
    assert words.address_of("https://xc.example.gov.cn", "C6SNQH41") == ADDRESS


def test_a_spoiled_code_is_not_released(
    type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leaking twin of the proof: it is the scan that holds it back."""
    assert proof.made(NOTICE, A4, LOOK, type_).content.startswith(b"%PDF")
    honest = draw.pdf
    monkeypatch.setattr(
        proof, "pdf", lambda n, *rest: honest(replace(n, address=f"{ADDRESS}X"), *rest)
    )
    with pytest.raises(proof.NotScannableError, match=r"云溪社区.*没有放行"):
        proof.made(NOTICE, A4, LOOK, type_)


def test_a_code_too_small_for_its_distance_is_not_released(type_: Type) -> None:
    far = replace(A4, distance=4.0)
    with pytest.raises(proof.NotScannableError):
        proof.made(NOTICE, far, LOOK, type_)


def test_the_share_card_is_a_picture_for_chat_groups(type_: Type) -> None:
    content = proof.made(NOTICE, SHARE, LOOK, type_).content
    picture = Image.open(io.BytesIO(proof.share_picture(content, SHARE)))
    assert (picture.width, picture.height) == (SHARE_WIDTH, SHARE_WIDTH * 4 // 3)
    assert proof.scans(picture) == [ADDRESS]


def orders(number: int) -> list[Order]:
    return [
        Order(
            notice=replace(
                NOTICE,
                address=f"{ADDRESS[:-1]}{i}",
                letters=f"C6SN QH4{i}",
                place=f"云溪社区{'一二三四五六七八九'[i % 9]}",
            ),
            format_name="share" if i == 0 else "card",
            look_name="plain",
            folder=f"东街/云溪社区{i % 9}",
        )
        for i in range(number)
    ]


@pytest.fixture(scope="module")
def batch_cut(cut: Cut) -> Cut:
    return Cut.of(batch.signs_of(order.notice for order in orders(9)))


def test_a_batch_is_one_archive_by_street_and_community(
    batch_cut: Cut, tmp_path: Path
) -> None:
    seen_steps: list[tuple[int, int]] = []
    target = tmp_path / "posters.zip"
    outcome = batch.make_batch(
        orders(4),
        target,
        index=b"workbook",
        cut=batch_cut,
        step=lambda done, total: seen_steps.append((done, total)),
    )
    assert (outcome.released, outcome.refused) == (4, {})
    assert seen_steps == [(done, 4) for done in range(5)]
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == [
            "二维码清单.xlsx",
            "东街/云溪社区0/3栋1单元电梯-群分享图-C6SNQH40.png",
            *(
                f"东街/云溪社区{i}/3栋1单元电梯-A6 卡片-C6SNQH4{i}.pdf"
                for i in (1, 2, 3)
            ),
            "东街/一览.pdf",
        ]
        picture = proof.raster(archive.read(archive.namelist()[2]), 3)
    assert proof.scans(picture) == [f"{ADDRESS[:-1]}1"]
    assert list(tmp_path.iterdir()) == [target]


class KilledError(Exception):
    pass


def stop_at(number: int, done: int, _: int) -> None:
    if done == number:
        raise KilledError


def test_a_batch_that_died_goes_on_where_it_was(batch_cut: Cut, tmp_path: Path) -> None:
    make = partial(
        batch.make_batch, orders(5), tmp_path / "p.zip", index=b"", cut=batch_cut
    )
    with pytest.raises(KilledError):
        make(step=partial(stop_at, 3))
    begun: list[int] = []
    assert make(step=lambda done, _: begun.append(done)).released == 5
    assert begun == [3, 4, 5]


def test_what_is_refused_is_left_out_and_named(batch_cut: Cut, tmp_path: Path) -> None:
    spoiled = orders(2)
    spoiled[1] = replace(
        spoiled[1], notice=replace(spoiled[1].notice, letter_box="云溪" * 900)
    )
    target = tmp_path / "p.zip"
    outcome = batch.make_batch(
        spoiled, target, index=b"", cut=batch_cut, step=lambda *_: None
    )
    assert outcome.released == 1
    assert list(outcome.refused) == [spoiled[1].name]
    with zipfile.ZipFile(target) as archive:
        assert spoiled[1].name not in archive.namelist()
        assert "太长" in archive.read("没有放行的.txt").decode()
