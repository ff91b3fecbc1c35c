"""钥匙: which of one's communities one can read, and handing a key to a team-mate.

A key is made at the announcement; whoever joins later has none until somebody of
the team, signed in with their own, wraps it to them. Nobody else can.
"""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from portal.kernel import audit
from portal.kernel.errors import NotFoundError
from portal.people import Permission, Staff, places_of
from portal.places import Place
from portal.rounds import Round, round_place
from portal.rounds import keys as round_keys
from portal.rounds.key_holders import can_give, lacking
from portal.rounds.keys import community_key, holders
from portal.rounds.keys import grant as grant_key
from portal.web import guards
from portal.web.desk import nav
from portal.web.desk.desk_form import OneButton
from portal.web.guards import desk
from portal.web.rendering import page_url, render
from portal.web.request import db, installation
from portal.web.staff import reader, somebody

bp = Blueprint("keys", __name__, url_prefix="/keys")


@bp.get("")
@desk(Permission.READ_LETTERS)
def page() -> ResponseReturnValue:
    """One's communities: is the key there, and who of the team lacks it."""
    found = key_states(nav.current_round(), somebody())
    return render("desk/keys/page.html", communities=found, button=OneButton())


@bp.post("/<int:round_id>/<int:place_id>/<int:staff_id>")
@desk(Permission.READ_LETTERS)
def grant(round_id: int, place_id: int, staff_id: int) -> ResponseReturnValue:
    """Wrap a community's key to a reader who lacks it."""
    guards.nonce()
    me, keystore = reader(), installation().keystore
    mates = lacking(db(), keystore, round_id, place_id)
    to = next((mate for mate in mates if mate.id == staff_id), None)
    if to is None or place_id not in places_of(db(), round_id, me.staff.id):
        raise NotFoundError
    key = community_key(keystore, round_id, place_id, reader=me.staff.id, pair=me.pair)
    place = round_place(db(), round_id, place_id).place
    subject = f"{place.code} → {to.username}"
    audit.record(db(), me.staff.username, "key.grant", subject=subject, now=me.now)
    grant_key(keystore, round_id, place_id, key=key, to=to)
    return redirect(page_url("desk.keys.page", round=round_id, done="granted"), 303)


@bp.post("/<int:round_id>/<int:place_id>/lock")
@desk(Permission.READ_LETTERS)
def rotate(round_id: int, place_id: int) -> ResponseReturnValue:
    """Put a new lock on a community: whoever copied a key reads nothing new."""
    guards.nonce()
    me, keystore = reader(), installation().keystore
    if place_id not in places_of(db(), round_id, me.staff.id):
        raise NotFoundError
    community_key(keystore, round_id, place_id, reader=me.staff.id, pair=me.pair)
    row = round_place(db(), round_id, place_id)
    round_keys.rotate(db(), keystore, row)
    code = row.place.code
    audit.record(db(), me.staff.username, "key.rotate", subject=code, now=me.now)
    return redirect(page_url("desk.keys.page", round=round_id, done="rotated"), 303)


def key_states(
    round_: Round | None, staff: Staff
) -> list[tuple[Place, bool, list[Staff]]]:
    """One's communities as (community, is a key held, mates one can give one)."""
    if round_ is None:
        return []
    keystore, found = installation().keystore, []
    for place_id in places_of(db(), round_.id, staff.id):
        row = round_place(db(), round_.id, place_id)
        if row.public_key is None:
            continue
        missing = lacking(db(), keystore, round_.id, place_id)
        is_held = staff.id in holders(keystore, round_.id, place_id)
        mates = [
            mate
            for mate in missing
            if mate.id != staff.id
            and (not is_held or _can_give(round_.id, place_id, staff, mate))
        ]
        found.append((row.place, is_held, mates))
    return found


def _can_give(round_id: int, place_id: int, giver: Staff, mate: Staff) -> bool:
    keystore = installation().keystore
    return can_give(keystore, round_id, place_id, giver=giver.id, to=mate.id)
