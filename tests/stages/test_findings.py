"""Findings: own words, two people, leads hidden, letters as evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.audit import AuditEntry
from portal.kernel.errors import NotFoundError
from portal.review import evidence, findings
from portal.review.evidence import OtherPlaceError
from portal.review.findings import (
    EmptyFindingError,
    Finding,
    FindingState,
    NoReasonError,
    SamePersonError,
    WrongFindingMoveError,
)
from portal.review.wording import (
    LONGEST_RUN,
    CopiedWordsError,
    bare,
    copied_run,
    require_own_words,
)
from portal.rounds.keys import NoKeyError
from portal.web.installation import Installation
from tests.makers import MORNING, Cast
from tests.stages.review_scenes import CANARY, OWN_WORDS, Scene, draft


@pytest.fixture
def scene(session: Session, house: Installation, cast: Cast) -> Scene:
    return Scene(session, house, cast)


def seen_by(scene: Scene, name: str) -> list[Finding]:
    staff = getattr(scene.cast, name).staff(scene.session)
    return findings.findings_for(scene.session, scene.cast.round_id, staff=staff)


def test_a_finding_stands_on_its_letter(scene: Scene) -> None:
    letter = scene.letter()
    finding = scene.finding(letter)
    assert finding.state is FindingState.DRAFT
    assert (finding.round_id, finding.place_id) == (letter.round_id, letter.place_id)
    assert evidence.evidence_of(scene.session, finding.id) == [letter]
    assert evidence.findings_on(scene.session, letter.id) == [finding]
    assert evidence.evidence_counts(scene.session, scene.cast.round_id) == {
        finding.id: 1
    }


@pytest.mark.parametrize("field", ["title", "statement"])
def test_a_copied_sentence_is_refused_wherever_it_stands(
    scene: Scene, field: str
) -> None:
    with pytest.raises(CopiedWordsError) as refused:
        scene.finding(draft=draft(**{field: f"据反映，{CANARY}。"}))
    assert bare(CANARY) in refused.value.sentence


def test_a_copy_broken_up_by_punctuation_is_refused_too(scene: Scene) -> None:
    broken = "、 ".join(CANARY)
    with pytest.raises(CopiedWordsError):
        scene.finding(draft=draft(statement=broken))


def test_a_rewritten_draft_is_compared_with_all_its_letters(scene: Scene) -> None:
    second = "物业经理收了钱就把绿地划给他家当停车位了"
    finding = scene.finding()
    member = scene.reader(scene.cast.member)
    evidence.found_in(
        scene.session,
        finding,
        letter=scene.letter(second),
        by=member.staff,
        now=MORNING,
    )
    for copied in (CANARY, second):
        with pytest.raises(CopiedWordsError):
            evidence.rewrite(
                scene.session,
                finding,
                draft(statement=copied),
                reader=member,
            )


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_run_is_found_in_both_and_a_long_one_is_refused(a: str, b: str) -> None:
    run = copied_run(a, b)
    assert run in bare(a)
    assert run in bare(b)
    if len(run) > LONGEST_RUN:
        with pytest.raises(CopiedWordsError):
            require_own_words(a, [b])
    else:
        require_own_words(a, [b])


@given(st.text("电动车占道物业", min_size=LONGEST_RUN + 1, max_size=30))
def test_a_whole_copy_is_always_found(text: str) -> None:
    with pytest.raises(CopiedWordsError):
        require_own_words(f"前面{text}后面", ["无关", text])


def test_without_a_key_nothing_is_established(scene: Scene) -> None:
    letter = scene.letter()
    with pytest.raises(NoKeyError):
        evidence.establish(
            scene.session, letter, OWN_WORDS, reader=scene.reader(scene.cast.stranger)
        )


@pytest.mark.parametrize("field", ["title", "statement"])
def test_a_finding_needs_title_and_statement(scene: Scene, field: str) -> None:
    with pytest.raises(EmptyFindingError):
        scene.finding(draft=draft(**{field: " 　"}))


def test_whoever_wrote_it_cannot_approve_it(scene: Scene) -> None:
    finding = scene.finding()
    with pytest.raises(SamePersonError):
        findings.approve(
            scene.session,
            finding,
            by=scene.cast.member.staff(scene.session),
            now=MORNING,
        )
    mate = scene.cast.mate.staff(scene.session)
    findings.approve(scene.session, finding, by=mate, now=MORNING)
    assert (finding.state, finding.approved_by) == (FindingState.APPROVED, mate.id)


def test_whoever_rewrote_it_cannot_approve_it(scene: Scene) -> None:
    finding = scene.finding()
    evidence.rewrite(
        scene.session,
        finding,
        draft(title="消防栓被占用"),
        reader=scene.reader(scene.cast.mate),
    )
    with pytest.raises(SamePersonError):
        findings.approve(
            scene.session, finding, by=scene.cast.mate.staff(scene.session), now=MORNING
        )
    member = scene.cast.member.staff(scene.session)
    findings.approve(scene.session, finding, by=member, now=MORNING)
    assert finding.title == "消防栓被占用"


def test_an_approved_finding_is_not_rewritten_but_sent_back(scene: Scene) -> None:
    finding = scene.approved()
    member = scene.reader(scene.cast.member)
    with pytest.raises(WrongFindingMoveError):
        evidence.rewrite(scene.session, finding, OWN_WORDS, reader=member)
    with pytest.raises(NoReasonError):
        findings.send_back(
            scene.session, finding, reason=" ", by=member.staff, now=MORNING
        )
    findings.send_back(
        scene.session, finding, reason="太笼统", by=member.staff, now=MORNING
    )
    assert (finding.state, finding.approved_by) == (FindingState.DRAFT, None)
    assert finding.returned_because == "太笼统"


def test_what_was_handed_over_is_not_sent_back(scene: Scene) -> None:
    row = scene.handed_over()
    chief = scene.cast.chief.staff(scene.session)
    with pytest.raises(WrongFindingMoveError):
        findings.send_back(
            scene.session, row.finding, reason="x", by=chief, now=MORNING
        )


def test_only_the_team_and_the_chief_see_drafts(scene: Scene) -> None:
    finding = scene.finding()
    for name in ("member", "mate", "recused", "chief"):
        assert seen_by(scene, name) == [finding]
    for name in ("stranger", "office", "unit", "discipline", "admin", "entry"):
        assert seen_by(scene, name) == []


def test_the_office_sees_what_was_approved(scene: Scene) -> None:
    finding = scene.approved()
    assert seen_by(scene, "office") == [finding]
    assert seen_by(scene, "stranger") == []
    with pytest.raises(NotFoundError):
        findings.finding_for(
            scene.session, finding.id, staff=scene.cast.stranger.staff(scene.session)
        )


def test_the_recused_do_not_see_findings_of_their_community(scene: Scene) -> None:
    scene.finding(scene.letter(code=scene.cast.liutang))
    assert seen_by(scene, "recused") == []
    assert len(seen_by(scene, "mate")) == 1


def test_a_lead_is_hidden_from_the_office(scene: Scene) -> None:
    finding = scene.approved(draft=draft(is_lead=True))
    assert seen_by(scene, "office") == []
    assert seen_by(scene, "chief") == [finding]
    assert seen_by(scene, "mate") == [finding]


def test_a_letter_is_evidence_in_its_own_community_only(scene: Scene) -> None:
    finding = scene.finding()
    member = scene.cast.member.staff(scene.session)
    other = scene.letter("柳塘的事", code=scene.cast.liutang)
    with pytest.raises(OtherPlaceError):
        evidence.found_in(scene.session, finding, letter=other, by=member, now=MORNING)


def test_joining_a_letter_twice_is_once(scene: Scene) -> None:
    letter = scene.letter()
    finding = scene.finding(letter)
    member = scene.cast.member.staff(scene.session)
    evidence.found_in(scene.session, finding, letter=letter, by=member, now=MORNING)
    assert evidence.evidence_counts(scene.session, scene.cast.round_id) == {
        finding.id: 1
    }


def test_a_problem_that_is_reported_again_is_disputed(scene: Scene) -> None:
    finding = scene.finding()
    finding.state = FindingState.FIXED
    member = scene.cast.member.staff(scene.session)
    again = scene.letter("消防栓又锁上了")
    evidence.found_in(scene.session, finding, letter=again, by=member, now=MORNING)
    assert finding.state is FindingState.DISPUTED


def test_states_move_along_the_table_only(scene: Scene) -> None:
    finding = scene.finding()
    for state in FindingState:
        if state in findings.NEXT[finding.state]:
            continue
        with pytest.raises(WrongFindingMoveError):
            findings.move(scene.session, finding, to=state, by="member", now=MORNING)


def test_every_change_is_in_the_log(scene: Scene) -> None:
    finding = scene.approved()
    subject = str(finding.id)
    entries = scene.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == subject)
        .order_by(AuditEntry.number)
    )
    assert [(e.actor, e.action) for e in entries if e.action.startswith("finding")] == [
        ("member", "finding.write"),
        ("member", "finding.evidence"),
        ("mate", "finding.approved"),
    ]
