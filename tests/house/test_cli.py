"""`portal`: what every command does, refuses and leaves behind; exit status 0, 1, 2."""

import json
import re
import shutil
import socket
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy import select, update

from portal import entrances, people, places, rounds, vote
from portal.cli import main
from portal.cli.running import CHANNELS, migrate
from portal.entrances import ChannelKind
from portal.intake.records import Letter, Opening
from portal.kernel import audit, clock
from portal.kernel.database import Base
from portal.kernel.settings import Settings
from portal.people import Role
from portal.review import letters
from portal.rounds import Phase, PhaseChange
from portal.rounds.keys import NoKeyError
from portal.web.installation import Installation
from tests.journeys.paper import slips_on, words_of
from tests.makers import Cast, in_phase, make_cast, make_complaint, make_reader
from tests.stages.vote_makers import polling_day

Portal = Callable[..., str]

COMMANDS = [
    "backup",
    "codes",
    "demo",
    "doctor",
    "init",
    "open-letterbox",
    "places",
    "posters",
    "purge",
    "reset-password",
    "restore",
    "serve",
    "shares",
    "slips",
    "verify",
]
TEXT = "三栋电梯坏了两个月，物业说没钱修。"
PLACES = """行政区划代码,行政区划名称,城乡分类,户数
999001001001,云溪社区,111,412
999001001201,柳塘村委会,220,260
"""
WRONG_PLACES = """行政区划代码,行政区划名称,城乡分类,户数
99900100100,云溪社区,111,412
999001001201,柳塘村委会,220,很多
999001001002,厂东社区,119,38
"""
SLIPS = [
    "slips",
    *("--round", "2026-1", "--round-name", "第一轮"),
    *("--place", "999001001001", "--place-name", "云溪社区"),
    *("--count", "7", "--base-url", "https://xc.example"),
]


@pytest.fixture
def portal() -> Portal:
    """Run a command; gives what it said, both streams together."""

    def run(*words: object, status: int = 0, typed: str = "") -> str:
        result = CliRunner().invoke(main, [str(word) for word in words], input=typed)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status, result.output
        return result.output

    return run


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The instance folder of every command, not made yet."""
    folder = tmp_path / "instance"
    monkeypatch.setenv("PORTAL_INSTANCE", str(folder))
    return folder


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """An installation by migrations with the cast in it."""
    settings = Settings.at(tmp_path_factory.mktemp("migrated"))
    migrate(settings.database_url)
    return settings.instance, make_cast(settings)


@pytest.fixture
def lived(migrated: tuple[Path, Cast], empty: Path) -> Cast:
    """The cast's installation is the instance folder."""
    shutil.copytree(migrated[0], empty)
    return migrated[1]


@contextmanager
def house_at(folder: Path) -> Iterator[Installation]:
    house = Installation.at(Settings.at(folder))
    yield house
    house.close()


def texts_of(house: Installation, cast: Cast) -> list[str]:
    """Every letter of 云溪 as the member reads it."""
    with house.sessions() as session:
        reader = make_reader(session, house, cast.member)
        found = session.scalars(select(Letter).order_by(Letter.id))
        return [letters.read(session, one, reader=reader).text for one in found]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(portal: Portal, command: str) -> None:
    said = portal(command, "--help")
    assert re.search(r"[\u4e00-\u9fff]{4}", said)
    assert "--help" in said


def test_the_commands_are_those_of_the_design(portal: Portal) -> None:
    assert sorted(main.commands) == COMMANDS
    assert all(command in portal("--help") for command in COMMANDS)


@pytest.mark.parametrize("words", ["nonsense", "purge", "places import", "verify ."])
def test_wrong_usage_exits_with_two(portal: Portal, words: str, empty: Path) -> None:
    portal(*words.split(), status=2)
    assert not empty.exists()


def test_a_file_that_cannot_be_written_is_a_sentence(
    portal: Portal, empty: Path
) -> None:
    empty.write_text("a file where the folder should be")
    said = portal("init", status=1)
    assert said.startswith("文件读写不成：")
    assert said.count("\n") == 1


