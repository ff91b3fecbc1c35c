"""Commands around files and paper: places, codes, slips, verification."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import select

from portal import places
from portal.cli.running import here
from portal.entrances import Code, codes_of
from portal.kernel import audit
from portal.kernel.errors import ConflictError, InvalidError, NotFoundError
from portal.kernel.sealing import KeyPair
from portal.kernel.settings import Settings
from portal.places import PlacesFileError
from portal.posters import qr
from portal.posters.batch import plain_name
from portal.posters.formats import FORMATS, LOOKS
from portal.posters.words import address_of
from portal.rounds import Round
from portal.vote import verify as verifier
from portal.vote.election import MARKS, Electorate, code_of
from portal.vote.manifest import fingerprint, make_manifest, short_fingerprint
from portal.vote.sheets import Sheet, Unembedded, draw_slips, type_for
from portal.vote.slips import Precinct, Slip, make_slips
from portal.vote.terms import DEFAULT_TERMS, Terms
from portal.web.installation import Installation

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


class MadeAlreadyError(ConflictError):
    """The slips that were printed would be worth nothing."""

    sentence = (
        "这个社区的票已经制过了。再制一次，印好的票就作废；"
        "真要重制，请换一个 --out 文件夹。"
    )


class NotOfflineError(ConflictError):
    """Secrets would be made where the server or its database is."""

    sentence = (
        "这里有码上巡的服务器或数据库。制票要在不联网、没有装服务器的电脑上做，"
        "也不要设 PORTAL_DATABASE_URL：选票密码一刻也不能和服务器在一起。"
    )


UNEMBEDDED = (
    "这台电脑没有合适的中文字体：票面用阅读软件自带的宋体，换一台电脑打印可能走样。"
    "可以用 PORTAL_FONT 指定字体文件后重制。"
)


@click.group("places")
def places_group() -> None:
    """区划与社区."""


@places_group.command("import")
@click.argument("files", nargs=-1, required=True, type=FILE)
def import_(files: tuple[Path, ...]) -> None:
    """导入统计用区划代码表（CSV 或 XLSX，可多个）."""
    house = here()
    try:
        with house.sessions() as session, session.begin():
            content = [(file.name, file.read_bytes()) for file in files]
            report = places.import_places(session, content)
            names = " ".join(file.name for file in files)
            audit.record(
                session, "cli", "place.import", subject=names, now=house.clock()
            )
    except PlacesFileError as error:
        for mistake in error.mistakes:
            click.echo(str(mistake), err=True)
        raise
    click.echo(
        f"新增 {report.added}，更新 {report.updated}，撤销 {report.abolished}，"
        f"未变 {report.unchanged}；自动建立街道 {report.streets_made}"
    )


@click.command()
@click.option("--round", "round_code", required=True, help="轮次代码，如 2026-2")
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=("a4",),
    show_default=True,
    type=click.Choice(list(FORMATS)),
    help="尺寸，可给多个",
)
@click.option(
    "--style",
    default="formal",
    show_default=True,
    type=click.Choice(list(LOOKS)),
    help="样式：正式红，素色",
)
@click.option("--out", required=True, type=NEW_FILE, help="ZIP 文件；断了再来会接着做")
def posters(round_code: str, formats: tuple[str, ...], style: str, out: Path) -> None:
    """出一轮全部海报：逐张扫过才放行，打成一个 ZIP."""
    house = here()
    round_id = _round(house, round_code).id
    with _bar("海报") as step:
        outcome = house.make_posters(
            round_id, formats=formats, look_name=style, target=out, step=step
        )
    click.echo(f"{outcome.released} 张在 {out}")
    for name, why in sorted(outcome.refused.items()):
        click.echo(f"没有放行 {name}：{why}", err=True)
    if outcome.refused:
        raise SystemExit(1)


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar fed with (done, total)."""
    with click.progressbar(length=1, label=label) as bar:

        def step(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield step


@click.command()
@click.option("--round", "round_code", required=True, help="轮次代码，如 2026-2")
@click.option("--out", required=True, type=FOLDER)
def codes(round_code: str, out: Path) -> None:
    """导出一轮全部二维码（SVG 和 PNG，按社区分文件夹），自己排版用."""
    house = here()
    with house.sessions() as session:
        found = codes_of(session, _round(house, round_code).id)
        with click.progressbar(found, label="二维码") as bar:
            for code in bar:
                _write_code(code, house.settings.base_url, out)
    click.echo(f"{len(found)} 个二维码在 {out}")


def _write_code(code: Code, base_url: str, out: Path) -> None:
    folder = out / plain_name(f"{code.place.code} {code.place.name}")
    folder.mkdir(parents=True, exist_ok=True)
    address = address_of(base_url, code.code)
    stem = plain_name(f"{code.channel.name} {code.code}")
    (folder / f"{stem}.svg").write_bytes(qr.svg(address))
    (folder / f"{stem}.png").write_bytes(qr.png(address))


@click.command()
@click.option("--round", "round_code", required=True, help="轮次代码，如 2026-2")
@click.option("--round-name", required=True, help="印在票上的轮次名称")
@click.option("--place", "place_code", required=True, help="社区 12 位代码")
@click.option("--place-name", required=True, help="印在票上的社区名称")
@click.option("--count", required=True, type=click.IntRange(1, 100_000), help="张数")
@click.option(
    "--electorate",
    default=Electorate.RESIDENTS.value,
    show_default=True,
    type=click.Choice([one.value for one in Electorate]),
    help="谁来投：居民一户一票，或者干部一人一票",
)
@click.option(
    "--terms",
    type=FILE,
    help="测评办法文件，从工作台下载；没改过办法的不用给",
)
@click.option("--base-url", required=True, help="网址，如 https://xc.example.gov.cn")
@click.option("--key", required=True, type=click.Path(path_type=Path), help="制票密钥")
@click.option("--out", required=True, type=FOLDER)
def slips(count: int, key: Path, out: Path, terms: Path | None, **printed: str) -> None:
    """离线制票：票面 PDF 和清单；不连服务器，也不连数据库."""
    _require_offline(out, key)
    electorate = Electorate(printed["electorate"])
    stem = printed["place_code"] + MARKS[electorate]
    file = out / f"{stem}.manifest.json"
    if file.exists():
        raise MadeAlreadyError
    printer = _printer_key(key)
    precinct = Precinct(
        code_of(printed["round_code"], electorate),
        printed["place_code"],
        Terms.from_json(terms.read_bytes()) if terms else DEFAULT_TERMS,
    )
    sheet = Sheet(
        base_url=printed["base_url"],
        electorate=electorate,
        precinct=precinct,
        round_name=printed["round_name"],
        place_name=printed["place_name"],
        fingerprint=short_fingerprint(printer.verify_key),
    )
    made = _made(precinct, count)
    out.mkdir(parents=True, exist_ok=True)
    _print(made, sheet, out / f"{stem}.pdf")
    ids = [slip.slip_id for slip in made]
    manifest = make_manifest(precinct, slip_ids=ids, printer=printer)
    file.write_bytes(manifest.to_json())
    click.echo(f"测评办法指纹 {manifest.terms}")
    click.echo(f"N = {count}\n根 {manifest.root.hex()}")
    click.echo(f"制票密钥指纹 {fingerprint(printer.verify_key)}")
    click.echo("请把 N、根、指纹张贴公布；只把 manifest.json 交给服务器。")


def _made(precinct: Precinct, count: int) -> list[Slip]:
    made: list[Slip] = []
    with click.progressbar(length=count, label="制票") as bar:
        for slip in make_slips(precinct, count):
            made.append(slip)
            bar.update(1)
    return made


def _require_offline(*paths: Path) -> None:
    """No database is named, and no folder in use is or lies in an instance.

    Raises NotOfflineError.
    """
    settings = Settings.from_environment()
    folders = [settings.instance]
    for path in paths:
        folders += [path.absolute(), *path.absolute().parents]
    marks = ("portal.db", "letterbox.db", "ballots.db")
    found = any((folder / mark).exists() for folder in folders for mark in marks)
    if found or settings.keystore.exists() or os.environ.get("PORTAL_DATABASE_URL"):
        raise NotOfflineError


def _print(made: list[Slip], sheet: Sheet, file: Path) -> None:
    own = Settings.from_environment().font
    type_ = type_for(sheet, own)
    if isinstance(type_, Unembedded):
        click.echo(UNEMBEDDED, err=True)
    with click.progressbar(length=len(made), label="票面") as bar:
        pdf = draw_slips(made, sheet, type_=type_, step=lambda: bar.update(1))
    file.write_bytes(pdf)


def _printer_key(path: Path) -> KeyPair:
    """The printer's key in a file of 64 hex characters, made where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(KeyPair.make().seed.hex())
    try:
        return KeyPair(bytes.fromhex(path.read_text().strip()))
    except ValueError as error:
        message = f"{path} 不是制票密钥文件（应为 64 个十六进制字符）。"
        raise InvalidError(message) from error


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--digest", required=True, help="公告栏张贴的收票记录摘要")
@click.option("--fingerprint", "key", required=True, help="公告栏张贴的制票密钥指纹")
def verify(folder: Path, digest: str, key: str) -> None:
    """把公布的文件重新数一遍."""
    arguments = [str(folder), "--digest", digest, "--fingerprint", key]
    raise SystemExit(verifier.main(arguments))


def _round(house: Installation, code: str) -> Round:
    with house.sessions() as session:
        found = session.scalars(select(Round).where(Round.code == code)).first()
    if found is None:
        message = f"没有轮次 {code}。"
        raise NotFoundError(message)
    return found


COMMANDS = (places_group, posters, codes, slips, verify)
