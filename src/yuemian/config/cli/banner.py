"""What `yuemian up` prints once everything answers."""

from __future__ import annotations

from yuemian.config.cli.database import sign_in_file
from yuemian.config.environment import Environment


def show(settings: Environment, *, is_first_start: bool) -> None:
    print(text(settings, _sign_in(settings), is_first_start=is_first_start), flush=True)


def text(settings: Environment, sign_in: list[str], *, is_first_start: bool) -> str:
    database = str(settings.data / "postgres") if settings.database_is_embedded else "DATABASE_URL"
    lines = [
        "",
        "  Yuemian 约面 is running · 已启动",
        "",
        f"  Open 打开       {settings.public_url}",
        f"  Data 数据       {settings.data}",
        f"  Database 数据库 {database}",
        "  Stop 停止       Ctrl-C",
    ]
    if sign_in:
        lines += ["", *(f"  {line}" for line in sign_in)]
    if is_first_start:
        keys = settings.key_file.parent
        lines += [
            "",
            f"  Back up {keys} now and keep the copy apart from the data:",
            "  without it nobody can read the encrypted data again.",
            "  请立即备份上述密钥目录，并与数据分开保存：丢失密钥，加密数据将无法恢复。",
        ]
    return "\n".join([*lines, ""])


def _sign_in(settings: Environment) -> list[str]:
    try:
        return sign_in_file(settings).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
