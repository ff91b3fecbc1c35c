"""The vote's paper on the desk: three names, five slips drawn, counts by day."""

from typing import Any

from portal import vote
from portal.vote import records
from portal.vote.records import PaperDuty
from tests.web.desk.scenes import Office
from tests.web.desk.test_vote import (
    YUNXI,
    election,
    manifest_of,
    opened,
    prepared,
    slips_of,
    upload,
)

URL = "/desk/vote/paper"


def sends(office: Office, what: str, *, status: int = 200, **fields: Any) -> str:
    desk = office.desk("office")
    token = desk.opens(URL).form["csrf_token"][-1]
    page = desk.posts(f"{URL}/{what}", status=status, csrf_token=token, **fields)
    return page.words


def draws(office: Office, slips: list[vote.Slip], *, status: int = 200) -> str:
    return sends(
        office,
        "draw",
        status=status,
        place=str(office.scene.place_id(YUNXI)),
        watched_by="丙",
        secrets="\r\n".join(slip.secret.lower() for slip in slips),
    )


def test_three_names_are_kept_and_one_for_two_is_refused(office: Office) -> None:
    prepared(office)
    refused = sends(
        office, "duties", status=422, printer="甲", distributor="乙", observer="甲"
    )
    assert "要写三个不同的人" in refused
    sends(office, "duties", printer="甲", distributor="乙", observer="丙")
    assert records.duties(office.fresh(), election(office).id) == {
        PaperDuty.PRINTER: "甲",
        PaperDuty.DISTRIBUTOR: "乙",
        PaperDuty.OBSERVER: "丙",
    }


def test_five_slips_are_proven_and_void(office: Office) -> None:
    slips = slips_of(YUNXI, 12)
    upload(office, manifest_of(YUNXI, slips).to_json())
    assert "已经作废" in draws(office, slips[:5])
    session = office.fresh()
    found = vote.manifests(session, election(office).id)[0]
    drawn = sorted(slip.slip_id for slip in slips[:5])
    assert [i.hex() for i in records.voided(session, found)] == drawn


def test_foreign_and_too_few_slips_are_told(office: Office) -> None:
    slips = slips_of(YUNXI, 12)
    upload(office, manifest_of(YUNXI, slips).to_json())
    assert "抽 5 张不同的票" in draws(office, slips[:4], status=422)
    foreign = [*slips[:4], *slips_of(YUNXI, 1)]
    assert "第 5 张不在这个社区的票根清单里" in draws(office, foreign, status=422)


def test_counts_are_kept_by_day_and_never_more_than_there_are(office: Office) -> None:
    slips = slips_of(YUNXI, 12)
    opened(office, slips)
    given: dict[str, Any] = {
        "place": str(office.scene.place_id(YUNXI)),
        "on": "2026-11-20",
        "handed_by": "乙",
    }
    assert "张数记下了" in sends(office, "handed-out", number="7", **given)
    assert "2026-11-20 7 张（乙）" in office.desk("office").opens(URL).words
    said = sends(office, "handed-out", status=422, number="13", **given)
    assert "多于制出的票" in said


def test_only_the_office_keeps_the_papers_record(office: Office) -> None:
    office.desk("member").opens(URL, status=403)
