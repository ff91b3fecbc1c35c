"""Slips, their manifest and the printed sheets."""

import base64
import dataclasses
import hashlib
import hmac
import itertools
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import vote
from portal.kernel import codes
from portal.kernel.sealing import KeyPair
from portal.vote import merkle, sheets
from portal.vote.slips import NotASecretError

ROUND, PLACE, SECRET = "2026-2", "990101001001", "K7QF0123456789AB"


def base32(data: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in data)
    return "".join(codes.ALPHABET[int(bits[i : i + 5], 2)] for i in range(0, 40, 5))


def test_slip_follows_the_published_formulas() -> None:
    slip = vote.slip_of(ROUND, PLACE, SECRET)
    digest = hashlib.sha256(b"slip|2026-2|990101001001|K7QF0123456789AB")
    assert slip.slip_id == digest.hexdigest()
    assert slip.number == base32(digest.digest())
    assert slip.check_codes == {
        d.id: base32(
            hmac.new(
                SECRET.encode(), f"trk|{ROUND}|{PLACE}|{d.id}".encode(), "sha256"
            ).digest()
        )
        for d in vote.DIMENSIONS
    }


def test_dimensions_and_scale_are_those_of_the_domain() -> None:
    assert [d.name for d in vote.DIMENSIONS] == [
        "责任落实",
        "整改措施",
        "问题解决",
        "预期效果",
        "公开透明",
        "长效机制",
    ]
    assert [(o.name, o.points) for o in vote.SCALE] == [
        ("满意", 100),
        ("基本满意", 75),
        ("一般", 50),
        ("不满意", 0),
        ("不了解", None),
    ]


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
    made = vote.make_slips(ROUND, PLACE, 2, secret_source=lambda: next(source))
    assert [slip.secret for slip in made] == [SECRET, other]


def test_slips_of_a_community_share_no_code() -> None:
    made = list(vote.make_slips(ROUND, PLACE, 300))
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
    ids = [slip.slip_id for slip in vote.make_slips(ROUND, PLACE, 5)]
    return vote.make_manifest(ROUND, PLACE, slip_ids=ids, printer=KeyPair.make())


def test_manifest_survives_its_file(manifest: vote.Manifest) -> None:
    assert vote.Manifest.from_json(manifest.to_json()) == manifest
    assert list(manifest.slip_ids) == sorted(manifest.slip_ids)


def test_manifest_holds_no_secret() -> None:
    slips = list(vote.make_slips(ROUND, PLACE, 5))
    manifest = vote.make_manifest(
        ROUND, PLACE, slip_ids=[s.slip_id for s in slips], printer=KeyPair.make()
    )
    text = manifest.to_json().decode()
    assert not [s for s in slips if s.secret in text]
    leaky = text + slips[0].secret
    assert [s for s in slips if s.secret in leaky] == slips[:1]


def test_manifest_changed_by_anybody_is_refused(manifest: vote.Manifest) -> None:
    stranger = KeyPair.make()
    changed = [
        dataclasses.replace(manifest, place_code="990101001002"),
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
    for stream in re.findall(rb"stream\n?(.*?)endstream", pdf, re.DOTALL):
        page = zlib.decompress(base64.a85decode(stream.strip(), adobe=False))
        shown = re.findall(rb"\(([ -~]*?)\) Tj", page)
        found += [text.decode() for text in shown]
    return found


def a85(pdf: bytes) -> bytes:
    return pdf.replace(b"~>", b"")


def test_sheets_carry_what_a_voter_needs_three_to_a_page() -> None:
    slips = list(itertools.islice(vote.make_slips(ROUND, PLACE, 4), 4))
    sheet = sheets.Sheet(
        base_url="https://portal.example",
        round_code=ROUND,
        round_name="第二轮",
        place_code=PLACE,
        place_name="桃花里社区",
        fingerprint="ABCD EFGH JKMN PQRS",
    )
    pdf = sheets.draw_slips(slips, sheet)
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == 2
    shown = texts(a85(pdf))
    for slip in slips:
        wanted = [slip.number, slip.secret, *slip.check_codes.values()]
        assert {codes.in_fours(code) for code in wanted} <= set(shown)
    assert shown.count(f"https://portal.example/vote/{ROUND}/{PLACE}") == 4
    assert sheets.draw_slips(slips, sheet) == pdf  # no time of making
    assert sheet.url(slips[0]) == (
        f"https://portal.example/vote/{ROUND}/{PLACE}#{slips[0].secret}"
    )
