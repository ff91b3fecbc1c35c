"""Terms: what may be asked, frozen by the first manifest, and scored by their weights."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from portal import vote
from portal.figures.votes import dimension_cards, place_card
from portal.kernel import audit
from portal.vote import DEFAULT_TERMS, Dimension, Option, Terms, election, posting
from portal.vote import verify as verifier
from portal.vote.terms import BadTermsError, UnsoundTermsError
from tests.stages.vote_makers import (
    BIG,
    NOW,
    PollingDay,
    polling_day,
    polling_eve,
    prepared,
)

SHORT = Terms(  # nothing as in the default but two of the ids
    dimensions=(
        Dimension(id="resolution", name="改好了吗", example="路灯亮不亮", weight=3),
        Dimension(id="eighth", name="说清楚了吗", example="有没有贴出来"),
    ),
    scale=(
        Option("satisfied", "好", 80),
        Option("dissatisfied", "不好", 20),
        Option("unknown", "说不清", None),
    ),
    question="这一轮改得好不好",
    note="只问查出来的问题。",
)
LONG = replace(
    DEFAULT_TERMS,
    dimensions=(
        *DEFAULT_TERMS.dimensions,
        Dimension(id="seventh", name="干部作风", example="来了没有", weight=2),
        Dimension(id="eighth", name="群众评价高", example="邻居怎么说"),
    ),
)


@pytest.fixture
def eve(tmp_path: Path) -> Iterator[PollingDay]:
    """Manifests are posted under the default terms; nothing is opened yet."""
    with polling_eve(tmp_path) as day:
        yield day


def test_default_is_the_domains_and_weighs_alike() -> None:
    DEFAULT_TERMS.require_sound()
    assert [d.name for d in DEFAULT_TERMS.dimensions] == [
        "责任落实", "整改措施", "问题解决", "预期效果", "公开透明", "长效机制",
    ]  # fmt: skip
    assert DEFAULT_TERMS.weights == [1] * 6
    assert [(o.name, o.points) for o in DEFAULT_TERMS.scale] == [
        ("满意", 100), ("基本满意", 75), ("一般", 50), ("不满意", 0), ("不了解", None),
    ]  # fmt: skip


@pytest.mark.parametrize("terms", [DEFAULT_TERMS, SHORT, LONG])
def test_terms_survive_their_file_and_its_digest_is_of_its_bytes(terms: Terms) -> None:
    assert Terms.from_json(terms.to_json()) == terms
    assert Terms.from_json(terms.to_json()).digest == terms.digest
    assert terms.digest != replace(terms, note="改过").digest


def with_dimension(**changed: Any) -> Terms:
    first, *others = DEFAULT_TERMS.dimensions
    return replace(DEFAULT_TERMS, dimensions=(replace(first, **changed), *others))


def with_points(*points: int | None) -> Terms:
    scale = zip(DEFAULT_TERMS.scale, points, strict=True)
    return replace(DEFAULT_TERMS, scale=tuple(replace(o, points=n) for o, n in scale))


UNSOUND = {
    "one dimension": (
        replace(DEFAULT_TERMS, dimensions=DEFAULT_TERMS.dimensions[:1]),
        "请写 2 至 8 个方面。",
    ),
    "ids in another order": (
        replace(DEFAULT_TERMS, dimensions=DEFAULT_TERMS.dimensions[::-1]),
        "请写 2 至 8 个方面。",
    ),
    "an id twice": (
        replace(DEFAULT_TERMS, dimensions=DEFAULT_TERMS.dimensions[:1] * 2),
        "请写 2 至 8 个方面。",
    ),
    "an id that is a list of its own": (with_dimension(id="used"), "请写 2 至 8 个方面。"),
    "no weight": (with_dimension(weight=0), "权重写 1 至 100 的整数；都一样重就都写 1。"),
    "too heavy": (with_dimension(weight=101), "权重写 1 至 100 的整数；都一样重就都写 1。"),
    "one score": (with_points(100, None, None, None, None), "至少要有两个带分值的选项。"),
    "rising scores": (
        with_points(0, 50, 75, 100, None),
        "分值写 0 至 100 的整数，从好到差，一个比一个低。",
    ),
    "equal scores": (
        with_points(100, 75, 75, 0, None),
        "分值写 0 至 100 的整数，从好到差，一个比一个低。",
    ),
    "more than all": (
        with_points(120, 75, 50, 0, None),
        "分值写 0 至 100 的整数，从好到差，一个比一个低。",
    ),
    "no example": (
        with_dimension(example=""), "名称、例子、问题和说明都要写，前后不留空格。",
    ),
    "a name of spaces": (
        with_dimension(name=" "), "名称、例子、问题和说明都要写，前后不留空格。",
    ),
    "a name too long for the slip": (
        with_dimension(name="整改责任落实了"), "「整改责任落实了」太长了，请不要超过 6 个字。",
    ),
    "a name twice": (with_dimension(name="整改措施"), "有两个名称一样，请改一个。"),
    "no question": (
        replace(DEFAULT_TERMS, question=""), "名称、例子、问题和说明都要写，前后不留空格。",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNSOUND)
def test_what_cannot_be_asked_scored_or_printed_is_refused(case: str) -> None:
    terms, sentence = UNSOUND[case]
    with pytest.raises(UnsoundTermsError) as refused:
        terms.require_sound()
    assert refused.value.sentence == sentence
    with pytest.raises(BadTermsError):
        Terms.from_json(terms.to_json())


def test_unsound_terms_change_nothing(eve: PollingDay) -> None:
    cadres = vote.prepare(
        eve.session,
        round_=eve.round_,
        electorate=vote.Electorate.CADRES,
        by="office",
        now=NOW,
    )
    with pytest.raises(UnsoundTermsError):
        vote.revise(
            eve.session, cadres, terms=with_dimension(weight=0), by="office", now=NOW
        )
    assert cadres.terms == DEFAULT_TERMS


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f | {"format": "mashangxun-terms-9"},
        lambda f: f | {"colour": "red"},
        lambda f: f | {"dimensions": [{"id": "effect"}]},
        lambda f: f | {"scale": "satisfied"},
        lambda f: {name: f[name] for name in f if name != "note"},
        lambda f: f | {"question": 7},
        lambda f: [f],
    ],
)
def test_file_that_is_no_terms_is_refused(change: Any) -> None:
    with pytest.raises(BadTermsError):
        Terms.from_json(json.dumps(change(DEFAULT_TERMS.fields())).encode())


def revise(day: PollingDay, terms: Terms) -> None:
    vote.revise(day.session, day.election, terms=terms, by="office", now=NOW)


def test_first_manifest_freezes_the_terms(eve: PollingDay) -> None:
    with pytest.raises(posting.TermsFrozenError):
        revise(eve, SHORT)
    eve.open()
    with pytest.raises(election.VoteOpenError):
        revise(eve, SHORT)
    assert eve.election.terms == DEFAULT_TERMS


def test_slips_for_other_terms_have_other_check_codes(eve: PollingDay) -> None:
    """So that a voter's list is found by what was really asked."""
    secret = eve.slips[BIG][0].secret
    slip = vote.slip_of(replace(eve.precinct(), terms=SHORT), secret)
    assert slip.slip_id == eve.slips[BIG][0].slip_id
    assert set(slip.check_codes) == {"resolution", "eighth"}


