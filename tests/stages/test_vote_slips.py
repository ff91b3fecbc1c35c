"""Slips, their manifest and the printed sheets."""

import base64
import dataclasses
import hashlib
import hmac
import itertools
import re
import zlib

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps, ImageStat

from portal import vote
from portal.kernel import codes
from portal.kernel.sealing import KeyPair
from portal.posters import fonts
from portal.posters.proof import raster
from portal.vote import merkle, sheets
from portal.vote.slips import NotASecretError

CODE, PLACE, SECRET = "2026-2", "990101001001", "K7QF0123456789AB"
PRECINCT = vote.Precinct(CODE, PLACE, vote.DEFAULT_TERMS)


def base32(data: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in data)
    return "".join(codes.ALPHABET[int(bits[i : i + 5], 2)] for i in range(0, 40, 5))


def test_slip_follows_the_published_formulas() -> None:
    slip = vote.slip_of(PRECINCT, SECRET)
    digest = hashlib.sha256(b"slip|2026-2|990101001001|K7QF0123456789AB")
    assert slip.slip_id == digest.hexdigest()
    assert slip.number == base32(digest.digest())
    assert slip.check_codes == {
        d.id: base32(
            hmac.new(
                SECRET.encode(), f"trk|{CODE}|{PLACE}|{d.id}".encode(), "sha256"
            ).digest()
        )
        for d in vote.DEFAULT_TERMS.dimensions
    }


@pytest.mark.parametrize(
    "typed",
    [
        "k7qf 0123 4567 89ab",
        "K7QF-O123-4567-89AB",
        "Ｋ７ＱＦ　０I23　4567　89ab",
    ],
)
def test_secret_is_understood_however_it_is_typed(typed: str) -> None:
    assert vote.read_secret(typed) == SECRET


@pytest.mark.parametrize("typed", ["", "K7QF", SECRET + "0", "K7QF01234567中文AB"])
def test_secret_of_another_shape_is_refused(typed: str) -> None:
    with pytest.raises(NotASecretError):
        vote.read_secret(typed)


def test_slips_are_drawn_again_where_a_code_would_repeat() -> None:
    other = "0" * 16
    source = iter([SECRET, SECRET, SECRET, other])
    made = vote.make_slips(PRECINCT, 2, secret_source=lambda: next(source))
    assert [slip.secret for slip in made] == [SECRET, other]


def test_slips_of_a_community_share_no_code() -> None:
    made = list(vote.make_slips(PRECINCT, 300))
    shown = [c for slip in made for c in slip.check_codes.values()]
    assert len(set(shown)) == 6 * 300
    assert len({slip.number for slip in made}) == 300


def rfc6962(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 §2.1 writes it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + rfc6962(leaves[:k]) + rfc6962(leaves[k:])).digest()


@given(st.lists(st.binary(max_size=4), max_size=40))
def test_root_is_that_of_rfc_6962(leaves: list[bytes]) -> None:
    assert merkle.root(leaves) == rfc6962(leaves)


@pytest.fixture
def manifest() -> vote.Manifest:
    ids = [slip.slip_id for slip in vote.make_slips(PRECINCT, 5)]
    return vote.make_manifest(PRECINCT, slip_ids=ids, printer=KeyPair.make())


def test_manifest_survives_its_file(manifest: vote.Manifest) -> None:
    assert vote.Manifest.from_json(manifest.to_json()) == manifest
    assert list(manifest.slip_ids) == sorted(manifest.slip_ids)


def test_manifest_holds_no_secret() -> None:
    slips = list(vote.make_slips(PRECINCT, 5))
    manifest = vote.make_manifest(
        PRECINCT, slip_ids=[s.slip_id for s in slips], printer=KeyPair.make()
    )
    text = manifest.to_json().decode()
    assert not [s for s in slips if s.secret in text]
    leaky = text + slips[0].secret
    assert [s for s in slips if s.secret in leaky] == slips[:1]


def test_manifest_changed_by_anybody_is_refused(manifest: vote.Manifest) -> None:
    stranger = KeyPair.make()
    changed = [
        dataclasses.replace(manifest, place_code="990101001002"),
        dataclasses.replace(manifest, code="2026-2-G"),
        dataclasses.replace(manifest, terms="0" * 64),
        dataclasses.replace(manifest, slip_ids=manifest.slip_ids[1:]),
        dataclasses.replace(manifest, slip_ids=manifest.slip_ids[::-1]),
        dataclasses.replace(manifest, root=bytes(32)),
        dataclasses.replace(manifest, printer_key=stranger.verify_key),
    ]
    for one in changed:
        with pytest.raises(vote.BadManifestError):
            vote.Manifest.from_json(one.to_json())
    with pytest.raises(vote.BadManifestError):
        vote.Manifest.from_json(b"[]")


def test_fingerprint_is_the_whole_hash_and_the_short_one_its_beginning() -> None:
    key = KeyPair.make().verify_key
    digest = hashlib.sha256(key).digest()
    assert vote.fingerprint(key) == digest.hex()
    assert vote.short_fingerprint(key).replace(" ", "")[:8] == base32(digest)


