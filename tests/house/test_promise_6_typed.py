"""Promise 6: what was typed is never lost, and what was sent twice is kept once.

Every form residents can send meets every mishap there is. The page that answers must
hold each word in a form that can be sent again, and sending it again must arrive.
"""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, redirect, render_template, request
from sqlalchemy import select, text

from portal.entrances import Code
from portal.intake import receipts
from portal.intake.budget import Scope
from portal.intake.puzzle import NUMBERS, WAIT
from portal.intake.receive import LONGEST_LETTER
from portal.intake.records import Addition, Letter
from portal.kernel.sealing import unpad
from portal.questionnaires import shipped
from portal.questionnaires.definition import canonical, revision
from portal.review import letters
from portal.rounds import Phase
from portal.vote import DEFAULT_TERMS, VoteMode
from portal.web.app import LARGEST_BODY
from portal.web.counts import HourCounter
from portal.web.guards import ForeignOriginError
from portal.web.installation import Installation
from portal.web.limits import SITE_FUSE, block_of
from tests.house import thief
from tests.house.walk import parts_of
from tests.makers import (
    Cast,
    Clock,
    in_phase,
    make_complaint,
    make_reader,
    make_vote,
    open_polls,
)
from tests.visitor import Page, Reading, Visitor

WORDS = '三栋楼道堆着"煤"，3<5 & 没人管。\n\n老人摔过 2 回 <后来>。'
PHONE = "老王 000-1111（晚上打）"
Words = Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """One form: where it is, when it is open, what is ticked and what is written."""

    url: str
    phase: Phase
    words: Words
    ticks: Words = field(default_factory=dict)
    spoilt: Words = field(default_factory=dict)  # over `ticks`, to be refused for
    mode: VoteMode = VoteMode.SLIPS  # of the vote, where it is one


_SCORES = {dimension.id: "satisfied" for dimension in DEFAULT_TERMS.dimensions}
SHEETS: Mapping[str, Sheet] = {
    "public.survey.send": Sheet(
        "/q/{code}/survey",
        Phase.COLLECTING,
        {"more": WORDS},
        {"overall": "good", "errand": "trips", "errand_why": "papers"},
        {"overall": "sideways"},
    ),
    "public.complaint.send": Sheet(
        "/q/{code}/complaint",
        Phase.COLLECTING,
        {"text": WORDS, "contact": PHONE},
        {"category": "property"},
        {"contact": "长" * 101},
    ),
    "public.receipt.show": Sheet(
        "/receipt", Phase.COLLECTING, {"receipt": "1234 5678 9012 3456 7890"}
    ),
    "public.receipt.add": Sheet(
        "/receipt/add", Phase.COLLECTING, {"text": WORDS}, {}, {"text": "长" * 5001}
    ),
    "public.receipt.outcome": Sheet(
        "/receipt/outcome",
        Phase.COLLECTING,
        {"words": WORDS},
        {"outcome": "partly"},
        {"outcome": ""},
    ),
    "public.receipt.check": Sheet(
        "/receipt/check", Phase.COLLECTING, {"last": "12 34"}
    ),
    "public.receipt.big": Sheet(
        "/receipt/picture",
        Phase.COLLECTING,
        {},  # the receipt alone
        {},
        {"receipt": "1234"},
    ),
    "public.receipt.withdraw": Sheet(
        "/receipt/withdraw",
        Phase.COLLECTING,
        {},  # the receipt alone
        {"step": "confirmed"},
        {"receipt": "1234"},
    ),
    "public.pictures.send": Sheet(  # files cannot be given back: the receipt is
        "/receipt/pictures", Phase.COLLECTING, {}, {}, {"receipt": "1234"}
    ),
    "public.vote.at_entrance": Sheet(
        "/q/{code}/vote",
        Phase.VOTING,
        {},  # the sixteen characters of a slip, made for each test
        {**_SCORES, "step": "cast"},
        {"measures": ""},
    ),
    "public.vote.at_entrance, rated": Sheet(  # one address, another form
        "/q/{code}/vote",
        Phase.VOTING,
        {},
        {**_SCORES, "step": "rate"},
        {"measures": ""},
        VoteMode.OPEN,
    ),
    "public.vote.with_slip": Sheet(
        "/vote/2026-1/999001001001",
        Phase.VOTING,
        {},
        {**_SCORES, "step": "cast"},
        {"measures": ""},
    ),
}
BOXED = ("public.survey.send", "public.complaint.send")
NEVER_LOST = "add the form with what is typed into it to SHEETS in this file"


