"""Promise 9: the server forgets a slip's secret, whatever happened to the ballot.

Canaries are cast rightly and wrongly, mistyped, sent to another community, into a
fault of ours, before and after the close; then disk, log and every table are searched.
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
from tests.makers import Cast, in_phase, make_vote
from tests.visitor import Visitor
from tests.web.public.scenes import LIUTANG

SCORES = {d.id: "satisfied" for d in DEFAULT_TERMS.dimensions}
Printed = Callable[[], dict[str, str]]
Leak = Callable[[Installation, str], None]


@pytest.fixture
def slips(house: Installation, cast: Cast) -> list[Slip]:
    in_phase(house, cast.round_id, Phase.VOTING)
    return make_vote(house, cast)


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
    found["box"] = repr(
        box.execute("SELECT * FROM election_ballot").fetchall()
    ).encode()
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
