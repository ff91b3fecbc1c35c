"""The three paper shares of the recovery key: shown once, never kept."""

import click

from portal.kernel import recovery
from portal.kernel.keystore import KeyStore


def print_shares(keystore: KeyStore) -> None:
    """Make the recovery key and show its shares, this once."""
    shares = recovery.establish(keystore)
    mark = recovery.fingerprint(keystore.get(recovery.PUBLIC) or b"")
    click.echo(f"\n恢复份额三份，任意两份能打开密钥库的备份。指纹 {mark}")
    click.echo("请分别打印，交给三个人封好；机器上不留，也只显示这一次。")
    for share in shares:
        click.echo(share)
