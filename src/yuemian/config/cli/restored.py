"""`yuemian rehearse` and `yuemian hold`: before restored data meet the world. Both ask first, in both languages."""

from __future__ import annotations

import importlib
import sys

from yuemian.config import environment, logs
from yuemian.config.cli.session import database_running

_REHEARSE = (
    "Put every organization of this database in rehearsal, and switch off its accounts, mailbox and calendars?\n"
    "Do this in a copy: from then on nothing reaches anybody.\n"
    "把这个数据库中的所有公司切换到演练模式，并关闭它们的发送账户、收信邮箱和日历？\n"
    "只在副本中这样做：此后任何消息都不会送达任何人。[y/N] "
)
_HOLD = (
    "Hold every message that waits, until a person sends it or gives it up?\n"
    "暂缓所有等待发送的消息，直到有人逐条发送或放弃？[y/N] "
)
_AT_WORK = "发送进程正在使用这个数据库，或备份时正在使用。请停止它，等待半分钟后再运行一次。"


def rehearse(rest: list[str]) -> int:
    """The exit code is 1 when nobody agreed."""
    if not _agreed(_REHEARSE, rest):
        return 1
    with database_running(environment.read()):
        _set_up()
        done = importlib.import_module("yuemian.config.restoring").rehearse()
    print(
        f"In rehearsal: organizations {done.organizations}. Switched off: accounts {done.accounts}, "
        f"mailboxes {done.mailboxes}, calendars {done.calendars}.\n"
        f"已进入演练模式的公司：{done.organizations}。已关闭：发送账户 {done.accounts}，收信邮箱 {done.mailboxes}，"
        f"日历 {done.calendars}。"
    )
    return 0


def hold(rest: list[str]) -> int:
    """The exit code is 1 when nobody agreed, or a worker is at work."""
    if not _agreed(_HOLD, rest):
        return 1
    with database_running(environment.read()):
        _set_up()
        restoring = importlib.import_module("yuemian.config.restoring")
        try:
            count = restoring.hold()
        except restoring.WorkerAtWork as problem:
            print(f"yuemian hold: {problem}\n{_AT_WORK}", file=sys.stderr)
            return 1
    print(f"Held: {count} messages. They wait at Needs attention; start with: yuemian up")
    print(f"已暂缓 {count} 条消息，请在“待关注”中处理；启动：yuemian up")
    return 0


def _agreed(question: str, rest: list[str]) -> bool:
    if "--yes" in rest:
        return True
    print(question, end="", flush=True)
    if sys.stdin.readline().strip().casefold() in {"y", "yes", "是"}:
        return True
    print("Nothing was changed. 未作任何更改。")
    return False


def _set_up() -> None:
    logs.configure("command")
    importlib.import_module("django").setup()
