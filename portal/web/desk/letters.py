"""来信: the inbox of one's own communities; every reading needs a key and is logged."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal import rectification
from portal.intake.additions import Resolution
from portal.intake.records import Letter, LetterState
from portal.people import Permission
from portal.rectification import Outcome, Source
from portal.review import evidence, letters
from portal.review.findings import Finding, finding_for, findings_for, record
from portal.review.letters import MOVES, OpenedLetter
from portal.review.turns import Turn, latest_outcome, thread
from portal.rounds.keys import NoKeyError
from portal.web import staff
from portal.web.desk import letters_forms as forms
from portal.web.desk import terms
from portal.web.desk.deeds import attempt, go_on, lock_for_reading, said
from portal.web.desk.desk_form import DeskForm, OneButton
from portal.web.desk.inbox_pane import about, filters, pane
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, forget, now, today

bp = Blueprint("letters", __name__, url_prefix="/letters")

DONE = {
    "replied": "回话已经封好。写信人下次用回执码来查时能看到。",
    "noted": "备注已存，只有本组看得到。",
    "moved": "状态已改。写信人用回执码能看到办到哪一步。",
    "joined": "这封信已并入问题，作为依据。",
    "confirmed": "写信人的说法已记为「反映人确认」，公示时和别的说法并排。",
    "established": "问题已成立，待另一位同事核定。",
}

MOVE_LABELS = {
    LetterState.WORKING: "继续办",
    LetterState.ASKED: "标为等回话",
    LetterState.PASSED_ON: "转有关部门",
    LetterState.CLOSED: "办结",
}

SAID = {
    Resolution.RESOLVED: Outcome.FIXED,
    Resolution.PARTLY: Outcome.PARTLY,
    Resolution.UNRESOLVED: Outcome.NOT_FIXED,
}  # 「不清楚」 says nothing about a problem


@bp.before_request
def _lock() -> None:
    if request.view_args and "letter_id" in request.view_args:
        lock_for_reading()


@bp.get("", endpoint="list")
@desk(Permission.READ_LETTERS)
def index() -> ResponseReturnValue:
    """Rows without a word of their texts."""
    return render("desk/letters/list.html", **pane())


@bp.get("/<letter_id>")
@desk(Permission.READ_LETTERS)
def show(letter_id: str) -> ResponseReturnValue:
    """An unopened letter is an envelope; one that was opened is read again, logged."""
    letter = _mine(letter_id)
    if letter.state is LetterState.UNREAD:
        return _envelope(letter)
    return _opened(letter)


@bp.post("/<letter_id>")
@desk(Permission.READ_LETTERS)
def unseal(letter_id: str) -> ResponseReturnValue:
    """拆信: from now on the letter is in hand."""
    nonce()
    return _opened(_mine(letter_id))


@bp.post("/<letter_id>/move")
@desk(Permission.READ_LETTERS)
def move(letter_id: str) -> ResponseReturnValue:
    """Change the state along the table."""
    nonce()
    to = forms.MoveForm().draft()
    letters.move(db(), _mine(letter_id), to=to, reader=staff.reader())
    return _on(letter_id, done="moved")


@bp.post("/<letter_id>/reply")
@desk(Permission.READ_LETTERS)
def reply(letter_id: str) -> ResponseReturnValue:
    """Answer through the receipt."""
    letter, form = _mine(letter_id), forms.ReplyForm()

    def answer() -> None:
        letters.reply(db(), letter, reader=staff.reader(), text=form.draft())
        if form.ask.data and LetterState.ASKED in MOVES[letter.state]:
            letters.move(db(), letter, to=LetterState.ASKED, reader=staff.reader())

    if attempt(form, answer):
        return _on(letter_id, done="replied")
    return _again("reply", letter_id, form)


@bp.post("/<letter_id>/note")
@desk(Permission.READ_LETTERS)
def note(letter_id: str) -> ResponseReturnValue:
    """Write something down for the team."""
    letter, form = _mine(letter_id), forms.NoteForm()
    reader = staff.reader()
    if attempt(
        form, lambda: letters.note(db(), letter, reader=reader, text=form.draft())
    ):
        return _on(letter_id, done="noted")
    return _again("note", letter_id, form)


@bp.post("/<letter_id>/contact")
@desk(Permission.READ_LETTERS)
def contact(letter_id: str) -> ResponseReturnValue:
    """Show the contact once, the reason being logged."""
    letter, form = _mine(letter_id), forms.ContactForm()
    reader, found = staff.reader(), [""]

    def look() -> None:
        reason = form.draft()
        found[0] = letters.read_contact(db(), letter, reader=reader, reason=reason)

    if attempt(form, look):
        return render("desk/letters/contact.html", **about(letter), contact=found[0])
    return _again("contact", letter_id, form)


@bp.post("/<letter_id>/join")
@desk(Permission.READ_LETTERS)
def join(letter_id: str) -> ResponseReturnValue:
    """并入: the letter is evidence of a problem that stands already."""
    letter, who = _mine(letter_id), staff.somebody()
    form = forms.JoinForm().offer(_findings(letter))

    def add() -> None:
        finding = finding_for(db(), form.draft(), staff=who)
        evidence.join(db(), finding, letter=letter, reader=staff.reader())

    if attempt(form, add):
        return _on(letter_id, done="joined")
    return _again("join", letter_id, form)


@bp.post("/<letter_id>/confirm")
@desk(Permission.READ_LETTERS)
def confirm(letter_id: str) -> ResponseReturnValue:
    """反映人确认: what the sender said last, noted on the problems it led to."""
    nonce()
    letter, who = _mine(letter_id), staff.somebody()
    said_last = _said_last(letters.read(db(), letter, reader=staff.reader()))
    if said_last is not None:
        for finding in evidence.findings_on(db(), letter.id):
            rectification.confirm(
                db(),
                finding,
                source=Source.REPORTER,
                outcome=said_last,
                today=today(),
            )
            record(db(), finding, "finding.reporter", by=who.username, now=now())
    return _on(letter_id, done="confirmed")


def _turns(opened: OpenedLetter) -> list[Turn]:
    return thread(opened.replies, opened.additions)


def _said_last(opened: OpenedLetter) -> Outcome | None:
    answer = latest_outcome(_turns(opened))
    return SAID.get(answer) if answer else None


def _mine(letter_id: str) -> Letter:
    return letters.get_letter(db(), letter_id, staff_id=staff.somebody().id)


def _envelope(letter: Letter) -> ResponseReturnValue:
    return render(
        "desk/letters/envelope.html",
        **pane(letter),
        **about(letter),
        form=OneButton(formdata=None),
    )


def _opened(letter: Letter) -> ResponseReturnValue:
    """The text, its log entry written; or what to do without a key."""
    try:
        opened = letters.read(db(), letter, reader=staff.reader())
    except NoKeyError as refusal:
        forget()
        page = render(
            "desk/letters/no_key.html",
            **pane(letter),
            **about(letter),
            sentence=refusal.sentence,
        )
        return page, 403
    return render(
        "desk/letters/show.html",
        **pane(letter),
        **about(letter),
        opened=opened,
        turns=_turns(opened),
        word=terms.word,
        said_last=_said_last(opened),
        said=said(DONE),
        moves=[
            (to, MOVE_LABELS[to]) for to in LetterState if to in MOVES[letter.state]
        ],
        based_on_it=evidence.findings_on(db(), letter.id),
        reply=forms.ReplyForm(formdata=None),
        note=forms.NoteForm(formdata=None),
        contact=forms.ContactForm(formdata=None),
        join=forms.JoinForm(formdata=None).offer(_findings(letter)),
        move=forms.MoveForm(formdata=None),
    )


def _again(kind: str, letter_id: str, form: DeskForm) -> ResponseReturnValue:
    """The form alone: the letter's text would be shown without a log entry."""
    letter = about(_mine(letter_id))
    return render("desk/letters/act.html", **letter, kind=kind, form=form), 422


def _on(letter_id: str, *, done: str) -> ResponseReturnValue:
    return go_on("desk.letters.show", done=done, letter_id=letter_id, **filters())


def _findings(letter: Letter) -> list[Finding]:
    """What the letter can be evidence of."""
    known = findings_for(db(), letter.round_id, staff=staff.somebody())
    return [one for one in known if one.place_id == letter.place_id]
