"""Names and addresses shortened for eyes that need not see them whole."""

from __future__ import annotations

import re

_LATIN_WORD = re.compile(r"[^\s·\-]+")


def mask_phone(number: str) -> str:
    """`+8613800138000` → `138****8000`; other countries keep their code: `+65 81****67`."""
    number = number.partition(";")[0]
    if re.fullmatch(r"\+861\d{10}", number):
        return f"{number[3:6]}****{number[-4:]}"
    digits = re.sub(r"\D", "", number)
    if len(digits) < 7:
        return "****"
    sign = "+" if number.startswith("+") else ""
    return f"{sign}{digits[: len(digits) - 6]}****{digits[-2:]}"


def mask_email(address: str) -> str:
    """`zhangsan@example.com` → `z***@example.com`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}" if at else "***"


def mask_name(name: str) -> str:
    """`张三丰` → `张*丰`, `张三` → `张*`, `John Doe` → `J*** D**`."""
    name = name.strip()
    if not name:
        return ""
    if re.search(r"[A-Za-zÀ-ɏ]", name):
        return _LATIN_WORD.sub(lambda word: word[0][0] + "*" * (len(word[0]) - 1), name)
    if len(name) <= 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]
