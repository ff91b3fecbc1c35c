"""Checklists: versions stand, and a round keeps the one it was published with."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import checklists
from portal.checklists import Checklist, Outline, VersionState
from portal.checklists.drafting import WordingError
from portal.checklists.outline import AspectText, Form, PointText, ProblemText, Scope
from portal.checklists.publishing import EmptyListError, MeaningError
from portal.kernel.audit import AuditEntry
from portal.kernel.errors import NotFoundError
from portal.kernel.versions import (
    DraftThereError,
    StandsError,
    UnchangedError,
    WrongStateError,
)
from portal.places import Kind, Trait
from tests.makers import MORNING, TODAY, in_memory, make_round

TABLES = (
    "round", "checklist", "aspect", "point", "problem", "round_checklist", "audit_entry",
)  # fmt: skip
DEED: Any = {"by": "office", "now": MORNING}


@pytest.fixture
def session() -> Iterator[Session]:
    with in_memory(*TABLES) as session:
        yield session


@pytest.fixture
def round_id(session: Session) -> int:
    return make_round(session).id


def point(title: str, *problems: str, code: str = "") -> PointText:
    texts = tuple(ProblemText(text, Form.FAULT) for text in problems)
    return PointText(code, title, texts)


def outline(*points: PointText, title: str = "示例清单") -> Outline:
    return Outline(title, None, (AspectText("三资管理", points),))


BOOKS = point("账目公开", "只公开总数", code="money.books")
WORKS = point("工程采购", "拆小了给熟人", code="money.works")
FIRST = outline(BOOKS, WORKS)


def published(
    session: Session, text: Outline = FIRST, *, code: str = "money", same: Any = ()
) -> Checklist:
    made = checklists.keep_draft(session, text, code=code, **DEED)
    checklists.publish(session, made, same=same, today=TODAY, **DEED)
    return made


def in_use(session: Session) -> list[tuple[str, int]]:
    return [(one.code, one.version) for one in checklists.latest(session)]


def deeds(session: Session) -> list[tuple[str, str]]:
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.number))
    return [(row.action, row.subject) for row in rows]


# What an installation begins with


def test_the_default_samples_are_installed_once_and_in_use(session: Session) -> None:
    added = checklists.install_samples(session)
    assert [(found.code, found.version) for found in added] == [
        ("common", 1),
        ("rural", 1),
    ]
    assert in_use(session) == [("common", 1), ("rural", 1)]
    assert checklists.install_samples(session) == []


def test_a_list_of_ones_own_in_its_place_is_left_alone(session: Session) -> None:
    mine = published(session, code="common")
    assert [one.code for one in checklists.install_samples(session)] == ["rural"]
    assert mine.outline == FIRST


def test_what_was_installed_says_what_the_sample_says(session: Session) -> None:
    for one in checklists.install_samples(session):
        session.expire_all()
        found = checklists.get_checklist(session, one.id)
        assert found.outline == checklists.sample(one.code).outline


def test_points_come_in_the_order_of_their_lists(session: Session) -> None:
    common, rural = checklists.install_samples(session)
    found = checklists.points(session, [rural, common])
    assert (found[0].code, found[-1].code) == (
        "rural_assets.register",
        "petitions.rights",
    )
    assert found[0].aspect.title == "“三资”管理"


def test_only_rural_communities_get_the_individual_list(
    session: Session, round_id: int
) -> None:
    _, rural = checklists.install_samples(session)
    assert rural.scope is Scope.INDIVIDUAL
    village = checklists.points_for(session, round_id, kinds={Kind.RURAL})
    town = checklists.points_for(session, round_id, kinds={Kind.URBAN, Trait.FACTORY})
    assert (len(village), len(town)) == (99 + 15, 99)


def test_an_optional_block_is_for_its_kinds_alone(
    session: Session, round_id: int
) -> None:
    blocks = (
        AspectText("讲政治", (point("学习", code="op.learn"),)),
        AspectText("飞地", (point("边界", code="op.border"),), (Trait.EXCLAVE,)),
    )
    published(session, Outline("操作清单", None, blocks))
    for kinds, wanted in (
        ({Kind.URBAN}, ["op.learn"]),
        ({Kind.URBAN, Trait.EXCLAVE}, ["op.learn", "op.border"]),
    ):
        found = checklists.points_for(session, round_id, kinds=kinds)
        assert [one.code for one in found] == wanted


# Versions


def test_a_draft_changes_nothing_until_it_is_published(session: Session) -> None:
    published(session)
    draft = checklists.keep_draft(session, outline(BOOKS), code="money", **DEED)
    assert (draft.version, draft.state) == (2, VersionState.DRAFT)
    assert in_use(session) == [("money", 1)]
    checklists.publish(session, draft, same=(), today=TODAY, **DEED)
    assert in_use(session) == [("money", 2)]
    assert draft.published_on == TODAY


def test_a_new_draft_takes_the_place_of_the_one_there(session: Session) -> None:
    checklists.keep_draft(session, FIRST, code="money", **DEED)
    checklists.keep_draft(session, outline(BOOKS), code="money", **DEED)
    (only,) = session.scalars(select(Checklist))
    assert (only.version, only.outline) == (1, outline(BOOKS))


def test_a_published_version_stands_whoever_asks(session: Session) -> None:
    stands = published(session)
    books = stands.aspects[0].points[0]
    changes: tuple[Callable[[], object], ...] = (
        lambda: checklists.rename(session, stands, title="新名", kind=None, **DEED),
        lambda: checklists.reword(session, books, title="账", lines=[], **DEED),
        lambda: checklists.discard(session, stands, **DEED),
        lambda: checklists.publish(session, stands, same=(), today=TODAY, **DEED),
    )
    for change in changes:
        with pytest.raises(StandsError):
            change()
    assert stands.outline == FIRST


def test_nor_can_it_be_changed_past_the_verbs(session: Session) -> None:
    stands = published(session)
    session.commit()
    stands.aspects[0].points[0].title = "别的"
    with pytest.raises(StandsError):
        session.flush()
    session.rollback()
    session.delete(stands.aspects[0].points[0].problems[0])
    with pytest.raises(StandsError):
        session.flush()
    session.rollback()
    stands.title = "别的"
    with pytest.raises(StandsError):
        session.flush()
    session.rollback()
    session.delete(stands)
    with pytest.raises(StandsError):
        session.flush()


def test_an_empty_list_and_an_unchanged_one_are_not_published(
    session: Session,
) -> None:
    empty = checklists.keep_draft(session, Outline("空", None, ()), code="no", **DEED)
    with pytest.raises(EmptyListError):
        checklists.publish(session, empty, same=(), today=TODAY, **DEED)
    again = checklists.revise(session, published(session), **DEED)
    with pytest.raises(UnchangedError):
        checklists.publish(session, again, same=(), today=TODAY, **DEED)


def test_a_list_taken_out_of_use_is_not_for_coming_rounds(
    session: Session, round_id: int
) -> None:
    old = published(session)
    checklists.keep(session, round_id)
    checklists.retire(session, old, **DEED)
    assert in_use(session) == []
    assert [one.id for one in checklists.kept(session, round_id)] == [old.id]
    with pytest.raises(WrongStateError):
        checklists.retire(session, old, **DEED)
    checklists.restore(session, old, **DEED)
    assert in_use(session) == [("money", 1)]


def test_an_older_version_is_not_taken_in_again_past_the_newer(
    session: Session,
) -> None:
    old = published(session)
    published(session, outline(BOOKS))
    for verb in (checklists.retire, checklists.restore):
        with pytest.raises(WrongStateError):
            verb(session, old, **DEED)


def test_a_retired_list_comes_back_with_its_next_version(session: Session) -> None:
    checklists.retire(session, published(session), **DEED)
    published(session, outline(BOOKS))
    assert in_use(session) == [("money", 2)]


def test_a_discarded_draft_leaves_nothing_but_its_entry(session: Session) -> None:
    published(session)
    draft = checklists.keep_draft(session, outline(BOOKS), code="money", **DEED)
    checklists.discard(session, draft, **DEED)
    assert [found.version for found in session.scalars(select(Checklist))] == [1]
    assert deeds(session) == [
        ("checklist.draft", "money v1"),
        ("checklist.publish", "money v1"),
        ("checklist.draft", "money v2"),
        ("checklist.discard", "money v2"),
    ]


# Rounds


def test_a_round_keeps_the_version_it_was_published_with(
    session: Session, round_id: int
) -> None:
    first = published(session)
    checklists.keep(session, round_id)
    published(session, outline(BOOKS))
    assert [c.version for c in checklists.keep(session, round_id)] == [1]
    assert [c.version for c in checklists.kept(session, round_id)] == [1]
    assert checklists.rounds_with(session) == {first.id: [round_id]}
    assert checklists.titles(session, round_id) == {
        "money.books": "账目公开",
        "money.works": "工程采购",
    }


def test_a_round_that_did_not_keep_its_version_would_change(
    session: Session, round_id: int
) -> None:
    """The leaking twin: nothing kept."""
    published(session)
    published(session, outline(BOOKS))
    assert [c.version for c in checklists.kept(session, round_id)] == [2]


# Codes


def codes_of(one: Checklist) -> list[str]:
    return [point.code for point in one.outline.points]


def test_new_points_get_a_code_that_stays(session: Session) -> None:
    made = published(session, outline(BOOKS, point("票据"), point("现金")))
    known, new, other = codes_of(made)
    assert known == "money.books"
    assert new.startswith("money.n")
    assert other.startswith("money.n")
    assert len({known, new, other}) == 3
    again = published(session, outline(point("现金"), point("票据"), point("新的")))
    assert codes_of(again)[:2] == [other, new]


def test_a_new_list_has_a_code_of_its_own(session: Session) -> None:
    one, two = (
        checklists.begin(session, outline(point("账目公开")), **DEED) for _ in range(2)
    )
    assert one.code != two.code
    assert codes_of(one)[0].startswith(f"{one.code}.n")
    assert checklists.codes_elsewhere(session, one.code) == set(codes_of(two))


def test_a_code_under_another_title_is_published_only_when_confirmed(
    session: Session,
) -> None:
    published(session)
    renamed = point("账目公示", "只公开总数", code="money.books")
    draft = checklists.keep_draft(session, outline(renamed), code="money", **DEED)
    assert checklists.renamed(session, draft) == {
        "money.books": ("账目公开", "账目公示")
    }
    for same in ((), ("money.works",)):
        with pytest.raises(MeaningError):
            checklists.publish(session, draft, same=same, today=TODAY, **DEED)
    checklists.publish(session, draft, same=["money.books"], today=TODAY, **DEED)
    assert in_use(session) == [("money", 2)]


def test_a_code_that_was_gone_for_a_version_still_means_what_it_meant(
    session: Session,
) -> None:
    published(session)
    published(session, outline(BOOKS))
    taken = point("村容村貌", code="money.works")
    draft = checklists.keep_draft(session, outline(BOOKS, taken), code="money", **DEED)
    assert checklists.changes_of(session, draft).reworded == []
    assert checklists.renamed(session, draft) == {
        "money.works": ("工程采购", "村容村貌")
    }
    with pytest.raises(MeaningError):
        checklists.publish(session, draft, same=(), today=TODAY, **DEED)


# Differences


def test_a_dry_run_says_what_is_new_gone_and_changed(session: Session) -> None:
    published(session)
    after = outline(
        point("账目公开", "只公开总数", "问了没人解释"), point("现金", "公款私存")
    )
    known, change = checklists.tried(session, "money", after)
    assert [one.code for one in known.points] == ["money.books", ""]
    assert [one.point.title for one in change.added] == ["现金"]
    assert [one.point.title for one in change.removed] == ["工程采购"]
    (books,) = change.changed
    assert [one.text for one in books.new_problems] == ["问了没人解释"]
    assert books.gone_problems == ()
    assert session.scalars(select(Checklist)).one().version == 1


def test_a_point_that_moves_and_one_that_is_reworded_are_told_apart(
    session: Session,
) -> None:
    published(session)
    moved = AspectText("工程", (WORKS,))
    reworded = point("账目公示", "只公开总数", code="money.books")
    after = Outline("示例清单", None, (AspectText("三资管理", (reworded,)), moved))
    _, change = checklists.tried(session, "money", after)
    assert [one.point.code for one in change.reworded] == ["money.books"]
    assert [one.point.code for one in change.changed] == ["money.works"]
    assert [one.is_moved for one in change.changes] == [False, True]


def test_another_order_is_a_difference_and_the_same_list_is_none(
    session: Session,
) -> None:
    published(session)
    _, other = checklists.tried(session, "money", outline(WORKS, BOOKS))
    _, same = checklists.tried(session, "money", FIRST)
    assert (other.changes, other.is_reordered) == ((), True)
    assert (same.changes, same.is_reordered) == ((), False)


def test_a_version_is_compared_with_the_one_published_before_it(
    session: Session,
) -> None:
    first = published(session)
    second = published(session, outline(BOOKS))
    assert [p.point.code for p in checklists.changes_of(session, first).added] == [
        "money.books",
        "money.works",
    ]
    gone = checklists.changes_of(session, second).removed
    assert [one.point.code for one in gone] == ["money.works"]


# On screen


def test_the_small_things_are_changed_in_a_draft(session: Session) -> None:
    text = Outline(
        "示例清单",
        None,
        (
            AspectText(
                "用权",
                (PointText("p.a", "用权", (ProblemText("插手工程", Form.ANY),)),),
            ),
        ),
    )
    draft = checklists.revise(session, published(session, text), **DEED)
    power = draft.aspects[0].points[0]
    lines = ["插手工程", "  ", "是否回避亲友", "有没有打招呼", "公章自己带着"]
    checklists.reword(session, power, title=" 用权　情况 ", lines=lines, **DEED)
    checklists.rename(session, draft, title="新清单", kind=Kind.RURAL, **DEED)
    session.expire_all()
    assert draft.outline == Outline(
        "新清单",
        Kind.RURAL,
        (
            AspectText(
                "用权",
                (
                    PointText(
                        "p.a",
                        "用权 情况",
                        (
                            ProblemText("插手工程", Form.ANY),
                            ProblemText("是否回避亲友", Form.WHETHER),
                            ProblemText("有没有打招呼", Form.ANY),
                            ProblemText("公章自己带着", Form.FAULT),
                        ),
                    ),
                ),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("title", "lines", "word"),
    [
        ("", ["只公开总数"], "名称是空的"),
        ("长" * 61, ["只公开总数"], "现在是 61 个"),
        ("工程采购", ["只公开总数"], "已经有「工程采购」"),
        ("账目", ["长" * 201], "最多 200 个字"),
        ("账目", ["只公开总数", "只公开 总数"], "有两行问题是一样的"),
    ],
)
def test_wording_that_cannot_stand_is_refused(
    session: Session, title: str, lines: list[str], word: str
) -> None:
    draft = checklists.revise(session, published(session), **DEED)
    books = draft.aspects[0].points[0]
    with pytest.raises(WordingError) as refused:
        checklists.reword(session, books, title=title, lines=lines, **DEED)
    assert word in refused.value.sentence
    assert draft.outline == FIRST


# Samples


def test_a_sample_is_adopted_as_a_draft_of_its_list(session: Session) -> None:
    draft = checklists.adopt(session, "village", **DEED)
    assert (draft.code, draft.version, draft.state) == (
        "village",
        1,
        VersionState.DRAFT,
    )
    assert draft.outline == checklists.sample("village").outline
    assert in_use(session) == []
    with pytest.raises(DraftThereError):
        checklists.adopt(session, "village", **DEED)


def test_a_sample_that_is_not_shipped_is_not_found(session: Session) -> None:
    with pytest.raises(NotFoundError):
        checklists.adopt(session, "../common", **DEED)