def test_a_database_that_does_not_answer_is_a_sentence(
    portal: Portal, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{empty}/none/portal.db")
    assert portal("init", status=1).startswith("数据库现在不能用")


def test_init_prints_credentials_that_sign_in_and_only_once(
    portal: Portal, empty: Path
) -> None:
    said = portal("init", "--admin", "root")
    password, secret = re.findall(r"(?:密码|密钥) (\S+)", said)
    with house_at(empty) as house, house.sessions() as session:
        staff, _ = people.sign_in(
            session,
            house.keystore,
            username="root",
            password=password,
            totp=pyotp.TOTP(secret).at(clock.now()),
            now=clock.now(),
        )
        assert staff.role is Role.ADMIN
        assert len(entrances.channels(session)) == len(CHANNELS)
    again = portal("init", "--admin", "root", status=1)
    assert again == "这个用户名已经有人用了，请换一个。\n"


def test_init_makes_the_schema_the_models_describe(portal: Portal, empty: Path) -> None:
    portal("init")
    with house_at(empty) as house, house.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_places_import_updates_and_is_noted(
    portal: Portal, empty: Path, tmp_path: Path
) -> None:
    portal("init")
    file = tmp_path / "社区.csv"
    file.write_text(PLACES, encoding="gb18030")
    assert "新增 2，更新 0，撤销 0，未变 0" in portal("places", "import", file)
    assert "新增 0，更新 0，撤销 0，未变 2" in portal("places", "import", file)
    with house_at(empty) as house, house.sessions() as session:
        found = [(p.code, p.households) for p in places.communities(session)]
        head = audit.head(session)
    assert found == [("999001001001", 412), ("999001001201", 260)]
    assert head is not None
    assert (head.actor, head.action, head.subject) == (
        "cli",
        "place.import",
        "社区.csv",
    )


def test_places_import_lists_every_mistake_and_imports_nothing(
    portal: Portal, empty: Path, tmp_path: Path
) -> None:
    portal("init")
    good, wrong = tmp_path / "good.csv", tmp_path / "wrong.csv"  # one code in both
    good.write_text(PLACES)
    wrong.write_text(WRONG_PLACES)
    said = portal("places", "import", good, wrong, status=1)
    assert re.findall(r"wrong\.csv.*?\b([A-Z]\d)\b", said) == ["A2", "D3", "C4", "A3"]
    with house_at(empty) as house, house.sessions() as session:
        assert places.communities(session) == []
        assert audit.head(session) is None


def test_codes_are_files_that_a_phone_can_read(
    portal: Portal, lived: Cast, empty: Path, tmp_path: Path
) -> None:
    with house_at(empty) as house, house.sessions() as session, session.begin():
        everywhere = rounds.places_in(session, lived.round_id)
        odd = entrances.add_channel(session, ChannelKind.LIFT, "A/B 座：电梯口")
        today = house.today()
        entrances.issue(
            session, lived.round_id, places=everywhere, channels=[odd], today=today
        )
        codes = [c.code for c in entrances.codes_of(session, lived.round_id)]
    portal("codes", "--round", "2026-1", "--out", tmp_path / "posters")
    pictures = sorted((tmp_path / "posters").rglob("*.png"))
    said = [words_of(picture.read_bytes()) for picture in pictures]
    assert sorted(said) == sorted(f"http://127.0.0.1:8000/Q/{code}" for code in codes)
    assert all(picture.with_suffix(".svg").exists() for picture in pictures)
    assert {p.parent.name for p in pictures} >= {"999001001001 云溪社区"}
    assert portal("codes", "--round", "1999-1", "--out", tmp_path, status=1) == (
        "没有轮次 1999-1。\n"
    )


def test_posters_of_a_round_are_one_archive(
    portal: Portal, lived: Cast, tmp_path: Path
) -> None:
    target = tmp_path / "posters.zip"
    said = portal(
        *("posters", "--round", "2026-1", "--format", "card", "--style", "plain"),
        *("--out", target),
    )
    with zipfile.ZipFile(target) as archive:
        pages = [name for name in archive.namelist() if "A6 卡片" in name]
        index = archive.read("二维码清单.xlsx")
    assert f"{len(pages)} 张在 {target}" in said
    assert lived.yunxi in "".join(pages)
    assert index.startswith(b"PK")


def test_slips_are_made_where_there_is_no_installation(
    portal: Portal, empty: Path, tmp_path: Path
) -> None:
    out, key = tmp_path / "out", tmp_path / "safe" / "printer.key"
    said = portal(*SLIPS, "--key", key, "--out", out)
    assert not empty.exists()
    manifest = vote.Manifest.from_json(
        (out / "999001001001.manifest.json").read_bytes()
    )
    made = slips_on((out / "999001001001.pdf").read_bytes())
    precinct = vote.Precinct("2026-1", "999001001001", vote.DEFAULT_TERMS)
    ids = {vote.slip_of(precinct, s.secret).slip_id for s in made}
    assert {slip_id.hex() for slip_id in manifest.slip_ids} == ids
    page = "https://xc.example/vote/2026-1/999001001001"
    assert [slip.url for slip in made] == [f"{page}#{slip.secret}" for slip in made]
    assert f"N = 7\n根 {manifest.root.hex()}\n" in said
    assert f"制票密钥指纹 {vote.fingerprint(manifest.printer_key)}\n" in said
    assert key.stat().st_mode & 0o777 == 0o600


def test_slips_of_cadres_are_made_by_the_terms_of_their_election(
    portal: Portal, tmp_path: Path
) -> None:
    terms = replace(
        vote.DEFAULT_TERMS,
        dimensions=(
            *vote.DEFAULT_TERMS.dimensions,
            vote.Dimension(id="seventh", name="群众评价高", example="x", weight=3),
        ),
    )
    file = tmp_path / "terms.json"
    file.write_bytes(terms.to_json())
    asked = ["--electorate", "cadres", "--terms", file, "--out", tmp_path]
    said = portal(*SLIPS, *asked, "--key", tmp_path / "key")
    assert f"测评办法指纹 {terms.digest}\n" in said
    manifest = vote.Manifest.from_json(
        (tmp_path / "999001001001-G.manifest.json").read_bytes()
    )
    assert (manifest.code, manifest.terms) == ("2026-1-G", terms.digest)
    made = slips_on((tmp_path / "999001001001-G.pdf").read_bytes())
    precinct = vote.Precinct("2026-1-G", "999001001001", terms)
    slips = [vote.slip_of(precinct, slip.secret) for slip in made]
    assert [slip.check_codes for slip in made] == [
        tuple(slip.check_codes.values()) for slip in slips
    ]
    assert made[0].url.startswith("https://xc.example/vote/2026-1-G/999001001001#")
    portal(*SLIPS, "--key", tmp_path / "key", "--out", tmp_path)  # the residents' too


def test_slips_are_not_made_by_a_file_that_is_no_terms(
    portal: Portal, tmp_path: Path
) -> None:
    file = tmp_path / "terms.json"
    good = vote.DEFAULT_TERMS.to_json()
    for bad in (b"{}", b"[]", b"no", good.replace(b"100", b"101")):
        file.write_bytes(bad)
        asked = [*SLIPS, "--terms", file, "--key", tmp_path / "key", "--out", tmp_path]
        assert "测评办法不完整或被改动过" in portal(*asked, status=1)
    assert not (tmp_path / "999001001001.manifest.json").exists()


def test_slips_printed_once_are_not_overwritten_and_keys_are_kept(
    portal: Portal, tmp_path: Path
) -> None:
    out, key = tmp_path / "out", tmp_path / "printer.key"
    first = portal(*SLIPS, "--key", key, "--out", out)
    manifest = (out / "999001001001.manifest.json").read_bytes()
    assert "已经制过了" in portal(*SLIPS, "--key", key, "--out", out, status=1)
    assert (out / "999001001001.manifest.json").read_bytes() == manifest
    second = portal(*SLIPS, "--key", key, "--out", tmp_path / "again")
    assert first.splitlines()[-2] == second.splitlines()[-2]  # the same printer
    assert first.splitlines()[-3] != second.splitlines()[-3]  # other slips
    key.write_text("not a key")
    assert "不是制票密钥文件" in portal(
        *SLIPS, "--key", key, "--out", tmp_path / "no", status=1
    )


def test_verify_exits_with_what_it_found(portal: Portal, tmp_path: Path) -> None:
    folder = tmp_path / "published"
    with polling_day(tmp_path) as day:
        day.fill()
        day.close()
        for path, content in day.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        posted = ["--digest", day.digest, "--fingerprint", day.fingerprint]
    portal("verify", folder, *posted)
    portal("verify", folder, "--digest", "0" * 64, *posted[2:], status=1)
    portal("verify", folder, "--digest", "twelve", *posted[2:], status=2)
    portal("verify", tmp_path / "nowhere", *posted, status=2)


def test_open_letterbox_takes_out_what_waits_and_notes_the_reason(
    portal: Portal, lived: Cast, empty: Path
) -> None:
    with house_at(empty) as house:
        make_complaint(house, lived.yunxi, text=TEXT)
    assert "写明为什么" in portal("open-letterbox", "--reason", "  ", status=1)
    assert "取出 1 件" in portal("open-letterbox", "--reason", "有人电话说起火险")
    with house_at(empty) as house, house.sessions() as session:
        head = audit.head(session)
    assert head is not None
    assert (head.actor, head.reason) == ("cli", "有人电话说起火险")


def shares_in(said: str) -> list[str]:
    return re.findall(r"^[123]-[0-9A-F]{128}$", said, re.MULTILINE)


def test_shares_printed_at_init_open_every_later_backup(
    portal: Portal, empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The office's machine is gone; two sheets of paper and the backups are not."""
    printed = portal("init")
    shares = shares_in(printed)
    assert len(shares) == 3
    files = [path.read_bytes() for path in empty.rglob("*") if path.is_file()]
    kept = b"".join(files)
    for share in shares:
        for half in (share[2:66], share[66:]):
            assert half.encode() not in kept
            assert bytes.fromhex(half) not in kept
    mark = re.findall(r"指纹 (\S{4} \S{4} \S{4})", printed)
    for number, pair in enumerate(((0, 1), (1, 2), (2, 0))):
        folder, safe = tmp_path / f"data{number}", tmp_path / f"safe{number}.keys"
        monkeypatch.setenv("PORTAL_INSTANCE", str(empty))
        said = portal("backup", folder, "--keys", safe)
        assert shares_in(said) == []
        assert re.findall(r"指纹是 (\S{4} \S{4} \S{4})", said) == mark
        monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / f"new{number}"))
        given = [word for i in pair for word in ("--share", shares[i])]
        portal("restore", folder, "--keys", safe, *given)
        store = tmp_path / f"new{number}" / "keystore"
        assert (store / "pepper").read_bytes() == (
            empty / "keystore" / "pepper"
        ).read_bytes()