@dataclass
class Try:
    """Somebody has filled a form in and is about to press the button."""

    house: Installation
    cast: Cast
    app: Flask
    clock: Clock
    endpoint: str
    url: str
    ticks: dict[str, str]
    words: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def view(self) -> str:
        """The name of what answers."""
        return self.endpoint.partition(",")[0]

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.app)
        page = self.page()
        blank = {name: page.form[name][:1] for name in HIDDEN if name in page.form}
        self.form: dict[str, Any] = {**blank, **self.ticks, **self.words}

    def page(self) -> Page:
        """The page on which the form stands."""
        if "receipt" not in self.words or self.url == "/receipt":
            return self.visitor.opens(self.url)
        return self.visitor.sends("/receipt", receipt=self.words["receipt"])

    def sent(self) -> Page:
        """The page that answers, whatever its status."""
        answer = self.visitor.client.post(
            self.url,
            data=self.form,
            headers={"Origin": "http://localhost"} | self.headers,
        )
        return Page(answer, self.url)


HIDDEN = ("csrf_token", "revision", "homepage")
Fill = Callable[[str], Try]


@pytest.fixture
def fill(house: Installation, cast: Cast, app: Flask, clock: Clock) -> Fill:
    """Fill a form in, in the phase that takes it."""

    def filled(endpoint: str) -> Try:
        sheet, words = SHEETS[endpoint], dict(SHEETS[endpoint].words)
        in_phase(house, cast.round_id, sheet.phase)
        if sheet.mode is VoteMode.OPEN:
            open_polls(house, cast)
        elif sheet.phase is Phase.VOTING:
            words |= parts_of(make_vote(house, cast)[0].secret)
        if sheet.url.startswith("/receipt/"):
            words["receipt"] = make_read_letter(house, cast)
        url = sheet.url.format(code=cast.yunxi)
        ticks = dict(sheet.ticks)
        return Try(house, cast, app, clock, endpoint, url, ticks, words)

    return filled


def make_read_letter(house: Installation, cast: Cast) -> str:
    """The receipt of a letter the team has in hand."""
    receipt = make_complaint(house, cast.yunxi)
    house.open_letterbox(by="office", reason="测试")
    with house.sessions() as session, session.begin():
        letter = session.scalars(select(Letter)).one()
        letters.read(session, letter, reader=make_reader(session, house, cast.member))
    return receipt


def lost(page: Page, words: Words, *, url: str) -> list[str]:
    """What of `words` is in no form of the page that can be sent to `url` again."""
    forms = [form_of(one) for one in forms_on(page) if leads_to(one, url)]
    gone = [[n for n, v in words.items() if v not in f.get(n, [])] for f in forms]
    return min(gone, key=len, default=list(words))


def forms_on(page: Page) -> list[Reading]:
    found = []
    for whole in re.findall(r"<form\b.*?</form>", page.html, re.DOTALL):
        found.append(Reading())
        found[-1].feed(whole)
    return found


def leads_to(form: Reading, url: str) -> bool:
    given = form.tags[0][1]
    has_button = any(tag == "button" for tag, _ in form.tags)
    return has_button and given.get("method") == "post" and given["action"] == url


def form_of(form: Reading) -> dict[str, list[str]]:
    """What a browser would send; a textarea's first line break is HTML's."""
    return {n: [v.removeprefix("\n") for v in held] for n, held in form.form.items()}


def arrived(it: Try) -> bool:
    """Whether the words came in, once, as they were typed."""
    if SHEETS[it.endpoint].phase is Phase.VOTING:
        boxes = (it.house.ballots, it.house.ratings)
        return sum(sum(b.turnout(it.cast.round_id).values()) for b in boxes) == 1
    before = thief.under_the_seals(it.house, it.cast).keys()
    items = it.house.open_letterbox(by="office", reason="测试")
    if it.endpoint == "public.receipt.withdraw":
        return items == 0 and not thief.under_the_seals(it.house, it.cast)
    after = thief.under_the_seals(it.house, it.cast) | additions(it)
    kept = sorted(after[name].decode() for name in after.keys() - before)
    typed = [v for n, v in it.words.items() if n != "receipt"]
    return items == 1 and kept == sorted(typed)


