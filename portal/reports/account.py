"""问题整改情况报告: what a round found and how far it is, as a Word document.

In: findings, and their round. Out: DOCX, by community, in the words of the team; the
four that may say "fixed" stand side by side. Leads are left out: a file travels.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from sqlalchemy.orm import Session

from portal.handover import handover_of
from portal.kernel.word import Look, word_bytes
from portal.rectification import Source, confirmations
from portal.reports import OUTCOMES, ROUTES, SOURCES, STATES, category_word, word_of
from portal.reports.proposal import in_words
from portal.review.findings import Finding
from portal.rounds import Round

UNSAID = "没有说"  # whoever may confirm has not


def account(
    session: Session, round_: Round, findings: Iterable[Finding], *, today: date
) -> bytes:
    """The document of these findings of a round."""
    tellable = [finding for finding in findings if not finding.is_lead]
    tellable.sort(key=lambda finding: (finding.place.code, finding.id))
    return word_bytes(_paragraphs(session, round_, tellable, today))


def _paragraphs(
    session: Session, round_: Round, findings: list[Finding], today: date
) -> Iterator[tuple[Look, str]]:
    yield Look.TITLE, f"{round_.name}问题整改情况报告"
    yield Look.HEAD, "一、总的情况"
    yield Look.BODY, _sum(round_, findings, today)
    for by, words in (
        ("进展", [word_of(STATES, finding.state) for finding in findings]),
        ("类别", [category_word(finding.category) for finding in findings]),
    ):
        if words:
            yield Look.BODY, f"按{by}分：{_counted(words)}。"
    yield Look.HEAD, "二、分社区情况"
    by_place = groupby(findings, key=lambda finding: finding.place.name)
    for number, (place, here) in enumerate(by_place, start=1):
        yield Look.HEAD, f"{number}. {place}"
        for position, finding in enumerate(here, start=1):
            yield Look.BODY, f"（{position}）{finding.title}。{finding.statement}"
            yield Look.BODY, _progress(session, finding, today)
    yield Look.BODY, ""
    yield Look.SIGN, round_.inspector
    yield Look.SIGN, in_words(today)


def _sum(round_: Round, findings: list[Finding], today: date) -> str:
    places = len({finding.place_id for finding in findings})
    return (
        f"{round_.inspector}从{in_words(round_.opens_on)}到{in_words(round_.closes_on)}"
        f"听取群众意见。到{in_words(today)}，成立问题{len(findings)}个，"
        f"涉及{places}个社区（村）。"
    )


def _counted(words: Iterable[str]) -> str:
    counts = Counter(words).most_common()
    return "，".join(f"{word}{number}个" for word, number in counts)


def _progress(session: Session, finding: Finding, today: date) -> str:
    """To whom it went, until when, and who says what of it."""
    row, said = handover_of(session, finding.id), confirmations(session, finding.id)
    if row is None:
        return f"{word_of(STATES, finding.state)}，没有交办。"
    late = "，已经超期" if row.is_overdue(today) else ""
    voices = "；".join(
        f"{name}：{word_of(OUTCOMES, said.get(Source(source))) or UNSAID}"
        for source, name in SOURCES.items()
    )
    return (
        f"{word_of(ROUTES, row.route)}，{row.receiver.unit or row.receiver.name}，"
        f"期限{in_words(row.due_on)}{late}；现在{word_of(STATES, finding.state)}。"
        f"{voices}。"
    )