def test_new_shares_open_new_backups_and_old_ones_the_old(
    portal: Portal, empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = shares_in(portal("init"))
    portal("backup", tmp_path / "data1", "--keys", tmp_path / "1.keys")
    assert shares_in(portal("shares", typed="n\n", status=1)) == []
    new = shares_in(portal("shares", "--yes"))
    portal("backup", tmp_path / "data2", "--keys", tmp_path / "2.keys")
    for number, right, wrong in ((1, old, new), (2, new, old)):
        monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / f"new{number}"))
        words = ["restore", tmp_path / f"data{number}"]
        words += ["--keys", tmp_path / f"{number}.keys"]
        for one, two in ((wrong[0], wrong[1]), (right[0], wrong[1])):
            said = portal(*words, "--share", one, "--share", two, status=1)
            assert "恢复份额不对" in said
        portal(*words, "--share", right[0], "--share", right[1])


def test_a_forgotten_password_is_reset_after_saying_what_it_costs(
    portal: Portal, lived: Cast, empty: Path
) -> None:
    with house_at(empty) as house:
        make_complaint(house, lived.changdong, text=TEXT)
    portal("open-letterbox", "--reason", "研判")
    said = portal("reset-password", "stranger", typed="n\n", status=1)
    assert "会永远丢掉：厂东社区 的 1 封信" in said
    with house_at(empty) as house, house.sessions() as session:
        reader = make_reader(session, house, lived.stranger)
        (letter,) = session.scalars(select(Letter)).all()
        assert letters.read(session, letter, reader=reader).text == TEXT
    said = portal("reset-password", "admin", typed="y\n")
    assert "会永远丢掉" not in said
    password, secret = re.findall(r"(?:密码|密钥) (\S+)", said)
    with house_at(empty) as house, house.sessions() as session:
        people.sign_in(
            session,
            house.keystore,
            username="admin",
            password=password,
            totp=pyotp.TOTP(secret).at(clock.now()),
            now=clock.now(),
        )
    assert portal("reset-password", "nobody", status=1).startswith("没有这个用户名")


