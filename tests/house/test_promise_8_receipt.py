"""Promise 8: a receipt is the resident's only key, and lies nowhere but with them."""

import hashlib
import logging
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any
from unittest.mock import patch

import pytest
from argon2.low_level import Type, hash_secret_raw
from flask import Flask
from sqlalchemy import event, select, text

from portal.intake.receipts import DIGITS, keys_of
from portal.intake.records import Letter
from portal.kernel import sealing
from portal.kernel.codes import has_right_check_digits, in_fours, with_check_digits
from portal.kernel.sealing import KeyPair, UnreadableError, unpad
from portal.review import letters
from portal.review.letters import Reply
from portal.web.installation import Installation
from tests.house import thief
from tests.house.walk import receipt_on
from tests.makers import Cast, make_complaint, make_reader
from tests.visitor import Page, Visitor

ANSWER = "已约物业周三到现场。"
ENOUGH = 8  # digits in a row that are not there by chance
Leak = Callable[[Installation, str], None]


@pytest.fixture
def receipt(house: Installation, cast: Cast, visitor: Visitor) -> str:
    """Of a letter that was sent, looked up in the box, opened and answered."""
    found = receipt_on(visitor.sends(f"/q/{cast.yunxi}/complaint", text="电动车占道"))
    visitor.sends("/receipt", receipt=in_fours(found))
    house.open_letterbox(by="office", reason="测试")
    answer(house, cast, ANSWER)
    visitor.sends("/receipt", receipt=found)
    return found


def answer(house: Installation, cast: Cast, words: str) -> None:
    """The team reads every letter that waits for it, and answers."""
    with house.sessions() as session, session.begin():
        member = make_reader(session, house, cast.member)
        unread = select(Letter).where(Letter.state == "unread")
        for letter in session.scalars(unread).all():
            letters.read(session, letter, reader=member)
            letters.reply(session, letter, reader=member, text=words)


# What it is


def test_a_receipt_is_twenty_digits_of_which_two_check_the_others(
    receipt: str, visitor: Visitor, cast: Cast
) -> None:
    assert len(receipt) == DIGITS == 20
    assert has_right_check_digits(receipt)
    page = visitor.sends(f"/q/{cast.yunxi}/complaint", text="路灯不亮")
    assert in_fours(receipt_on(page)) in page.words


def test_what_a_receipt_opens_is_derived_as_the_design_says(
    receipt: str, house: Installation
) -> None:
    """Computed beside the product: Argon2id of 8 MiB and one pass, under the pepper."""
    salt = sealing.derive(house.door.pepper, "receipt salt")[:16]
    master = hash_secret_raw(
        receipt.encode(),
        salt,
        time_cost=1,
        memory_cost=8 * 1024,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )
    lookup, seed = (sealing.derive(master, purpose) for purpose in ("lookup", "reply"))
    with house.sessions() as session:
        letter = session.scalars(select(Letter)).one()
        reply = session.scalars(select(Reply)).one()
    assert letter.lookup == lookup
    assert letter.reply_key == KeyPair(seed).public
    assert unpad(KeyPair(seed).open(reply.to_resident)).decode() == ANSWER


def test_the_look_up_does_not_lead_to_the_reply_key(
    receipt: str, house: Installation
) -> None:
    keys = keys_of(house.door.pepper, receipt)
    for purpose in ("reply", "lookup", "box"):
        assert sealing.derive(keys.lookup, purpose) != keys.pair.seed
    with house.sessions() as session:
        reply = session.scalars(select(Reply)).one()
    with pytest.raises(UnreadableError):
        KeyPair(keys.lookup).open(reply.to_resident)


# Only theirs


def test_another_receipt_shows_another_letter_and_opens_no_other_reply(
    receipt: str, house: Installation, cast: Cast, visitor: Visitor
) -> None:
    second = make_complaint(house, cast.yunxi, text="路灯不亮")
    house.open_letterbox(by="office", reason="测试")
    answer(house, cast, "路灯已报修。")
    mine, other = (visitor.sends("/receipt", receipt=one) for one in (receipt, second))
    assert (ANSWER in mine.words, ANSWER in other.words) == (True, False)
    assert ("路灯已报修。" in mine.words, "路灯已报修。" in other.words) == (
        False,
        True,
    )
    assert opened(house, keys_of(house.door.pepper, second).pair) == ["路灯已报修。"]


