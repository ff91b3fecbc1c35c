"""`portal`: the command line; exit status 0 done, 1 refused or failed, 2 usage."""

from typing import IO, Any

import click
from sqlalchemy.exc import OperationalError

from portal.cli import accounts, demo, doctor, keeping, papers, running
from portal.kernel.errors import Refusal


class StoppedError(click.ClickException):
    """One sentence on standard error, exit status 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Say it without click's English "Error:"."""
        click.echo(self.message, file=file, err=True)


class Commands(click.Group):
    """Says what was refused in a sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise StoppedError(refusal.sentence) from refusal
        except OperationalError as error:
            message = f"数据库现在不能用，请检查它的地址和状态：{error.orig}"
            raise StoppedError(message) from error
        except click.Abort as error:
            raise StoppedError("已中止。") from error
        except OSError as error:
            message = f"文件读写不成：{error.filename or ''} {error.strerror or error}"
            raise StoppedError(message) from error


@click.group("portal", cls=Commands, help="码上巡: 社区巡察的匿名反馈、问卷与测评")
def main() -> None:
    """Collect the commands."""


for command in (
    *running.COMMANDS,
    *papers.COMMANDS,
    *keeping.COMMANDS,
    *accounts.COMMANDS,
    demo.demo,
    doctor.doctor,
):
    main.add_command(command)
