"""E-mail addresses as people type them: cleaned, checked, and corrected only with consent."""

from __future__ import annotations

import re
from dataclasses import replace

from yuemian.domain.cell_text import as_text, collapse, folded, is_blank
from yuemian.domain.reading import ProblemCode, Reading, Repair, RepairCode, bad

# The mail services candidates really use; a near miss of one of these is a typing slip, not another company.
KNOWN_DOMAINS = (
    *("qq.com", "vip.qq.com", "foxmail.com", "163.com", "vip.163.com", "126.com", "yeah.net", "188.com"),
    *(
        "sina.com",
        "sina.cn",
        "vip.sina.com",
        "sohu.com",
        "139.com",
        "189.cn",
        "wo.cn",
        "aliyun.com",
        "tom.com",
    ),
    *(
        "21cn.com",
        "263.net",
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "live.cn",
    ),
    *("msn.com", "icloud.com", "me.com", "mac.com", "yahoo.com", "yahoo.com.cn", "yahoo.com.hk", "proton.me"),
    *("protonmail.com", "mail.com", "email.com", "ymail.com", "gmx.com", "gmx.net", "aol.com", "zoho.com"),
)
# Slips in names too short for a distance, where a neighbour may well be a real domain.
_SHORT_SLIPS = {
    **dict.fromkeys(
        ("qq.con", "qq.cm", "qq.co", "qq.cn", "qqcom", "qq.comm", "qq.cmo", "qq.om", "qq", "qqq.com"),
        "qq.com",
    ),
    **dict.fromkeys(
        ("163.con", "163.cm", "163.co", "163com", "163.cmo", "163", "l63.com", "16.com"), "163.com"
    ),
    **dict.fromkeys(("126.con", "126.cm", "126.co", "126com", "126.cmo", "126", "l26.com"), "126.com"),
    **dict.fromkeys(("gmail", "gmail.co", "gmail.cm", "gmailcom", "gmai.com"), "gmail.com"),
    **dict.fromkeys(("139.con", "139.cm"), "139.com"),
    **dict.fromkeys(("189.com", "189.cm"), "189.cn"),
    **dict.fromkeys(("sina.con", "sina.cm", "sinacom"), "sina.com"),
}
_WRONG_ENDINGS = {
    **dict.fromkeys(
        ("con", "cmo", "ocm", "comm", "coom", "vom", "xom", "cpm", "c0m", "conm", "comn", "cim"), "com"
    ),
    **dict.fromkeys(("ent", "nte", "nett"), "net"),
    **dict.fromkeys(("cnn", "ccn"), "cn"),
}
LONGEST_CELL = 600
_MINIMUM_FOR_DISTANCE = 7

_DISPLAY = re.compile(r"^[^<>]*<\s*([^<>\s]+)\s*>$")
_MAILTO = re.compile(r"^(?:mailto|e-?mail|邮箱|电子邮箱|邮件)\s*:\s*", re.IGNORECASE)
_EDGES = " \t'\"“”‘’<>()[]{}《》【】,;:.。、,;!?|"
_SEVERAL = re.compile(r"\s*[;,、/|\s]\s*")
_PHONE = re.compile(r"\+?[\d\s\-()]{7,20}")
_ID_NUMBER = re.compile(r"\d{17}[\dXx]")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ENDING = re.compile(r"(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})")


def read_email(raw: object) -> Reading[str]:
    """Reads one cell into `local@domain`, the domain in lower case and ASCII."""
    if is_blank(raw):
        return Reading()
    if len(as_text(raw)) > LONGEST_CELL:
        return bad(ProblemCode.TOO_LONG, limit=str(LONGEST_CELL))
    text = folded(as_text(raw)).replace("。", ".")
    if "@" not in text:
        return _without_at(text)
    bare = _bare(text)
    reading = Reading(
        bare, () if bare == collapse(as_text(raw)) else (Repair(RepairCode.TIDIED, text, bare),)
    )
    for step in (_one_address, _without_spaces, _without_doubled_marks):
        reading = step(reading)
    return _checked(reading)


def email_index_form(address: str) -> str:
    """The form that is hashed for exact search. Local parts differ in case only in theory."""
    return folded(address).casefold()


def _without_at(text: str) -> Reading[str]:
    if _ID_NUMBER.fullmatch(text.replace(" ", "")):
        return bad(ProblemCode.LOOKS_LIKE_ID_NUMBER)
    if _PHONE.fullmatch(text):
        return bad(ProblemCode.LOOKS_LIKE_PHONE, text=text)
    for separator in ("(at)", "[at]", "#", " at "):
        guess = text.replace(separator, "@").replace(" ", "")
        if text.count(separator) == 1 and _syntax_problem(guess) is None:
            return Reading(guess, (Repair(RepairCode.EMAIL_TYPO, text, guess, is_sure=False),))
    return bad(ProblemCode.EMAIL_NO_AT, text=text)


def _bare(text: str) -> str:
    """`张三 <a@b.cn>`, `mailto:a@b.cn` and `a@b.cn。` are all a@b.cn."""
    if match := _DISPLAY.match(text):
        text = match[1]
    return _MAILTO.sub("", text.strip(_EDGES)).strip(_EDGES)