@pytest.mark.parametrize("terms", [SHORT, LONG])
def test_vote_under_other_terms_is_counted_and_recounted(
    tmp_path: Path, terms: Terms
) -> None:
    best, worst = terms.scale[0].id, terms.scale[1].id
    with polling_day(tmp_path, terms) as day:
        for i, slip in enumerate(day.slips[BIG][:12]):
            said = {d.id: worst if i < 6 else best for d in terms.dimensions}
            day.cast(slip, said | {terms.dimensions[0].id: best})
        day.close()
        files = day.files
        assert {p for p in files if p.startswith(BIG)} == {
            f"{BIG}/manifest.json",
            f"{BIG}/used.csv",
            *(f"{BIG}/{d.id}.csv" for d in terms.dimensions),
        }
        assert json.loads(files["closing.json"])["terms"] == terms.fields()
        assert verifier.verify(files, day.digest, day.fingerprint) == []
        for slip in day.slips[BIG][:6]:
            for dimension in terms.dimensions[1:]:
                row = f"{slip.check_codes[dimension.id]},{worst}\n"
                assert row.encode() in files[f"{BIG}/{dimension.id}.csv"]


def test_mean_of_a_community_is_weighed_and_says_how(tmp_path: Path) -> None:
    with polling_day(tmp_path, SHORT) as day:
        for slip in day.slips[BIG][:10]:
            day.cast(slip, {"resolution": "satisfied", "eighth": "dissatisfied"})
        day.close()
        place = day.result.places[0]
        cards = dimension_cards(day.result, place)
        assert [(c.title, c.mean) for c in cards] == [
            ("改好了吗", 80),
            ("说清楚了吗", 20),
        ]
        card = place_card(day.result, place)
        assert card.mean == 65  # (3 × 80 + 1 × 20) / 4
        assert "按权重平均：改好了吗、说清楚了吗依次占 3、1。" in card.definition
        assert "好、不好依次是 80、20 分；「说不清」单列" in card.definition


def test_what_is_missing_is_named_in_the_words_of_the_terms(tmp_path: Path) -> None:
    with polling_day(tmp_path, SHORT) as day:
        with pytest.raises(vote.MissingScoresError) as refused:
            day.cast(day.slips[BIG][0], {"resolution": "mostly"})
        assert refused.value.sentence == (
            "还有没选的：改好了吗、说清楚了吗。不清楚的可以选「说不清」。"
        )


def test_terms_are_in_the_audit_log(tmp_path: Path) -> None:
    with polling_eve(tmp_path) as day:
        prepared(day, vote.Electorate.CADRES, SHORT)
        acts = day.session.query(audit.AuditEntry).filter_by(action="vote.revise")
        assert [(act.subject, act.reason) for act in acts] == [
            ("2026-2", DEFAULT_TERMS.digest),
            ("2026-2-G", SHORT.digest),
        ]