def opened(house: Installation, pair: KeyPair) -> list[str]:
    """What a key opens of the replies to residents."""
    found = []
    with house.sessions() as session:
        for reply in session.scalars(select(Reply)):
            try:
                found.append(unpad(pair.open(reply.to_resident)).decode())
            except UnreadableError:
                continue
    return found


def test_a_guessed_receipt_finds_nothing(receipt: str, visitor: Visitor) -> None:
    """Neighbours in number among them: nothing leads from one to the next."""
    number = int(receipt[:18])
    for guess in (number - 1, number + 1, 0, 10**18 - 1):
        typed = with_check_digits(f"{guess:018d}")
        page = visitor.sends("/receipt", receipt=typed, status=404)
        assert "没有找到这个回执码" in page.words


def test_lost_means_lost(receipt: str, house: Installation, cast: Cast) -> None:
    """No key of anybody on the desk opens what was sealed to the receipt."""
    pairs = [*thief.keys_of(house, cast).values()]
    pairs += [player.pair for player in cast.players.values()]
    pairs += [
        KeyPair(secret)
        for name in house.keystore.names()
        if (secret := house.keystore.get(name)) is not None and len(secret) == 32
    ]
    assert len(pairs) > 10
    assert [found for pair in pairs for found in opened(house, pair)] == []
    assert opened(house, keys_of(house.door.pepper, receipt).pair) == [ANSWER]


# The database alone


Derivation = Callable[[str], bytes]


def _argon(salt: bytes) -> Derivation:
    def derived(receipt: str) -> bytes:
        return hash_secret_raw(receipt.encode(), salt, 1, 8192, 1, 32, Type.ID)

    return derived


def without_pepper(peppers: list[bytes]) -> Mapping[str, Derivation]:
    """What a thief who knows the program, but no pepper, can compute of a guess."""
    plain: dict[str, Derivation] = {
        name: lambda receipt, name=name: hashlib.new(name, receipt.encode()).digest()  # type: ignore[misc]
        for name in thief.HASHES
    }
    plain |= {
        "argon2id, no salt": _argon(bytes(16)),
        "argon2id, the program's name": _argon(b"mashangxun".ljust(16, b"\0")),
    }
    for pepper in peppers:
        salt = sealing.derive(pepper, "receipt salt")[:16]
        plain[f"argon2id under {pepper[:4].hex()}"] = _argon(salt)
    return {
        f"{name}{step}": lambda receipt, do=do, step=step: (  # type: ignore[misc]
            sealing.derive(do(receipt), "lookup") if step else do(receipt)
        )
        for name, do in plain.items()
        for step in ("", ", then a label")
    }


def told_by(
    house: Installation, receipt: str, how: Mapping[str, Derivation]
) -> list[str]:
    """By which derivations the database tells that a receipt is one of its letters'."""
    with house.sessions() as session:
        rows = session.execute(select(Letter.lookup, Letter.reply_key)).all()
    known = {bytes(value) for row in rows for value in row}
    known |= {KeyPair(value).public for value in known}
    return [
        name
        for name, do in how.items()
        if do(receipt) in known or KeyPair(do(receipt)).public in known
    ]


def test_the_database_alone_does_not_test_a_receipt(
    receipt: str, house: Installation
) -> None:
    guesses = without_pepper([bytes(32), b"pepper", b"\xff" * 32])
    assert len(guesses) > 20
    assert told_by(house, receipt, guesses) == []
    with_it = without_pepper([house.door.pepper])
    assert len(told_by(house, receipt, with_it)) == 1


@pytest.mark.parametrize("name", ["sha256", "argon2id, no salt, then a label"])
def test_a_look_up_without_pepper_is_found(
    receipt: str, house: Installation, name: str
) -> None:
    """The leaking twin: slow or fast, what needs no secret can be tried."""
    guesses = without_pepper([])
    with house.engine.begin() as connection:
        it = guesses[name](receipt)
        connection.execute(text("UPDATE letter SET lookup = :it"), {"it": it})
    assert told_by(house, receipt, guesses) == [name]


def peppered(house: Installation) -> list[str]:
    """Where the pepper lies."""
    files = thief.files_of(house.settings.instance)
    pepper = house.door.pepper
    forms = {"raw": pepper, "hex": pepper.hex().encode(), "base64": b64encode(pepper)}
    return thief.found(files, forms)


def test_the_pepper_lies_in_the_key_store_and_nowhere_else(
    receipt: str, house: Installation
) -> None:
    assert peppered(house) == ["raw in keystore/pepper"]