def test_restore_with_two_shares_reads_a_sealed_letter_again(
    portal: Portal,
    lived: Cast,
    empty: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with house_at(empty) as house:
        make_complaint(house, lived.yunxi, text=TEXT)
    said = portal("backup", tmp_path / "data", "--keys", tmp_path / "safe.keys")
    one, two, three = shares_in(said)
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / "new"))
    words = ["restore", tmp_path / "data", "--keys", tmp_path / "safe.keys"]
    for wrong in ([one], [one, one], [one, f"2-{'AB' * 64}"]):
        given = [word for share in wrong for word in ("--share", share)]
        assert "恢复份额不对" in portal(*words, *given, status=1)
    portal(*words, "--share", three, "--share", one)
    with house_at(tmp_path / "new") as house:
        assert texts_of(house, lived) == [TEXT]
    assert "已有数据库" in portal(*words, "--share", one, "--share", two, status=1)
    assert "合格  承诺3 密钥只有服务账号能读" in portal("doctor")


def test_letters_written_after_a_restore_arrive(
    portal: Portal,
    lived: Cast,
    empty: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The new box begins behind the openings the restored database knows."""
    with house_at(empty) as house:
        make_complaint(house, lived.yunxi, text=TEXT)
    said = portal("backup", tmp_path / "data", "--keys", tmp_path / "safe.keys")
    one, two, _ = shares_in(said)
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / "new"))
    words = ["restore", tmp_path / "data", "--keys", tmp_path / "safe.keys"]
    portal(*words, "--share", one, "--share", two)
    with house_at(tmp_path / "new") as house:
        make_complaint(house, lived.yunxi, text="恢复之后写的信。")
    assert "取出 1 件" in portal("open-letterbox", "--reason", "试一试")
    with house_at(tmp_path / "new") as house:
        assert sorted(texts_of(house, lived)) == sorted([TEXT, "恢复之后写的信。"])
        with house.sessions() as session:
            openings = select(Opening.number).order_by(Opening.number)
            assert list(session.scalars(openings)) == [1, 2]


def test_backup_holds_no_key_and_the_keys_lie_elsewhere(
    portal: Portal, lived: Cast, empty: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    said = portal("backup", data, "--keys", data / "keys", status=1)
    assert "不能备份到同一个文件夹" in said
    assert not data.exists()
    portal("backup", data, "--keys", tmp_path / "keys")
    kept = b"".join(path.read_bytes() for path in data.iterdir())
    kept += (tmp_path / "keys").read_bytes()
    for path in (empty / "keystore").rglob("*"):
        assert path.is_dir() or path.read_bytes() not in kept
    assert "已经有了" in portal("backup", data, status=1)


def archived(folder: Path, cast: Cast, days: int) -> None:
    """The cast's round was archived so many days ago."""
    with house_at(folder) as house:
        in_phase(house, cast.round_id, Phase.ARCHIVED)
        with house.sessions() as session, session.begin():
            session.execute(
                update(PhaseChange)
                .where(PhaseChange.became == Phase.ARCHIVED)
                .values(at=clock.now() - timedelta(days=days))
            )


def test_purge_is_refused_before_180_days(
    portal: Portal, lived: Cast, empty: Path
) -> None:
    with house_at(empty) as house:
        make_complaint(house, lived.yunxi, text=TEXT)
    portal("open-letterbox", "--reason", "研判")
    assert "180 天" in portal("purge", "--round", "2026-1", "--yes", status=1)
    archived(empty, lived, days=178)
    assert "180 天" in portal("purge", "--round", "2026-1", "--yes", status=1)
    portal("purge", "--round", "1999-1", "--yes", status=1)
    archived_text = portal("purge", "--round", "2026-1", typed="n\n", status=1)
    assert "谁也读不回来" in archived_text
    with house_at(empty) as house:
        assert texts_of(house, lived) == [TEXT]


def test_a_backup_older_than_the_purge_cannot_be_read(
    portal: Portal,
    lived: Cast,
    empty: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with house_at(empty) as house:
        make_complaint(house, lived.yunxi, text=TEXT)
    portal("backup", tmp_path / "old")
    archived(empty, lived, days=181)
    assert "销毁了 1 封信" in portal("purge", "--round", "2026-1", "--yes")
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / "new"))
    monkeypatch.setenv("PORTAL_KEYSTORE", str(empty / "keystore"))
    assert "1 封" in portal("restore", tmp_path / "old")
    shutil.copytree(empty / "keystore", tmp_path / "new" / "keystore")
    with house_at(tmp_path / "new") as house:
        assert texts_of(house, lived) == []
    shutil.copytree(empty / "keystore", tmp_path / "old" / "keystore")  # by hand
    with house_at(tmp_path / "old") as house, pytest.raises(NoKeyError):
        texts_of(house, lived)


