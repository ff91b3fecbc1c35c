"""The key store: small secrets as files, newest version only, apart from the database.

A name is a path of plain parts (`rounds/3/510904114001/7`). A put replaces
atomically; a destroy overwrites before it unlinks, and drafts left by a put that
died with it. Database backups never hold these files: restoring sealed texts needs
both, and destroying a key here destroys what it sealed in every backup (design
promise 3).
"""

import os
import re
import secrets
from pathlib import Path

_DRAFT = ".new"  # ends the name of a file that is being written
_NAME = re.compile(r"[a-z0-9_.-]+(/[a-z0-9_.-]+)*", re.IGNORECASE)


class KeyStore:
    """Secrets by name under one folder, readable by the server's user only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._root = str(folder)

    def get(self, name: str) -> bytes | None:
        """The secret, or None where it was never put or is destroyed."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        """Whether there is such a secret; nothing of it is read."""
        try:
            return os.stat(f"{self._root}/{_checked(name)}").st_size > 0  # noqa: PTH116 -- asked at every submission; a `Path` takes three times as long
        except FileNotFoundError:
            return False

    def put(self, name: str, secret: bytes) -> None:
        """Keep `secret` durably; what was there under the name is gone."""
        path = self._path(name)
        self._make_folder(path.parent)
        draft = _draft_of(path)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync_folder(path.parent)

    def get_or_make(self, name: str, size: int = 32) -> bytes:
        """The secret, made of `size` random bytes where there is none yet."""
        found = self.get(name)
        if found is None:
            found = secrets.token_bytes(size)
            self.put(name, found)
        return found

    def destroy(self, name: str) -> None:
        """Overwrite and remove one secret; no complaint where there is none."""
        path = self._path(name)
        for file in (path, _draft_of(path)):
            if file.exists():
                _overwrite(file)

    def destroy_all(self, prefix: str) -> int:
        """Destroy every secret under `prefix`; how many there were."""
        found = self.names(prefix)
        for name in found:
            self.destroy(name)
        for draft in list(self._path(prefix).rglob(f"*{_DRAFT}")):
            _overwrite(draft)
        return len(found)

    def names(self, prefix: str = "") -> list[str]:
        """Names of the secrets under the folder `prefix`, sorted."""
        root = self._path(prefix) if prefix else self.folder
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in root.rglob("*")
            if path.is_file() and path.suffix != _DRAFT
        )

    def _path(self, name: str) -> Path:
        return self.folder / _checked(name)

    def _make_folder(self, folder: Path) -> None:
        """Make the folder and those above it, each for the server's user only."""
        for part in (self.folder, *self._between(folder)):
            part.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _between(self, folder: Path) -> list[Path]:
        inner = [p for p in (folder, *folder.parents) if self.folder in p.parents]
        return inner[::-1]


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or ".." in name or name.endswith(_DRAFT):
        message = f"not a key name: {name!r}"
        raise ValueError(message)
    return name


def _draft_of(path: Path) -> Path:
    return path.with_name(f"{path.name}{_DRAFT}")


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
