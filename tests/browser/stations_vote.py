"""The vote: slips on paper, ballots, the close by two, and the recount by anybody."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from portal import vote
from tests.browser.journey import LIUTANG, YUNXI, Journey
from tests.browser.screens import Phone
from tests.journeys.counting import Recount, print_slips
from tests.journeys.paper import PaperSlip
from tests.journeys.story import BALLOTS, PARTS, in_parts, scores_of
from tests.visitor import Visitor


def slips_are_printed(journey: Journey, patch: pytest.MonkeyPatch) -> None:
    """Away from any installation; only manifests come back."""
    journey.slips = print_slips(journey.papers, journey.town.base_url, patch)


def the_vote_is_opened(journey: Journey) -> None:
    """Manifests are uploaded, two closers named, the fingerprint posted."""
    office = journey.desk("office")
    office.opens("/desk/vote")
    office.presses("准备测评")
    files = sorted(journey.papers.glob("*.manifest.json"))
    office.page.set_input_files("#manifests", files)
    office.presses("上传")
    assert "票根清单已收下" in office.words
    for name in ("示例·office", "示例·chief"):
        office.page.get_by_label(name).check()
    office.presses("开始投票")
    assert "请先贴出" in office.words
    office.page.get_by_label("已经贴到公告栏").check()
    office.presses("开始投票")
    assert "投票已经开始" in office.words
    journey.moves_on("voting")


def casts(phone: Phone, slip: PaperSlip, number: int) -> None:
    """From the filled secret to the receipt, whose codes stand on the slip."""
    phone.ticks(**scores_of(number))
    phone.presses("再看一遍")
    phone.presses("就这样投")
    assert "投好了" in phone.words
    assert slip.number in phone.words
    codes = phone.page.locator(".facts code").all_inner_texts()
    assert tuple(codes) == slip.check_codes


def a_resident_scans(journey: Journey) -> None:
    """The slip's QR leads to the form; with script the secret stands in it."""
    slip = journey.slips[YUNXI][0]
    with journey.phone() as phone:
        phone.opens(slip.url)
        if journey.script:
            typed = [phone.page.input_value(f"[name={name}]") for name in PARTS]
            assert "".join(typed) == slip.secret
            assert "#" not in phone.page.url
        else:
            phone.writes(**in_parts(slip.secret))
        casts(phone, slip, 3)


def a_resident_types(journey: Journey) -> None:
    """A wrong secret first: told so, the scores kept; case does not matter."""
    slip = journey.slips[YUNXI][1]
    with journey.phone() as phone:
        phone.opens(journey.entrance)
        phone.follows("给整改打分")
        phone.writes(s1="0000", s2="0000", s3="0000", s4="0000")
        phone.ticks(**scores_of(1))
        phone.presses("再看一遍")
        assert phone.status == 422
        assert phone.page.locator(".box.stop").first.is_visible()
        assert phone.page.locator(":checked").count() == len(
            vote.DEFAULT_TERMS.dimensions
        )
        phone.writes(**in_parts(slip.secret.lower()))
        casts(phone, slip, 1)


def a_resident_votes_again(journey: Journey) -> None:
    """The last time counts, and is said to replace the first."""
    slip = journey.slips[YUNXI][0]
    with journey.phone() as phone:
        phone.opens(journey.entrance)
        phone.follows("给整改打分")
        phone.writes(**in_parts(slip.secret))
        casts(phone, slip, 0)
        assert "以这一次为准" in phone.words


def neighbours_vote(journey: Journey) -> None:
    """The others, through the same forms with a plain client."""
    visitor = Visitor(journey.town.app)
    for place, slips in ((YUNXI, journey.slips[YUNXI][2:BALLOTS]), (LIUTANG, None)):
        for number, slip in enumerate(slips or journey.slips[LIUTANG][:3], start=2):
            url = f"/vote/2026-1/{place}"
            typed: dict[str, Any] = {**in_parts(slip.secret), **scores_of(number)}
            checked: dict[str, Any] = visitor.sends(url, **typed).form
            done = visitor.posts(url, **{**checked, "step": "cast"})
            assert "投好了" in done.words
    office = journey.desk("office")
    office.opens("/desk/vote")
    rows = office.page.locator("tbody tr").all_inner_texts()
    assert [row.split()[:4] for row in rows] == [
        ["云溪社区", "412", "20", "12"],
        ["柳塘村委会", "260", "20", "3"],
    ]


def two_close_it(journey: Journey) -> None:
    """Agree, count, countersign; what is posted is read off the desk."""
    chief, office = journey.desk("chief"), journey.desk("office")
    chief.opens("/desk/vote")
    chief.presses("停票")
    assert chief.page.get_by_role("button", name="开票").count() == 0
    office.opens("/desk/vote")
    office.presses("开票")
    assert "已开票" in office.words
    chief.opens("/desk/vote")
    chief.presses("会签")
    assert "已会签" in chief.words
    posted = chief.page.locator(".fig code").all_inner_texts()
    journey.digest, journey.fingerprint = ("".join(text.split()) for text in posted)
    journey.moves_on("published")


def results_are_read(journey: Journey) -> Path:
    """Counts, bounds and lists on a phone; the archive and verifier on a laptop."""
    with journey.phone() as phone:
        phone.opens("/results")
        phone.follows("示例区第一轮巡察")
        for said in ("收回 12 份", "发出 20 份", "共 412 户", "最坏", "最好"):
            assert said in phone.words
        phone.follows("云溪社区")
        assert phone.page.locator("section.dist").count() == len(
            vote.DEFAULT_TERMS.dimensions
        )
        slip, (_, latest) = journey.slips[YUNXI][0], ("", scores_of(0))
        for code, dimension in zip(
            slip.check_codes, vote.DEFAULT_TERMS.dimensions, strict=True
        ):
            listed = phone.context.request.get(
                f"/results/1/files/{YUNXI}/{dimension.id}.csv"
            ).text()
            assert f"{code},{latest[dimension.id]}\n" in listed
        phone.opens(f"/results/1/{LIUTANG}")
        assert "不足 10" in phone.words
    return downloaded(journey)


def downloaded(journey: Journey) -> Path:
    """The published folder, unpacked, with the verifier beside it."""
    with journey.phone() as phone:
        phone.opens("/results/1")
        for shown in (journey.digest, journey.fingerprint):
            assert shown in phone.words
        with zipfile.ZipFile(io.BytesIO(phone.saves("全部票据"))) as archive:
            archive.extractall(journey.papers / "published")
        verifier = phone.saves("核对程序")
    (journey.papers / "verify.py").write_bytes(verifier)
    return journey.papers / "published" / "2026-1"


def anybody_recounts(journey: Journey, folder: Path) -> None:
    """By the command and by the downloaded program; one changed score is found."""
    verifier = journey.papers / "verify.py"
    recount = Recount(folder, verifier, journey.digest, journey.fingerprint)
    assert recount.exits() == (0, 0)
    assert not recount.is_fooled_by_a_changed_score(YUNXI)