def texts(pdf: bytes) -> list[str]:
    """What the pages' content streams show in Latin letters."""
    found = []
    packed = rb"ASCII85Decode[^>]*>>\s*stream\n?(.*?)endstream"
    for stream in re.findall(packed, pdf, re.DOTALL):
        page = zlib.decompress(base64.a85decode(stream.strip(), adobe=False))
        shown = re.findall(rb"\(([ -~]*?)\) Tj", page)
        found += [text.decode() for text in shown]
    return found


def a85(pdf: bytes) -> bytes:
    return pdf.replace(b"~>", b"")


def test_sheets_carry_what_a_voter_needs_three_to_a_page() -> None:
    slips = list(itertools.islice(vote.make_slips(PRECINCT, 4), 4))
    sheet = SHEET
    pdf = sheets.draw_slips(slips, sheet)
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == 2
    shown = texts(a85(pdf))
    for slip in slips:
        wanted = [slip.number, slip.secret, *slip.check_codes.values()]
        assert {codes.in_fours(code) for code in wanted} <= set(shown)
    assert shown.count("https://portal.example") == 4
    assert shown.count(f"/vote/{CODE}/{PLACE}") == 4
    assert sheets.draw_slips(slips, sheet) == pdf  # no time of making
    assert sheet.url(slips[0]) == (
        f"https://portal.example/vote/{CODE}/{PLACE}#{slips[0].secret}"
    )


SHEET = sheets.Sheet(
    base_url="https://portal.example",
    electorate=vote.Electorate.RESIDENTS,
    precinct=PRECINCT,
    round_name="第二轮",
    place_name="桃花里社区",
    fingerprint="ABCD EFGH JKMN PQRS",
)


def test_slips_say_who_they_are_for() -> None:
    residents = SHEET.words
    cadres = dataclasses.replace(SHEET, electorate=vote.Electorate.CADRES).words
    assert (residents.title, cadres.title) == ("满意度测评选票", "干部测评票")
    assert (residents.one_each, cadres.one_each[:5]) == ("一户一张。", "一人一张，")
    assert "不并入居民满意度" in cadres.promise


@pytest.fixture(scope="module")
def made() -> list[vote.Slip]:
    return list(vote.make_slips(PRECINCT, 3))


@pytest.fixture(scope="module")
def page(made: list[vote.Slip]) -> Image.Image:
    """The first page on paper, 300 dots per inch."""
    return raster(sheets.draw_slips(made, SHEET), 300 / 72)


def read_off(paper: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(paper)]


def panels(page: Image.Image, row: int) -> list[Image.Image]:
    """Cover, secret and words of one slip, cut out."""
    wide, high = page.width // 3, page.height // 3
    return [
        page.crop((i * wide, row * high, (i + 1) * wide, (row + 1) * high))
        for i in range(3)
    ]


def through(*layers: Image.Image) -> Image.Image:
    """What comes through sheets held against the light: ink adds up."""
    seen = layers[0]
    for layer in layers[1:]:
        seen = ImageChops.multiply(seen, layer)
    return seen


def test_a_printed_slip_is_scanned_and_leads_to_its_vote(
    page: Image.Image, made: list[vote.Slip]
) -> None:
    assert sorted(read_off(page)) == sorted(SHEET.url(slip) for slip in made)


def test_a_folded_slip_cannot_be_scanned_against_the_light(
    page: Image.Image, made: list[vote.Slip]
) -> None:
    """The twin, folded behind a blank cover, can."""
    for row, slip in enumerate(made):
        cover, secret, words = panels(page, row)
        behind, blank = ImageOps.mirror(secret), Image.new("L", cover.size, 255)
        for inside in (words, blank):
            seen = through(cover, behind, inside)
            assert read_off(seen) + read_off(ImageOps.mirror(seen)) == []
        assert read_off(through(blank, behind, blank)) == [SHEET.url(slip)]


def test_the_pattern_covers_everything_secret(
    page: Image.Image, made: list[vote.Slip]
) -> None:
    """No square of 4 mm with ink of a secret lies behind a cover without ink."""
    side = round(4 * 300 / 25.4)
    for row, _ in enumerate(made):
        cover, secret, _words = panels(page, row)
        top = round(secret.height * (1 - sheets.HIDDEN / sheets.SLIP_HEIGHT))
        bare = [
            (x, y)
            for y in range(top, secret.height - 2 * side, side)
            for x in range(side, secret.width - 2 * side, side)
            if dark(ImageOps.mirror(secret), x, y, side) > 0.02
            and dark(cover, x, y, side) < 0.15
        ]
        assert bare == []


def dark(paper: Image.Image, x: int, y: int, side: int) -> float:
    """How much of a square is ink."""
    square = paper.crop((x, y, x + side, y + side))
    return 1 - ImageStat.Stat(square).mean[0] / 255


def test_chinese_type_is_embedded_and_without_a_face_it_is_said(
    made: list[vote.Slip], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert b"/FontFile2" in sheets.draw_slips(made, SHEET)
    monkeypatch.setattr(fonts, "FOLDERS", ())
    type_ = sheets.type_for(SHEET)
    assert isinstance(type_, sheets.Unembedded)
    pdf = sheets.draw_slips(made, SHEET, type_=type_)
    assert b"/FontFile2" not in pdf
    assert b"STSong-Light" in pdf
