"""Commands that set up, serve and check an installation."""

import resource
import socket
from typing import Any

import click
from alembic import command as alembic
from alembic.config import Config
from sqlalchemy.orm import Session
from waitress import create_server

from portal import checklists, entrances, people
from portal.cli.shares import print_shares
from portal.entrances import ChannelKind
from portal.kernel.errors import ConflictError
from portal.kernel.settings import Settings
from portal.people import Role
from portal.web.app import create_app
from portal.web.installation import Installation

THREADS = 8
LARGEST_IN_MEMORY = 40 * 1024 * 1024  # bytes; waitress spools larger bodies to disk

CHANNELS = (
    (ChannelKind.OWNERS_GROUP, "小区业主群"),
    (ChannelKind.BUILDING_GROUP, "楼栋群"),
    (ChannelKind.GRID_GROUP, "社区网格群"),
    (ChannelKind.SOCIETY_GROUP, "社会组织群"),
    (ChannelKind.BUSINESS_GROUP, "属地企业主群"),
    (ChannelKind.LIFT, "楼栋电梯口"),
    (ChannelKind.NOTICE_BOARD, "宣传栏"),
    (ChannelKind.SERVICE_HALL, "便民服务大厅"),
    (ChannelKind.STATION, "新时代文明实践站"),
)


def here() -> Installation:
    """The installation `PORTAL_INSTANCE` names, for the length of a command."""
    house = opened(Settings.from_environment())
    click.get_current_context().call_on_close(house.close)
    return house


def opened(settings: Settings) -> Installation:
    """The installation of these settings, brought to the newest schema."""
    settings.instance.mkdir(parents=True, exist_ok=True)
    migrate(settings.database_url)
    return Installation.at(settings)


def migrate(url: str) -> None:
    """Upgrade the database to the newest revision."""
    config = Config()
    config.set_main_option("script_location", "portal:migrations")
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    alembic.upgrade(config, "head")


def furnish(session: Session) -> None:
    """What every installation begins with: channels and checklists."""
    for kind, name in CHANNELS:
        entrances.add_channel(session, kind, name)
    checklists.install_samples(session)


@click.command()
@click.option("--admin", default="admin", show_default=True, help="管理员用户名")
def init(admin: str) -> None:
    """建立数据库、密钥库和第一个管理员."""
    house = here()
    with house.sessions() as session, session.begin():
        furnish(session)
        _, password, totp = people.register(
            session,
            house.keystore,
            username=admin,
            name="系统管理员",
            role=Role.ADMIN,
        )
    click.echo(f"用户名 {admin}\n密码 {password}\n动态码密钥 {totp}")
    click.echo("以上只显示这一次，请抄下来交给管理员。")
    print_shares(house.keystore)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, envvar="PORT")
def serve(host: str, port: int) -> None:
    """启动服务."""
    house = here()
    require_free(host, port)
    run(house, host, port)


def require_free(host: str, port: int) -> None:
    """Refuse a port somebody else listens on.

    Raises ConflictError.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"端口 {port} 已被占用。请换一个，例如 PORT={port + 1}。"
            raise ConflictError(message) from error


def run(house: Installation, host: str, port: int) -> None:
    """Serve until stopped, with the worker thread beside.

    What is opened is in memory alone: a server that dies leaves no image of it.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hops = house.settings.trusted_proxies
    server = listening(create_app(house), host, port, hops=hops)
    stop = house.start_worker(house.job_kinds())
    click.echo(f"已启动 http://{host}:{port}/  按 Ctrl+C 停止")
    try:
        server.run()
    finally:
        stop.set()


def listening(app: Any, host: str, port: int, *, hops: int = 0) -> Any:
    """The production server for a WSGI application; `run()` serves.

    With counted proxies in front, what they forwarded reaches the application, which
    believes so many hops of it; without them it is taken away here. Bodies stay in
    memory: what is larger than the buffer is refused unread.
    """
    return create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        ident="",
        max_request_body_size=LARGEST_IN_MEMORY,
        inbuf_overflow=LARGEST_IN_MEMORY,
        outbuf_overflow=LARGEST_IN_MEMORY,
        clear_untrusted_proxy_headers=not hops,
    )


COMMANDS = (init, serve)