def additions(it: Try) -> dict[str, bytes]:
    """What came in later under a receipt, the choice before the words left out."""
    keys, found = thief.keys_of(it.house, it.cast), dict[str, bytes]()
    with it.house.sessions() as session:
        for row in session.scalars(select(Addition)):
            place_id = session.get_one(Letter, row.letter_id).place_id
            content = unpad(keys[place_id].open(row.sealed))
            choice = f"{it.ticks.get('outcome', '')}\n".encode()
            found[f"addition {row.id}"] = content.removeprefix(choice)
    return found


# Mishaps: each gives the status it is answered with


def _too_late(it: Try) -> int:
    it.clock.goes_on(hours=25)
    return 422


def _days_too_late(it: Try) -> int:
    it.clock.goes_on(hours=100)
    return 422


def _token_torn(it: Try) -> int:
    it.form["csrf_token"] = "1.2.3"
    return 422


def _foreign_origin(it: Try) -> int:
    it.headers["Origin"] = "http://elsewhere.example"
    return 403


def _cross_site(it: Try) -> int:
    it.headers["Sec-Fetch-Site"] = "cross-site"
    return 403


def _fuse_blown(it: Try) -> int:
    for _ in range(SITE_FUSE):
        it.app.extensions["tallies"].writes(second=int(it.clock().timestamp()))
    return 429


def _fault_of_ours(it: Try) -> int:
    def broken(**_: str) -> str:
        raise ZeroDivisionError

    it.app.view_functions[it.view] = broken
    return 500


def _round_closed(it: Try) -> int:
    order = list(Phase)
    later = 2 if it.endpoint == "public.complaint.send" else 1
    in_phase(it.house, it.cast.round_id, order[order.index(Phase.COLLECTING) + later])
    return 409


def _round_archived(it: Try) -> int:
    in_phase(it.house, it.cast.round_id, Phase.ARCHIVED)
    return 409


def _vote_closed(it: Try) -> int:
    in_phase(it.house, it.cast.round_id, Phase.PUBLISHED)
    return 409


def _code_withdrawn(it: Try) -> int:
    with it.house.sessions() as session, session.begin():
        session.get_one(Code, it.cast.yunxi).withdrawn_on = it.house.today()
    return 404


def _crowded(it: Try) -> int:
    counter = HourCounter(it.app.extensions["tallies"], int(it.clock().timestamp()))
    counter.add(Scope.BLOCK, block_of("127.0.0.1"), 360)
    return 428


def _filled_in_wrongly(it: Try) -> int:
    it.form |= SHEETS[it.endpoint].spoilt
    it.words |= {n: v for n, v in it.form.items() if n in it.words}
    return 422


Mishap = Callable[[Try], int]
EVERYWHERE: tuple[Mishap, ...] = (
    _foreign_origin,
    _cross_site,
    _fuse_blown,
    _fault_of_ours,
    _filled_in_wrongly,
)
TOKENS: tuple[Mishap, ...] = (_too_late, _days_too_late, _token_torn)
MORE: Mapping[str, tuple[Mishap, ...]] = {
    "public.survey.send": (*TOKENS, _round_closed, _code_withdrawn, _crowded),
    "public.complaint.send": (*TOKENS, _round_closed, _code_withdrawn, _crowded),
    "public.receipt.add": (*TOKENS, _round_archived),
    "public.receipt.outcome": (*TOKENS, _round_archived),
    "public.receipt.withdraw": TOKENS,
    "public.vote.at_entrance": (*TOKENS, _vote_closed, _code_withdrawn),
    "public.vote.at_entrance, rated": (
        *TOKENS,
        _vote_closed,
        _code_withdrawn,
        _crowded,
    ),
    "public.vote.with_slip": (*TOKENS, _vote_closed),
}
CASES = [
    pytest.param(
        endpoint, mishap, id=f"{endpoint.removeprefix('public.')}{mishap.__name__}"
    )
    for endpoint in SHEETS
    for mishap in (*EVERYWHERE, *MORE.get(endpoint, ()))
]


