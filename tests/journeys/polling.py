"""The vote: slips on paper, ballots, the close by two, and what anybody downloads."""

import io
import re
import zipfile

from tests.journeys import story
from tests.journeys.counting import Recount
from tests.journeys.hands import Hand
from tests.journeys.life import Life
from tests.journeys.paper import PaperSlip
from tests.journeys.story import LIUTANG, YUNXI


def vote_opened(life: Life) -> None:
    office = life.desk("office")
    office.opens("/desk/vote")
    office.presses("准备测评")
    files = sorted(life.papers.folder.glob("*.manifest.json"))
    sent = [(io.BytesIO(file.read_bytes()), file.name) for file in files]
    office.presses("上传", manifests=sent)
    assert "票根清单已收下" in office.words
    closers = [
        value
        for value, name in re.findall(
            r'name="closers" value="(\d+)"[^>]*>\s*<span>([^<]*)', office.page.html
        )
        if name.strip() in {"示例·office", "示例·chief"}
    ]
    assert len(closers) == 2
    office.presses("开始投票", status=422, closers=closers)
    assert "请先贴出" in office.words
    office.presses("开始投票", closers=closers, posted="y")
    assert "投票已经开始" in office.words


def voted(life: Life) -> None:
    """By the printed address and by a poster, once again, and a wrong secret."""
    mine, theirs = life.papers.slips[YUNXI], life.papers.slips[LIUTANG]
    phone = life.phone()
    phone.opens(f"{life.entrance}/vote")
    wrong = dict.fromkeys(story.PARTS, "0000")
    phone.presses("再看一遍", status=422, **wrong, **story.scores_of(3))
    assert phone.page.form["effect"] == [story.scores_of(3)["effect"]]
    _casts(phone, mine[0], 3)
    assert "以这一次为准" not in phone.words
    for number, slip in enumerate(mine[: story.BALLOTS]):
        phone.opens(slip.url)
        _casts(phone, slip, number)
        assert ("以这一次为准" in phone.words) == (number == 0)
    for number, slip in enumerate(theirs[:3]):
        phone.opens(slip.url)
        _casts(phone, slip, number)
    office = life.desk("office")
    office.opens("/desk/vote")
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', office.page.html, re.DOTALL)
    life.told["turnout"] = [re.sub(r"<[^>]+>", " ", row).split()[:4] for row in rows]


def _casts(phone: Hand, slip: PaperSlip, number: int) -> None:
    """From the form to the receipt, whose codes stand on the slip."""
    typed = {**story.in_parts(slip.secret.lower()), **story.scores_of(number)}
    phone.presses("再看一遍", **typed)
    phone.presses("就这样投")
    assert f"票号 {slip.number}" in phone.words
    codes = re.findall(r"<code>(\w{8})</code>", phone.page.html)
    assert tuple(codes) == slip.check_codes


def closed(life: Life) -> None:
    """One ends it, another counts, the first countersigns."""
    chief, office = life.desk("chief"), life.desk("office")
    chief.opens("/desk/vote")
    chief.presses("停票")
    assert not chief.can_press("开票")
    late = life.phone()
    late.opens(life.papers.slips[YUNXI][-1].url, status=409)
    office.opens("/desk/vote")
    office.presses("开票")
    assert "已开票" in office.words
    assert life.town.house.ballots.turnout(1) == {}
    chief.opens("/desk/vote")
    chief.presses("会签")
    assert "已会签" in chief.words
    posted = re.findall(r'<p class="n"><code>(.*?)</code>', chief.page.html)
    digest, fingerprint = ("".join(re.sub(r"<[^>]+>", "", p).split()) for p in posted)
    life.digest, life.fingerprint = digest, fingerprint


def published(life: Life) -> None:
    phone = life.phone()
    phone.opens("/results")
    phone.follows("示例区第一轮巡察")
    assert life.digest in phone.words
    assert life.fingerprint in phone.words
    life.told["results"] = phone.words.replace(life.digest, "DIGEST")
    for place in (YUNXI, LIUTANG):
        phone.opens(f"/results/1/{place}")
        life.told[f"results {place}"] = phone.words
    life.told["lists"] = _files_published(life)


def _files_published(life: Life) -> dict[str, bytes]:
    """Every published file but the closing record and its signatures, unpacked too."""
    client = life.phone().visitor.client
    with zipfile.ZipFile(io.BytesIO(client.get("/results/1/all.zip").data)) as archive:
        archive.extractall(life.folder / "published")
        files = {name: archive.read(name) for name in archive.namelist()}
    verifier = life.folder / "verify.py"
    verifier.write_bytes(client.get("/results/verify.py").data)
    by_chance = {"2026-1/closing.json", "2026-1/signatures.json"}
    return {name: files[name] for name in sorted(set(files) - by_chance)}


def recount(life: Life) -> Recount:
    """Somebody with the downloaded folder and the posted fingerprints."""
    return Recount(
        folder=life.folder / "published" / "2026-1",
        verifier=life.folder / "verify.py",
        digest=life.digest,
        fingerprint=life.fingerprint,
    )
