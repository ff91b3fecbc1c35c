"""Promise 9: the server forgets a slip's secret, whatever happened to the ballot.

Canaries are cast rightly and wrongly, mistyped, sent to another community, into a
fault of ours, before and after the close; then disk, log and every table are searched.
A paper ballot is typed in at the desk, once and by two people; the same holds for its
scores.
"""

import hashlib
import logging
import sys
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from portal.kernel.codes import in_fours
from portal.rounds import Phase
from portal.vote import DEFAULT_TERMS, Precinct, Slip, make_slips
from portal.web.installation import Installation
from tests.house import thief
from tests.house.walk import parts_of
from tests.makers import Cast, in_phase, make_vote, signed_in
from tests.visitor import Visitor
from tests.web.public.scenes import LIUTANG

SCORES = {d.id: "satisfied" for d in DEFAULT_TERMS.dimensions}
Printed = Callable[[], dict[str, str]]
Leak = Callable[[Installation, str], None]


@pytest.fixture
def slips(house: Installation, cast: Cast) -> list[Slip]:
    in_phase(house, cast.round_id, Phase.VOTING)
    return make_vote(house, cast, slips=6)


@pytest.fixture
def printed(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Printed:
    caplog.set_level(logging.DEBUG)

    def gather() -> dict[str, str]:
        out, err = capfd.readouterr()
        return {"stdout": out, "stderr": err, "log": caplog.text}

    return gather


def traces(house: Installation, secret: str, printed: dict[str, str]) -> list[str]:
    """Where a secret, or what only it leads to, was left."""
    parts = in_fours(secret).split()
    spelled = {secret, secret.lower(), *("".join(parts[i : i + 2]) for i in range(3))}
    spelled |= {sign.join(parts) for sign in " -"}
    patterns = thief.patterns_of(spelled)
    for kind in thief.HASHES:
        digest = hashlib.new(kind, secret.encode()).digest()
        patterns |= {f"{kind}": digest, f"{kind} in hex": digest.hex().encode()}
    pieces = thief.files_of(house.settings.instance)
    pieces |= {name: said.encode() for name, said in printed.items()}
    return thief.found(pieces | tables(house), patterns)


def tables(house: Installation) -> dict[str, bytes]:
    """Every row of every table of the database, and of the ballot box."""
    found = {}
    with house.engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).all()  # noqa: S608 -- the database's own names
            found[f"table {name}"] = repr([tuple(row) for row in rows]).encode()
    box = house.ballots.file.connection()
    for name in ("election_ballot", "paper_entry"):
        rows = box.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
        found[f"box {name}"] = repr(rows).encode()
    return found


def send(visitor: Visitor, url: str, secret: str, *, step: str = "cast") -> int:
    """Whatever comes back."""
    page = visitor.opens(url)
    sent = {
        "csrf_token": page.form["csrf_token"][-1],
        "step": step,
        **parts_of(secret),
        **SCORES,
    }
    return visitor.client.post(url, data=sent).status_code


def test_no_secret_is_kept_or_logged_however_its_ballot_fared(
    printed: Printed,
    app: Flask,
    house: Installation,
    cast: Cast,
    slips: list[Slip],
) -> None:
    visitor, here = Visitor(app), f"/q/{cast.yunxi}/vote"
    never_made = next(make_slips(Precinct("2026-1", LIUTANG, DEFAULT_TERMS), 1))
    mistyped = slips[2].secret[:-1] + ("0" if slips[2].secret[-1] != "0" else "1")
    assert send(visitor, here, slips[0].secret, step="check") == 200
    assert send(visitor, here, slips[0].secret) == 200
    assert send(visitor, here, slips[0].secret) == 200  # again
    assert send(visitor, here, never_made.secret) == 422
    assert send(visitor, here, mistyped) == 422
    assert send(visitor, f"/vote/2026-1/{LIUTANG}", slips[1].secret) == 422
    assert visitor.client.get(f"{here}?s1={slips[1].secret}").status_code == 200
    box = house.ballots.file.connection()
    box.execute("ALTER TABLE election_ballot RENAME TO elsewhere")
    assert send(visitor, here, slips[1].secret) == 500
    box.execute("ALTER TABLE elsewhere RENAME TO election_ballot")
    assert sum(house.ballots.turnout(1).values()) == 1
    said = printed()
    assert "fault OperationalError" in said["stderr"]
    secrets = [*(slip.secret for slip in slips), never_made.secret, mistyped]
    assert {s: t for s in secrets if (t := traces(house, s, said))} == {}