def test_every_form_residents_can_send_is_tried_here(app: Flask) -> None:
    posted = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("public.") and "POST" in (rule.methods or ())
    }
    tried = {name.partition(",")[0] for name in SHEETS}
    assert posted - tried == set(), NEVER_LOST
    assert tried - posted == set(), "take the form that is gone out of SHEETS"


@pytest.mark.parametrize(("endpoint", "mishap"), CASES)
def test_whatever_happens_the_words_are_still_there(
    fill: Fill, endpoint: str, mishap: Mishap
) -> None:
    it = fill(endpoint)
    status = mishap(it)
    page = it.sent()
    assert page.status == status
    assert lost(page, it.words, url=it.url) == []
    assert it.house.door.box.waiting() == 0
    if "step" not in it.ticks:  # a look at the ballot would be asked for again
        assert (
            lost(page, it.ticks if mishap is not _filled_in_wrongly else {}, url=it.url)
            == []
        )


SHUT = [
    pytest.param("public.survey.send", _round_closed),
    pytest.param("public.complaint.send", _round_closed),
    pytest.param("public.complaint.send", _code_withdrawn),
    pytest.param("public.receipt.add", _round_archived),
    pytest.param("public.receipt.outcome", _round_archived),
]


@pytest.mark.parametrize(("endpoint", "mishap"), SHUT)
def test_what_cannot_be_sent_any_more_can_be_copied(
    fill: Fill, endpoint: str, mishap: Mishap
) -> None:
    """Shown in a field, not carried along unseen."""
    it = fill(endpoint)
    mishap(it)
    page = it.sent()
    shown = [t.removeprefix("\n") for t in written(page)]
    assert [n for n, v in it.words.items() if v not in shown and n != "receipt"] == []


def written(page: Page) -> list[str]:
    """What stands in the writing fields of a page."""
    names = [g["name"] for t, g in page.reading.tags if t == "textarea"]
    return [value for name in names for value in page.form[name]]


def _remedied(it: Try, page: Page, mishap: Mishap) -> dict[str, Any]:
    """The form of the answer, once what was in the way is gone."""
    form = next(form_of(one) for one in forms_on(page) if leads_to(one, it.url))
    if mishap is _fuse_blown:
        it.clock.goes_on(minutes=1)
    if mishap is not _crowded:
        return form
    it.clock.goes_on(seconds=WAIT)
    found = re.search("(.)加(.)等于几", page.words)
    assert found
    total = sum(1 + NUMBERS.index(number) for number in found.groups())
    return {**form, "total": str(total)}


ONLY_SHOWING = {
    "public.receipt.show",
    "public.receipt.check",
    "public.receipt.big",
    "public.pictures.send",
}
PASSING = {*EVERYWHERE, *TOKENS, _crowded} - {_filled_in_wrongly}


@pytest.mark.parametrize(
    ("endpoint", "mishap"),
    [
        case
        for case in CASES
        if case.values[0] not in ONLY_SHOWING and case.values[1] in PASSING
    ],
)
def test_what_the_answer_holds_is_sent_again_and_arrives_once(
    fill: Fill, endpoint: str, mishap: Mishap
) -> None:
    it = fill(endpoint)
    view = it.app.view_functions[it.view]
    mishap(it)
    page = it.sent()
    it.app.view_functions[it.view] = view
    it.headers.clear()
    it.form = {
        **_remedied(it, page, mishap),
        **{k: v for k, v in it.ticks.items() if k == "step"},
    }
    assert it.sent().status == 200
    assert arrived(it)


def test_a_letter_beyond_every_limit_is_given_back_whole(fill: Fill) -> None:
    it = fill("public.complaint.send")
    it.words["text"] = it.form["text"] = "煤" * (10 * LONGEST_LETTER)
    page = it.sent()
    assert page.status == 422
    assert lost(page, it.words, url=it.url) == []