def test_a_pepper_beside_the_database_is_found(house: Installation) -> None:
    (house.settings.instance / "settings.json").write_text(house.door.pepper.hex())
    assert peppered(house) == ["raw in keystore/pepper", "hex in settings.json"]


# Neither stored nor logged, nor in an address


def traces(house: Installation, receipt: str, printed: Mapping[str, str]) -> list[str]:
    """Where the receipt, a digest of it or a secret derived from it was left."""
    keys = keys_of(house.door.pepper, receipt)
    number = int(receipt)
    words = {
        receipt,
        in_fours(receipt),
        receipt[:18],
        "-".join(in_fours(receipt).split()),
    }
    patterns = thief.patterns_of(words)
    patterns |= {
        f"{what} as {name}": pattern
        for what, secret in {
            "reply seed": keys.pair.seed,
            "number": number.to_bytes(9, "big"),
            "number, backwards": number.to_bytes(9, "little"),
            "18 digits": int(receipt[:18]).to_bytes(8, "big"),
            **{
                kind: hashlib.new(kind, receipt.encode()).digest()
                for kind in thief.HASHES
            },
        }.items()
        for name, pattern in {
            "bytes": secret,
            "hex": secret.hex().encode(),
            "base64": b64encode(secret).rstrip(b"=")[:-1],
        }.items()
    }
    pieces = thief.files_of(house.settings.instance)
    pieces |= {name: words.encode() for name, words in printed.items()}
    return thief.found(pieces, patterns)