def scores_on(house: Installation, printed: dict[str, str]) -> dict[str, int]:
    """How often an option of the scale stands where; questionnaires have such, too."""
    pieces = thief.files_of(house.settings.instance) | tables(house)
    pieces |= {name: said.encode() for name, said in printed.items()}
    options = [option.id.encode() for option in DEFAULT_TERMS.scale]
    found = {name: sum(map(piece.count, options)) for name, piece in pieces.items()}
    return {name: count for name, count in found.items() if count}


@pytest.fixture
def clerks(app: Flask, house: Installation, cast: Cast) -> list[Visitor]:
    return [signed_in(app, house, player) for player in (cast.entry, cast.office)]


def types(clerk: Visitor, secret: str, scores: dict[str, str]) -> int:
    """A clerk types a paper ballot in."""
    token = clerk.opens("/desk/vote/entry").form["csrf_token"][-1]
    return presses(clerk, token, parts_of(secret) | scores)


def presses(clerk: Visitor, token: str, sent: dict[str, str]) -> int:
    sent = {"csrf_token": token, **sent}
    return clerk.client.post("/desk/vote/entry", data=sent).status_code


def test_of_paper_ballots_neither_secret_nor_scores_are_kept_however_they_fared(
    printed: Printed,
    house: Installation,
    slips: list[Slip],
    clerks: list[Visitor],
) -> None:
    (first, second), before = clerks, scores_on(house, printed())
    scores = dict.fromkeys(SCORES, "dissatisfied")
    assert types(first, slips[0].secret, scores) == 303  # waits
    assert types(first, slips[1].secret, scores) == 303
    assert types(second, slips[1].secret, SCORES) == 303  # the two differ
    assert types(first, slips[2].secret, scores) == 303
    assert types(second, slips[2].secret, scores) == 303  # cast
    assert types(first, "0" * 16, scores) == 422
    assert types(first, slips[3].secret, {**scores, "effect": ""}) == 422
    token = first.opens("/desk/vote/entry").form["csrf_token"][-1]
    box = house.ballots.file.connection()
    box.execute("ALTER TABLE paper_entry RENAME TO elsewhere")
    assert presses(first, token, parts_of(slips[4].secret) | scores) == 500
    box.execute("ALTER TABLE elsewhere RENAME TO paper_entry")
    assert len(house.ballots.entries(1)) == 2
    assert sum(house.ballots.turnout(1).values()) == 1
    said = printed()
    assert {s.secret: t for s in slips if (t := traces(house, s.secret, said))} == {}
    assert scores_on(house, said) == before


def test_a_server_that_remembers_the_scores_of_a_paper_ballot_is_found(
    printed: Printed, house: Installation, slips: list[Slip], clerks: list[Visitor]
) -> None:
    types(clerks[0], slips[0].secret, SCORES)
    with house.ballots.file.writing() as box:
        box.execute("UPDATE paper_entry SET digest = ?", (b"satisfied",))
    assert "box paper_entry" in scores_on(house, printed())


def _in_a_log(_: Installation, secret: str) -> None:
    logging.getLogger("vote").debug("cast %s", in_fours(secret))


def _on_the_console(_: Installation, secret: str) -> None:
    sys.stderr.write(f"UnknownSlipError: {secret.lower()}\n")


def _half_of_it(_: Installation, secret: str) -> None:
    sys.stdout.write(f"slip {secret[:8]}…\n")


def _in_a_table(house: Installation, secret: str) -> None:
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE round SET name = :it"), {"it": secret})


def _in_the_box(house: Installation, secret: str) -> None:
    with house.ballots.file.writing() as box:
        box.execute(
            "INSERT INTO election_ballot VALUES (9, ?, 9, ?)",
            (b"slip", secret.encode()),
        )


def _as_a_hash(house: Installation, secret: str) -> None:
    digest = hashlib.sha256(secret.encode()).digest()
    house.keystore.put("votes/seen", digest)


def _in_a_file_name(house: Installation, secret: str) -> None:
    (house.settings.instance / f"{secret}.pdf").touch()


@pytest.mark.parametrize(
    "leak",
    [
        _in_a_log,
        _on_the_console,
        _half_of_it,
        _in_a_table,
        _in_the_box,
        _as_a_hash,
        _in_a_file_name,
    ],
)
def test_a_server_that_remembers_is_found(
    printed: Printed, house: Installation, slips: list[Slip], leak: Leak
) -> None:
    leak(house, slips[0].secret)
    assert traces(house, slips[0].secret, printed()) != []