def _one_address(reading: Reading[str]) -> Reading[str]:
    text = reading.value or ""
    pieces = [_bare(each) for each in _SEVERAL.split(text)]
    found = [each for each in pieces if "@" in each]
    words = [each for each in pieces if "@" not in each]
    if not found or any(_syntax_problem(each) for each in found):
        return reading
    if len(found) == 1:
        is_name = words and not any(each.isascii() for each in words)
        repair = Repair(RepairCode.WORDS_REMOVED, text, found[0])
        return replace(reading, value=found[0]).with_repair(repair) if is_name else reading
    repair = Repair(RepairCode.FIRST_OF_SEVERAL, text, found[0], is_sure=False)
    return replace(reading, value=found[0], alternatives=tuple(found[1:])).with_repair(repair)


def _without_spaces(reading: Reading[str]) -> Reading[str]:
    text = reading.value or ""
    joined = re.sub(r"\s*([@.])\s*", r"\1", text)
    if joined != text:
        reading = replace(reading, value=joined).with_repair(Repair(RepairCode.SPACES_REMOVED, text, joined))
    if " " not in joined:
        return reading
    squeezed = joined.replace(" ", "")
    repair = Repair(RepairCode.SPACES_REMOVED, joined, squeezed, is_sure=False)
    return replace(reading, value=squeezed).with_repair(repair)


def _without_doubled_marks(reading: Reading[str]) -> Reading[str]:
    text = reading.value or ""
    single = re.sub(r"@+", "@", text)
    local, _, domain = single.rpartition("@")
    domain = re.sub(r"[.,、;]+", ".", domain)
    single = f"{re.sub(r'[.]{2,}', '.', local).strip('.')}@{domain}"
    if single == text:
        return reading
    return replace(reading, value=single).with_repair(
        Repair(RepairCode.EMAIL_TYPO, text, single, is_sure=False)
    )


def _checked(reading: Reading[str]) -> Reading[str]:
    local, _, domain = (reading.value or "").rpartition("@")
    address = f"{local}@{_ascii_domain(domain)}"
    code = _syntax_problem(address)
    better = _better_domain(_ascii_domain(domain))
    if better is not None and _syntax_problem(f"{local}@{better}") is None:
        corrected = f"{local}@{better}"
        as_typed = () if code or address.rpartition(".")[2] in _WRONG_ENDINGS else (address,)
        reading = replace(reading, value=corrected, alternatives=(*as_typed, *reading.alternatives))
        return reading.with_repair(Repair(RepairCode.EMAIL_TYPO, address, corrected, is_sure=False))
    if code is not None:
        return bad(code, text=address, local=local, domain=domain)
    return replace(reading, value=address)


def _ascii_domain(domain: str) -> str:
    """Lower case; an internationalised name in its ASCII spelling, unchanged when it has none."""
    domain = domain.lower()
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def _syntax_problem(address: str) -> ProblemCode | None:
    """RFC 5321 as mail servers apply it: dot-atom local part, at least two labels, alphabetic ending."""
    local, at, domain = address.rpartition("@")
    if not at or not local:
        return ProblemCode.EMAIL_NO_AT
    if "@" in local:
        return ProblemCode.EMAIL_SEVERAL_AT
    if not local.isascii():
        return ProblemCode.EMAIL_LOCAL_NOT_ASCII
    if len(local) > 64 or not _LOCAL.fullmatch(local):
        return ProblemCode.EMAIL_BAD_LOCAL
    labels = domain.split(".")
    if len(address) > 254 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return ProblemCode.EMAIL_BAD_DOMAIN
    return None if _ENDING.fullmatch(labels[-1]) else ProblemCode.EMAIL_BAD_DOMAIN


def _better_domain(domain: str) -> str | None:
    """The well-known domain that was probably meant; None when the typed one may be right."""
    if domain in KNOWN_DOMAINS:
        return None
    if domain in _SHORT_SLIPS:
        return _SHORT_SLIPS[domain]
    stem, _, ending = domain.rpartition(".")
    if stem and ending in _WRONG_ENDINGS:
        mended = f"{stem}.{_WRONG_ENDINGS[ending]}"
        return _nearest_known(mended) or mended
    return _nearest_known(domain)


def _nearest_known(domain: str) -> str | None:
    if domain in KNOWN_DOMAINS:
        return domain
    if len(domain) < _MINIMUM_FOR_DISTANCE or len(domain) > 20:
        return None
    near = [known for known in KNOWN_DOMAINS if len(known) >= 9 and _is_one_slip_apart(domain, known)]
    return near[0] if near else None


def _is_one_slip_apart(typed: str, meant: str) -> bool:
    """One letter too many, too few, wrong, or two neighbours exchanged."""
    if abs(len(typed) - len(meant)) > 1 or typed[0] != meant[0]:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant))
    )
    rest, goal = typed[start:], meant[start:]
    if len(rest) > len(goal):
        return rest[1:] == goal
    if len(rest) < len(goal):
        return rest == goal[1:]
    return rest[1:] == goal[1:] or (rest[:2] == goal[1::-1] and rest[2:] == goal[2:])
