"""What a candidate's text message means by itself: so far, only that they want no more of them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# The words people are told to send, and those the carriers know. A whole message, not a word within one.
_OPT_OUT: Final = frozenset(
    {
        "退订",
        "退定",
        "退訂",
        "拒收",
        "取消订阅",
        "不要再发",
        "不要再发了",
        "别再发了",
        "请勿再发",
        "t",
        "td",
        "r",
        "n",
    }
    | {"stop", "stopall", "unsubscribe", "unsub", "quit", "end", "cancel"}
)
_AROUND: Final = re.compile(r"[\s\W_]+", re.UNICODE)


def is_opt_out(text: str) -> bool:
    """Whether the whole message asks to stop: `退订`, ` Ｔ `, `TD。`; never a sentence that holds the word."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _AROUND.sub("", folded) in _OPT_OUT and len(folded.strip()) <= 20
