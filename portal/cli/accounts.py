"""Commands for when nobody can sign in, and for keys that must be made anew."""

import click
from sqlalchemy import select

from portal import resets
from portal.cli.running import here
from portal.cli.shares import print_shares
from portal.kernel import audit, recovery
from portal.kernel.errors import NotFoundError
from portal.people import Staff


class NoAccountError(NotFoundError):
    """Nobody has that username."""

    sentence = "没有这个用户名。请核对后再试。"


@click.command("reset-password")
@click.argument("username")
def reset_password(username: str) -> None:
    """给忘了密码的账号换新钥匙；先说清会丢什么."""
    house = here()
    with house.sessions() as session, session.begin():
        wanted = select(Staff).where(Staff.username == username)
        staff = session.scalars(wanted).first()
        if staff is None:
            raise NoAccountError
        _say(resets.loss(session, house.keystore, staff))
        click.confirm("确定重设吗？", abort=True)
        password, totp = resets.reset(
            session, house.keystore, staff, by="cli", now=house.clock()
        )
    click.echo(f"用户名 {username}\n密码 {password}\n动态码密钥 {totp}")
    click.echo("以上只显示这一次，请当面交给本人。")


def _say(loss: resets.Loss) -> None:
    click.echo("密码就是看信的钥匙，找不回来，重设会换一把全新的。")
    for name, count in loss.lost:
        click.echo(f"会永远丢掉：{name} 的 {count} 封信，没有别人有钥匙。")
    for name in loss.votes:
        click.echo(f"会永远丢掉：{name}的测评，剩下的关票人不够开票。")
    for name in loss.handed_back:
        click.echo(f"不会丢：{name}，登录后请同组成员补一把钥匙。")


@click.command()
@click.confirmation_option(
    prompt="以后的备份只认新的三份，旧的三份只能打开以前的备份。确定重做吗？"
)
def shares() -> None:
    """重做恢复份额（有一份丢了或者换了保管人时）."""
    house = here()
    print_shares(house.keystore)
    mark = recovery.fingerprint(house.keystore.get(recovery.PUBLIC) or b"")
    with house.sessions() as session, session.begin():
        audit.record(session, "cli", "recovery.renew", subject=mark, now=house.clock())
    click.echo("请马上用 portal backup --keys 再备份一次密钥库。")


COMMANDS = (reset_password, shares)
