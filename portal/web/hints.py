"""What a letter page says where its words may give the writer away."""

import json
from collections.abc import Mapping

from portal.intake import sanitize
from portal.intake.hints import masked, spots
from portal.intake.hints.rules import Kind
from portal.intake.receive import LONGEST_LETTER
from portal.web.rendering import gettext

HINTED = 422  # Unprocessable Content: not taken yet, one more tap takes it
TITLE = "这几处可能让人认出您"
MASK_HERE = "遮住"
LABELS: Mapping[Kind, str] = {
    Kind.IDENTITY: "身份证号",
    Kind.CARD: "卡号",
    Kind.PHONE: "电话",
    Kind.PLATE: "车牌",
    Kind.ACCOUNT: "账号",
    Kind.MAIL: "邮箱",
    Kind.DOOR: "门牌",
    Kind.NAME: "名字",
    Kind.KIN: "家里人",
    Kind.WORK: "工作",
}


def found(text: str) -> list[tuple[str, str]]:
    """Each spot of a text as it will be kept, once, and what it is.

    A text beyond the limit is not looked at: it is refused anyway.
    """
    clean = sanitize.plain_text(text)
    if len(clean) > LONGEST_LETTER:
        return []
    all_ = [(clean[spot.start : spot.end], LABELS[spot.kind]) for spot in spots(clean)]
    return list(dict.fromkeys(all_))


def undecided(text: str, choice: str) -> list[tuple[str, str]]:
    """What was found, until the writer has chosen to cover it or to leave it."""
    return [] if choice in {"mask", "keep"} else found(text)


def as_chosen(text: str, choice: str) -> str:
    """The text, its spots covered if so wished; one beyond the limit as it is."""
    if choice != "mask":
        return text
    clean = sanitize.plain_text(text)
    return masked(clean) if len(clean) <= LONGEST_LETTER else clean


def words() -> str:
    """What the script on the page says, in the language of the page, as JSON."""
    said = {kind.value: gettext(label) for kind, label in LABELS.items()}
    said |= {"title": gettext(TITLE), "mask": gettext(MASK_HERE)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
