"""`portal doctor`: the promises of the installation, checked again where it runs.

In: an installation, the address it answers at, log files of whatever stands in
front. Out: a line per check: 合格, 不合格 with what to do, or 未查 with the reason.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from portal.cli.doctor_disk import DISK_CHECKS
from portal.cli.doctor_server import SERVER_CHECKS, Server, ask
from portal.cli.running import here


@dataclass(frozen=True)
class Line:
    """What one check found; `fault` is empty where the promise holds."""

    promise: str
    name: str
    fault: str = ""
    unchecked: str = ""

    def __str__(self) -> str:
        """The line as it is printed."""
        word = "不合格" if self.fault else "未查" if self.unchecked else "合格"
        why = self.fault or self.unchecked
        return f"{word}  {self.promise} {self.name}{'：' + why if why else ''}"


@click.command()
@click.option("--url", help="服务的地址；不给就用 PORTAL_BASE_URL")
@click.option(
    "--log",
    "logs",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="前面那台代理的日志，可给多个：查里面有没有记下居民",
)
def doctor(url: str | None, logs: tuple[Path, ...]) -> None:
    """逐条检查安装是否兑现承诺."""
    failed = 0
    for line in findings(url, logs):
        failed += bool(line.fault)
        click.echo(str(line))
    if failed:
        raise SystemExit(1)


def findings(url: str | None, logs: tuple[Path, ...]) -> Iterator[Line]:
    """Every check in the order of the promises."""
    house = here()
    for promise, name, check in DISK_CHECKS:
        yield Line(promise, name, fault=check(house))
    server = ask(house, url or house.settings.base_url, logs)
    for promise, name, look in SERVER_CHECKS:
        yield _about_server(promise, name, look, server)


def _about_server(
    promise: str, name: str, look: Callable[[Server], str], server: Server
) -> Line:
    if not server.answers:
        return Line(promise, name, unchecked=f"{server.url} 没有应答")
    return Line(promise, name, fault=look(server))