def test_only_a_body_nobody_types_is_refused_unread_and_the_page_says_so(
    fill: Fill,
) -> None:
    """What holds at 413: nothing of it is read, and it is not said to be below."""
    it = fill("public.complaint.send")
    it.form["text"] = "x" * LARGEST_BODY
    page = it.sent()
    assert page.status == 413
    assert "太大" in page.words
    assert "还在下面" not in page.words
    assert it.house.door.box.waiting() == 0


def without(document: dict[str, Any], question: str) -> dict[str, Any]:
    for section in document["sections"]:
        section["items"] = [i for i in section["items"] if i["id"] != question]
    document["sections"] = [s for s in document["sections"] if s["items"]]
    return document


def _questionnaire_becomes(house: Installation, document: dict[str, Any]) -> None:
    with house.engine.begin() as connection:
        connection.execute(
            text("UPDATE questionnaire SET revision = :r, document = :d"),
            {"r": revision(document), "d": canonical(document).decode()},
        )


def test_a_questionnaire_that_changed_meanwhile_takes_the_answers_over(
    fill: Fill,
) -> None:
    it = fill("public.survey.send")
    document = without(shipped.compose(), "asked")
    _questionnaire_becomes(it.house, document)
    page = it.sent()
    assert page.status == 409
    assert "问卷已更新" in page.words
    assert lost(page, it.ticks | it.words, url=it.url) == []
    it.form = page.form
    assert it.sent().status == 200
    assert arrived(it)


def test_words_to_a_question_that_is_gone_can_be_copied(fill: Fill) -> None:
    it = fill("public.survey.send")
    _questionnaire_becomes(it.house, without(shipped.compose(), "more"))
    page = it.sent()
    assert page.status == 409
    assert WORDS in [value.removeprefix("\n") for value in written(page)]


def test_every_sheet_of_paper_keeps_a_draft_on_the_phone(
    fill: Fill, cast: Cast
) -> None:
    """A reload or a dead battery: the script keeps what is typed, until it is sent."""
    for endpoint in BOXED:
        it = fill(endpoint)
        form = next(g for t, g in it.visitor.opens(it.url).reading.tags if t == "form")
        assert {"data-draft", "data-offline"} <= set(form)
        sent = [g["data-sent"] for _, g in it.sent().reading.tags if "data-sent" in g]
        assert sent == [it.url]


# The leaking twins


def _shrugs(_: ForeignOriginError) -> tuple[str, int]:
    page = render_template(
        "public/error.html",
        heading="",
        sentence="",
        typed=[],
        token="",
        hub="",
        is_shut=False,
    )
    return page, 403


def _sends_back(**_: str) -> Any:
    return redirect(request.path, 303)


def _reads_it_out(**_: str) -> str:
    """All the words, in a paragraph: to be typed anew."""
    return f"<p>{request.form['text']}</p><textarea>{request.form['text']}</textarea>"


def _cuts(**_: str) -> str:
    action, words = request.path, request.form["text"][:40]
    return (
        f'<form method="post" action="{action}"><input name="contact" value="{PHONE}">'
        f'<textarea name="text">{words}</textarea><button>再发一次</button></form>'
    )


@pytest.mark.parametrize(
    ("view", "gone"),
    [
        (_sends_back, ["text", "contact"]),
        (_reads_it_out, ["text", "contact"]),
        (_cuts, ["text"]),
    ],
)
def test_a_view_that_loses_words_is_found(
    fill: Fill, view: Callable[..., Any], gone: list[str]
) -> None:
    it = fill("public.complaint.send")
    it.words["text"] = it.form["text"] = WORDS * 2
    it.app.view_functions[it.view] = view
    assert lost(it.sent(), it.words, url=it.url) == gone


def test_an_error_page_that_loses_words_is_found(app: Flask, fill: Fill) -> None:
    app.register_error_handler(ForeignOriginError, _shrugs)
    it = fill("public.complaint.send")
    _foreign_origin(it)
    assert lost(it.sent(), it.words, url=it.url) == ["text", "contact"]


# The same, and not the same


def receipt_in(page: Page) -> str:
    (whole,) = re.findall(r"<code>(.*?)</code>", page.html)
    return receipts.typed_receipt(re.sub(r"<[^>]+>", "", whole))


