"""Commands that keep, bring back and destroy."""

import io
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import click
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from portal import retention
from portal.cli.running import here, migrate
from portal.cli.shares import print_shares
from portal.intake import destroyed
from portal.intake.destroyed import Destroyed
from portal.kernel import clock, recovery, sealing
from portal.kernel.database import engine_for, writing
from portal.kernel.errors import ConflictError, InvalidError, NotFoundError
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair
from portal.kernel.settings import Settings
from portal.rounds import Round
from portal.web.installation import Installation

FOLDER = click.Path(file_okay=False, path_type=Path)


class NotSqliteError(ConflictError):
    """The database has backup tools of its own."""

    sentence = "数据库是 PostgreSQL，请用 pg_dump 备份数据库；密钥库可用 --keys 备份。"


class TogetherError(ConflictError):
    """Who finds the one must not find the other."""

    sentence = "密钥库和数据库不能备份到同一个文件夹。请把 --keys 指到别处。"


class NoReasonError(InvalidError):
    """The log would say nothing."""

    sentence = "请写明为什么现在开箱，会记入审计日志。"


@click.command("open-letterbox")
@click.option("--reason", required=True, help="为什么现在开箱，会记入审计日志")
def open_letterbox(reason: str) -> None:
    """现在开箱."""
    if not reason.strip():
        raise NoReasonError
    count = here().open_letterbox(by="cli", reason=reason)
    click.echo(f"开箱完成，取出 {count} 件。")


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--keys", type=click.Path(path_type=Path), help="另存密钥库（加密）")
def backup(folder: Path, keys: Path | None) -> None:
    """备份数据库到文件夹；先开箱。密钥库单独备份，绝不和数据库放一起."""
    house = here()
    if keys is None and house.engine.dialect.name != "sqlite":
        raise NotSqliteError
    if keys is not None and folder.absolute() in keys.absolute().parents:
        raise TogetherError
    pairs = [(f, folder / name) for name, f in _databases(house.settings).items()]
    for target in (*(target for _, target in pairs), *([keys] if keys else [])):
        _require_new(target)
    house.open_letterbox(by="cli", reason="backup")
    folder.mkdir(parents=True, exist_ok=True)
    for source, target in pairs:
        copy_database(source, target)
    click.echo(f"数据库已备份到 {folder}")
    if keys is not None:
        _backup_keys(house, keys)


def _databases(settings: Settings) -> dict[str, Path]:
    """The SQLite files to keep, by their name in a backup.

    The letterbox is not among them: it is emptied before, and an old copy of it is
    what opening it in random order guards against.
    """
    files = {"ballots.db": settings.ballot_box}
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        files["portal.db"] = Path(url.database)
    return files


def _require_new(target: Path) -> None:
    if target.exists():
        message = f"{target} 已经有了，请换一个地方。"
        raise ConflictError(message)


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy in key order, without free pages or log."""
    if source.exists():
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))


def _backup_keys(house: Installation, target: Path) -> None:
    if house.keystore.get(recovery.PUBLIC) is None:
        print_shares(house.keystore)  # an installation from before there were any
    public = house.keystore.get(recovery.PUBLIC) or b""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name in house.keystore.names():
            if not name.startswith("letterbox/"):
                content = house.keystore.get(name) or b""
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
    target.write_bytes(sealing.seal(archive.getvalue(), public))
    click.echo(f"密钥库已加密备份到 {target}，只有纸上的恢复份额打得开。")
    click.echo(f"恢复钥匙的指纹是 {recovery.fingerprint(public)}，请和纸上的对一对。")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--keys", type=click.Path(exists=True, path_type=Path))
@click.option("--share", "shares", multiple=True, help="恢复份额，给两份")
def restore(folder: Path, keys: Path | None, shares: tuple[str, ...]) -> None:
    """从备份恢复到一个空的实例文件夹."""
    settings = Settings.from_environment()
    databases = _databases(settings)
    if any(target.exists() for target in databases.values()):
        message = "实例文件夹里已有数据库。请用 PORTAL_INSTANCE 指定一个空文件夹。"
        raise ConflictError(message)
    archive = _opened_archive(keys, shares) if keys is not None else b""
    for name, target in databases.items():
        if (folder / name).exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((folder / name).read_bytes())
    click.echo(f"数据库已恢复到 {settings.instance}")
    if archive:
        _unpack(archive, settings.keystore)
    else:
        click.echo("密钥库没有恢复：没有它，谁也登录不了，信也打不开。")
    if (folder / "portal.db").exists():
        _destroy_again(settings)


def _destroy_again(settings: Settings) -> None:
    """What was withdrawn or purged since the backup was made goes once more."""
    migrate(settings.database_url)
    engine = engine_for(settings.database_url)
    with Session(engine) as session, session.begin():
        gone = retention.keep_destroyed(
            writing(session), KeyStore(settings.keystore), now=clock.now()
        )
    engine.dispose()
    if gone:
        click.echo(f"备份以后撤回或销毁过的信有 {gone} 封，已再次销毁。")


def _opened_archive(file: Path, shares: tuple[str, ...]) -> bytes:
    """The key store's archive, opened before anything is written."""
    if len(shares) != 2:
        raise recovery.ShareError
    try:
        return KeyPair(recovery.join((shares[0], shares[1]))).open(file.read_bytes())
    except sealing.UnreadableError as error:
        raise recovery.ShareError from error


def _unpack(archive: bytes, keystore: Path) -> None:
    """Every secret as the key store keeps it: durable, for the server's user only.

    What this key store knows to be destroyed stays so, however old the archive is.
    """
    store = KeyStore(keystore)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for entry in tar:
            content = tar.extractfile(entry)
            secret = content.read() if content else b""
            if entry.name == destroyed.NAME:
                Destroyed(store).merge(secret)
            else:
                store.put(entry.name, secret)
    click.echo(f"密钥库已恢复到 {keystore}")


@click.command()
@click.option("--round", "round_code", required=True, help="轮次代码，如 2026-2")
@click.confirmation_option(prompt="销毁后谁也读不回来，确定吗？")
def purge(round_code: str) -> None:
    """销毁一轮里居民写的一切（归档满 180 天后）."""
    house = here()
    with house.sessions() as session, session.begin():
        found = session.scalars(select(Round).where(Round.code == round_code)).first()
        if found is None:
            raise NotFoundError
        retention.require_over(session, found, today=house.today())
        count = retention.purge(
            session, house.keystore, found, by="cli", now=house.clock()
        )
    click.echo(f"销毁了 {count} 封信和全部附言。")
    click.echo("请再做一次密钥库备份，并销毁以前的：旧的里面还有这一轮的钥匙。")


COMMANDS = (open_letterbox, backup, restore, purge)