@pytest.fixture
def printed(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Callable[[], dict[str, str]]:
    caplog.set_level(logging.DEBUG)

    def gather() -> dict[str, str]:
        out, err = capfd.readouterr()
        return {"stdout": out, "stderr": err, "log": caplog.text}

    return gather


def test_a_receipt_is_neither_stored_nor_logged(
    printed: Callable[[], dict[str, str]], house: Installation, receipt: str
) -> None:
    """Sent, looked up three times, once with a fault of ours."""
    with house.engine.begin() as connection:
        connection.execute(text("ALTER TABLE reply RENAME TO elsewhere"))
    from portal.web.app import create_app

    page = Visitor(create_app(house)).sends("/receipt", receipt=receipt, status=500)
    assert receipt in page.html  # what was typed is not lost
    said = printed()
    assert "fault OperationalError" in said["stderr"]
    assert traces(house, receipt, said) == []


def _in_an_access_log(_: Installation, receipt: str) -> None:
    logging.getLogger("access").warning("GET /receipt?receipt=%s", receipt)


def _in_a_fault(_: Installation, receipt: str) -> None:
    sys.stderr.write(f"UnknownReceiptError: {in_fours(receipt)}\n")


def _as_a_hash(house: Installation, receipt: str) -> None:
    _write(house, hashlib.sha256(receipt.encode()).digest())


def _as_a_number(house: Installation, receipt: str) -> None:
    _write(house, int(receipt).to_bytes(9, "big") + bytes(23))


def _as_its_seed(house: Installation, receipt: str) -> None:
    seed = keys_of(house.door.pepper, receipt).pair.seed
    house.keystore.put("receipts/1", seed)


def _in_the_box(house: Installation, receipt: str) -> None:
    with house.door.box.file.writing() as box:
        box.execute("INSERT INTO spent VALUES (?, ?)", (receipt.encode(), "2026-03-02"))


def _write(house: Installation, it: bytes) -> None:
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE letter SET lookup = :it"), {"it": it})


@pytest.mark.parametrize(
    "leak",
    [
        _in_an_access_log,
        _in_a_fault,
        _as_a_hash,
        _as_a_number,
        _as_its_seed,
        _in_the_box,
    ],
)
def test_a_receipt_that_is_left_behind_is_found(
    printed: Callable[[], dict[str, str]],
    house: Installation,
    cast: Cast,
    leak: Leak,
) -> None:
    """The leaking twins of the test above."""
    receipt = make_complaint(house, cast.yunxi)
    house.open_letterbox(by="office", reason="测试")
    leak(house, receipt)
    assert traces(house, receipt, printed()) != []


def addresses(page: Page) -> list[str]:
    """Every address a page was at, leads to, loads, or asks the browser for."""
    tags = [g for _, g in page.reading.tags]
    inside = [g[name] for g in tags for name in ("href", "src", "action") if name in g]
    headers = [f"{name}: {value}" for name, value in page.response.headers]
    asked = page.response.request
    return [asked.url, *inside, *headers]


def carried(page: Page, receipt: str) -> list[str]:
    """Addresses with as much of a receipt in them as is not there by chance."""
    runs = {receipt[i : i + ENOUGH] for i in range(DIGITS - ENOUGH + 1)}
    found = []
    for address in addresses(page):
        digits = "".join(c for c in address if c.isdecimal())
        if any(run in digits for run in runs):
            found.append(address)
    return found


def test_no_address_carries_a_receipt(
    receipt: str, visitor: Visitor, cast: Cast
) -> None:
    standing = visitor.sends("/receipt", receipt=receipt)
    assert ANSWER in standing.words
    wrong = visitor.sends("/receipt", receipt=receipt[:-1], status=422)
    sent = visitor.sends(f"/q/{cast.yunxi}/complaint", text="路灯不亮")
    assert carried(standing, receipt) == carried(wrong, receipt) == []
    assert carried(sent, receipt_on(sent)) == []
    methods = [
        g["method"] for t, g in visitor.opens("/receipt").reading.tags if t == "form"
    ]
    assert methods == ["post"]


def test_an_address_with_a_receipt_in_it_shows_nothing(
    receipt: str, visitor: Visitor
) -> None:
    """Else it would stand in histories, and in the log of any proxy."""
    assert ANSWER not in visitor.opens(f"/receipt?receipt={receipt}").words
    visitor.opens(f"/receipt/{receipt}", status=404)


def test_an_address_that_carries_a_receipt_is_found(receipt: str, app: Flask) -> None:
    app = Flask("twin")
    app.add_url_rule("/a", "a", lambda: f'<a href="/receipt?r={receipt}">查</a>')
    app.add_url_rule(
        "/b", "b", lambda: ("", {"Refresh": f"1; url={in_fours(receipt)}"})
    )
    app.add_url_rule("/c/<_>", "c", lambda _: "")
    for url in ("/a", "/b", f"/c/{receipt[2:14]}"):
        page = Page(app.test_client().get(url), url)
        assert carried(page, receipt) != []


# What a look-up costs


class Costs:
    """How often Argon2id was computed, and how often a database or the box was asked."""

    def __init__(self) -> None:
        self.argon = self.asked = 0

    def statement(self, *_: object) -> None:
        self.asked += 1

    def derive(self, *given: Any, **named: Any) -> bytes:
        self.argon += 1
        return hash_secret_raw(*given, **named)

    def call(self, frame: FrameType, happened: str, _: object) -> None:
        if happened == "call":
            name = frame.f_code.co_name
            self.asked += name in {"holds", "knows", "peek", "peek_under"}


@contextmanager
def counting(house: Installation) -> Iterator[Costs]:
    costs = Costs()
    event.listen(house.engine, "before_cursor_execute", costs.statement)
    sys.setprofile(costs.call)
    try:
        with patch.object(sealing, "hash_secret_raw", costs.derive):
            yield costs
    finally:
        sys.setprofile(None)
        event.remove(house.engine, "before_cursor_execute", costs.statement)


def slips_of_the_pen(receipt: str) -> Iterator[str]:
    digit = str((int(receipt[7]) + 1) % 10)
    yield receipt[:7] + digit + receipt[8:]
    yield receipt[:-1]
    yield receipt + "0"
    yield "0" * DIGITS
    yield ""
    yield "没有"


def test_a_mistyped_receipt_costs_no_argon_and_no_look_up(
    receipt: str, house: Installation, visitor: Visitor
) -> None:
    form = visitor.opens("/receipt").form
    for typed in slips_of_the_pen(receipt):
        with counting(house) as costs:
            visitor.posts("/receipt", status=422, **{**form, "receipt": [typed]})
        assert (costs.argon, costs.asked) == (0, 0), typed


def test_a_right_one_costs_one_argon_and_a_wrong_one_with_right_digits_too(
    receipt: str, house: Installation, visitor: Visitor
) -> None:
    """So the counting above counts, and time does not tell which receipts exist."""
    form: Any = visitor.opens("/receipt").form
    guess = with_check_digits(f"{(int(receipt[:18]) + 1) % 10**18:018d}")
    for typed, status in ((receipt, 200), (guess, 404)):
        with counting(house) as costs:
            visitor.posts("/receipt", status=status, **{**form, "receipt": [typed]})
        assert costs.argon == 1
        assert costs.asked > 0