def test_a_backup_older_than_the_purge_could_be_read_with_the_old_keys(
    lived: Cast, empty: Path, tmp_path: Path, portal: Portal
) -> None:
    """The leaking twin: it is the destroyed keys that close the older backup."""
    with house_at(empty) as house:
        make_complaint(house, lived.yunxi, text=TEXT)
    portal("backup", tmp_path / "old")
    shutil.copytree(empty / "keystore", tmp_path / "old" / "keystore")
    with house_at(tmp_path / "old") as house:
        assert texts_of(house, lived) == [TEXT]


def test_doctor_finds_a_fresh_installation_sound(portal: Portal, empty: Path) -> None:
    portal("init")
    said = portal("doctor").splitlines()
    assert len(said) == 18
    assert not any(line.startswith("不合格  ") for line in said)


def test_doctor_fails_for_a_tampered_log(
    portal: Portal, lived: Cast, empty: Path
) -> None:
    with closing(sqlite3.connect(empty / "portal.db")) as database:
        changed = database.execute(
            "UPDATE audit_entry SET actor = 'nobody' WHERE number = 2"
        )
        assert changed.rowcount == 1
        database.commit()
    assert "不合格  承诺12 审计日志连得上：审计日志第 2 条对不上" in portal(
        "doctor", status=1
    )


