"""What is done with a letter: answer, note, state, contact, evidence."""

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.intake.records import LetterState
from portal.kernel.errors import InvalidError
from portal.review.findings import Finding
from portal.web.desk.desk_form import DeskForm

LONGEST_REPLY = 2000  # characters

_words = Length(max=LONGEST_REPLY, message=f"请删短些：最多 {LONGEST_REPLY} 个字。")


class UnknownMoveError(InvalidError):
    """No such state."""

    sentence = "请从页面上的按钮选下一步。"


class MoveForm(DeskForm):
    """One press: the letter's next state."""

    to = StringField()

    def draft(self) -> LetterState:
        """The state that was pressed.

        Raises UnknownMoveError.
        """
        try:
            return LetterState(self.to.data or "")
        except ValueError as error:
            raise UnknownMoveError from error


class ReplyForm(DeskForm):
    """An answer that only the receipt opens."""

    reply = TextAreaField(
        "回话内容", [InputRequired("还没有写回话，写好再发。"), _words]
    )
    ask = BooleanField("我在问对方，标为「等回话」")

    def draft(self) -> str:
        """The words."""
        return self.reply.data or ""


class NoteForm(DeskForm):
    """A note for the team."""

    note = TextAreaField("备注", [InputRequired("还没有写备注，写好再存。"), _words])

    def draft(self) -> str:
        """The words."""
        return self.note.data or ""


class ContactForm(DeskForm):
    """Why somebody needs to see a contact."""

    reason = StringField("为什么要看", [InputRequired("请写明为什么要看，再查看。")])

    def draft(self) -> str:
        """The reason."""
        return self.reason.data or ""


class JoinForm(DeskForm):
    """Which established problem the letter belongs to."""

    finding = SelectField("并入哪个问题", [InputRequired("请选一个问题。")], coerce=int)

    def offer(self, known: list[Finding]) -> "JoinForm":
        """Offer the problems of the letter's community."""
        self.finding.choices = [(one.id, one.title) for one in known]
        return self

    def draft(self) -> int:
        """The finding's id."""
        return int(self.finding.data)