def mixed_up(it: Try) -> list[str]:
    """What goes wrong when a form comes twice, and when a neighbour uses it."""
    first, again = receipt_in(it.sent()), receipt_in(it.sent())
    it.form["text"] = "换个人，同一部手机：路灯也坏了。"
    neighbour, faults = receipt_in(it.sent()), []
    if again != first:
        faults.append("the same letter twice has two receipts")
    if neighbour == first:
        faults.append("a neighbour was given another's receipt")
    waiting = it.house.door.box.waiting()
    if waiting != 2:
        faults.append(f"{waiting} letters of two people")
    return faults


def test_a_letter_sent_twice_is_one_and_a_neighbours_is_another(fill: Fill) -> None:
    assert mixed_up(fill("public.complaint.send")) == []


def _by_nonce_alone(it: Try) -> Callable[..., str]:
    """Idempotent too, and wrong on a shared phone."""

    def view(**_: str) -> str:
        nonce = request.form["csrf_token"].encode()
        it.house.door.box.drop(nonce[:32], b"{}")
        made = receipts.receipt_for(b"", nonce.decode(), b"")
        return f"<code>{made}</code>"

    return view


def _not_at_all(it: Try) -> Callable[..., str]:
    """Every press is another letter."""

    def view(**_: str) -> str:
        number = str(it.house.door.box.waiting())
        it.house.door.box.drop(number.encode(), b"{}")
        return f"<code>{receipts.receipt_for(b'', number, b'')}</code>"

    return view


@pytest.mark.parametrize(
    ("twin", "faults"),
    [
        (
            _by_nonce_alone,
            ["a neighbour was given another's receipt", "1 letters of two people"],
        ),
        (
            _not_at_all,
            ["the same letter twice has two receipts", "3 letters of two people"],
        ),
    ],
)
def test_a_door_that_mixes_letters_up_is_found(
    fill: Fill, twin: Callable[[Try], Callable[..., str]], faults: list[str]
) -> None:
    it = fill("public.complaint.send")
    it.app.view_functions[it.view] = twin(it)
    assert mixed_up(it) == faults


@pytest.mark.parametrize("field", ["text", "contact", "category"])
def test_whatever_differs_makes_another_letter(fill: Fill, field: str) -> None:
    it = fill("public.complaint.send")
    first = receipt_in(it.sent())
    it.form[field] = "welfare"
    assert receipt_in(it.sent()) != first
    assert it.house.door.box.waiting() == 2


def test_two_phones_with_the_same_words_are_two_letters(fill: Fill) -> None:
    pages = [fill("public.complaint.send").sent() for _ in range(2)]
    assert len({receipt_in(page) for page in pages}) == 2


def test_answers_sent_twice_count_once_and_a_neighbours_apart(fill: Fill) -> None:
    it = fill("public.survey.send")
    for _ in range(2):
        assert it.sent().status == 200
    assert it.house.door.box.waiting() == 1
    it.form["overall"] = "fair"
    assert it.sent().status == 200
    assert it.house.door.box.waiting() == 2


def test_a_double_tap_is_one_letter_with_one_receipt(fill: Fill) -> None:
    it = fill("public.complaint.send")
    with ThreadPoolExecutor(4) as phone:
        taps = [phone.submit(Try.sent, it) for _ in range(8)]
    assert len({receipt_in(tap.result()) for tap in taps}) == 1
    assert arrived(it)


@pytest.mark.parametrize("hours", [0, 20, 47])
def test_a_retry_after_the_box_was_opened_is_still_the_same_letter(
    fill: Fill, hours: int
) -> None:
    """The answer was lost on the way; the phone tries again by itself or by hand."""
    it = fill("public.complaint.send")
    first = receipt_in(it.sent())
    it.house.open_letterbox(by="timetable", reason="set hour")
    it.clock.goes_on(hours=hours)
    page = it.sent()
    if page.status == 422:  # expired: what the page holds is sent once more
        it.form = page.form
        page = it.sent()
    assert receipt_in(page) == first
    assert it.house.door.box.waiting() == 0


def test_a_ballot_sent_twice_is_one_ballot(fill: Fill) -> None:
    it = fill("public.vote.at_entrance")
    for _ in range(2):
        assert it.sent().status == 200
    assert arrived(it)