def test_doctor_fails_for_a_key_others_can_read(portal: Portal, empty: Path) -> None:
    portal("init")
    (empty / "keystore" / "pepper").chmod(0o644)
    assert "不合格  承诺3 密钥只有服务账号能读" in portal("doctor", status=1)


def test_serve_says_that_the_port_is_taken(portal: Portal, empty: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = portal("serve", "--port", port, status=1)
    assert said == f"端口 {port} 已被占用。请换一个，例如 PORT={port + 1}。\n"


def test_slips_are_not_made_beside_a_server_or_its_database(
    portal: Portal,
    lived: Cast,
    empty: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = "不联网、没有装服务器的电脑上做"
    away = tmp_path / "away"
    beside = [*SLIPS, "--key", away / "key", "--out", away]
    assert lived.yunxi
    assert refused in portal(*beside, status=1)
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / "nowhere"))
    into = [*SLIPS, "--key", away / "key", "--out", empty / "slips"]
    assert refused in portal(*into, status=1)
    monkeypatch.setenv("PORTAL_DATABASE_URL", "postgresql+psycopg://far/away")
    assert refused in portal(*beside, status=1)
    assert not away.exists()
    monkeypatch.delenv("PORTAL_DATABASE_URL")
    portal(*beside)


def test_nothing_of_the_slips_but_hashes_is_in_the_manifest(
    portal: Portal, tmp_path: Path
) -> None:
    portal(*SLIPS, "--key", tmp_path / "key", "--out", tmp_path)
    manifest = json.loads((tmp_path / "999001001001.manifest.json").read_bytes())
    assert set(manifest) == {
        "code",
        "count",
        "format",
        "place",
        "printer_key",
        "root",
        "signature",
        "slip_ids",
        "terms",
    }
    printed = slips_on((tmp_path / "999001001001.pdf").read_bytes())
    raw = (tmp_path / "999001001001.manifest.json").read_text()
    assert all(slip.secret not in raw.upper() for slip in printed)
