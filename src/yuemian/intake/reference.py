"""What a sheet is checked against: the organization's own jobs, people and interviews, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from zoneinfo import available_timezones

from yuemian.domain.header_words import Field


@dataclass(frozen=True)
class Option:
    """One thing a cell may name; `aliases` are other names of it (a person's e-mail, a job's code).

    `branch` is the key of the branch whose it is, which tells apart what several branches call alike.
    """

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    branch: str = dataclass_field(default="", kw_only=True)


@dataclass(frozen=True)
class BranchOption(Option):
    """A branch decides the zone of times, the country of phone numbers and the language of messages."""

    zone: str = "Asia/Shanghai"
    region: str = "CN"
    language: str = "zh-hans"
    has_address: bool = False


@dataclass(frozen=True)
class KnownPerson:
    """A candidate who exists already."""

    key: str
    name: str


ROUNDS = (
    Option(
        "first",
        "初试",
        (
            "一面",
            "第一轮",
            "初面",
            "首轮",
            "首面",
            "1面",
            "1",
            "first",
            "first round",
            "first interview",
            "1st",
            "round 1",
        ),
    ),
    Option(
        "second",
        "复试",
        (
            "二面",
            "第二轮",
            "复面",
            "2面",
            "2",
            "second",
            "second round",
            "second interview",
            "2nd",
            "round 2",
            "複試",
        ),
    ),
    Option(
        "final",
        "终试",
        ("终面", "最终面试", "终轮", "末轮", "final", "final round", "final interview", "last round", "終試"),
    ),
)
MODES = (
    Option(
        "onsite",
        "现场",
        (
            "现场面试",
            "线下",
            "线下面试",
            "到场",
            "面对面",
            "onsite",
            "on-site",
            "in person",
            "office",
            "face to face",
        ),
    ),
    Option(
        "video",
        "视频",
        (
            "视频面试",
            "线上",
            "线上面试",
            "远程",
            "视频会议",
            "腾讯会议",
            "video",
            "online",
            "remote",
            "zoom",
            "teams",
            "video call",
        ),
    ),
    Option("phone", "电话", ("电话面试", "电面", "phone", "call", "phone call", "telephone")),
)
LANGUAGES = (
    Option("zh-hans", "中文", ("简体中文", "简体", "汉语", "普通话", "zh", "zh-cn", "chinese", "mandarin")),
    Option("zh-hant", "繁體中文", ("繁体中文", "繁体", "繁體", "zh-tw", "zh-hk", "traditional chinese")),
    Option("en", "English", ("英文", "英语", "en-us", "en-gb", "english")),
    Option("ja", "日本語", ("日语", "日文", "ja-jp", "japanese")),
    Option("ko", "한국어", ("韩语", "韩文", "朝鲜语", "ko-kr", "korean")),
    Option("fr", "Français", ("法语", "法文", "fr-fr", "french", "francais")),
    Option("de", "Deutsch", ("德语", "德文", "de-de", "german")),
    Option("es", "Español", ("西班牙语", "西班牙文", "es-es", "spanish", "espanol")),
    Option(
        "pt-br", "Português (Brasil)", ("葡萄牙语", "葡萄牙文", "巴西葡语", "pt", "portuguese", "português")
    ),
    Option("ru", "Русский", ("俄语", "俄文", "ru-ru", "russian")),
    Option("ar", "العربية", ("阿拉伯语", "阿拉伯文", "arabic")),
    Option("vi", "Tiếng Việt", ("越南语", "越南文", "vi-vn", "vietnamese", "tieng viet")),
    Option("th", "ไทย", ("泰语", "泰文", "th-th", "thai", "ภาษาไทย")),
    Option("id", "Bahasa Indonesia", ("印尼语", "印度尼西亚语", "印尼文", "id-id", "indonesian")),
)


def identity_index(kind: str, normal_form: str) -> str:
    """Stands in for the keyed blind index where there is no key, as in a check without a database."""
    return f"{kind}:{normal_form}"


@dataclass(frozen=True)
class Reference:
    """Everything a check may depend on. `people` and `interviews` need hold only what the file can touch."""

    now: datetime
    jobs: tuple[Option, ...]
    branches: tuple[BranchOption, ...]
    recruiters: tuple[Option, ...] = ()
    interviewers: tuple[Option, ...] = ()
    sources: tuple[Option, ...] = ()
    rounds: tuple[Option, ...] = ROUNDS
    modes: tuple[Option, ...] = MODES
    languages: tuple[Option, ...] = LANGUAGES
    default_branch: str = ""
    default_recruiter: str = ""
    default_minutes: int = 60
    people: Mapping[str, tuple[KnownPerson, ...]] = dataclass_field(default_factory=dict)
    external_ids: Mapping[str, KnownPerson] = dataclass_field(default_factory=dict)
    interviews: frozenset[str] = frozenset()
    blind_index: Callable[[str, str], str] = identity_index
    zones: frozenset[str] = dataclass_field(default_factory=lambda: frozenset(available_timezones()))

    def options(self, field: Field) -> tuple[Option, ...]:
        """What a field chooses from; empty for free fields."""
        return {
            Field.JOB: self.jobs,
            Field.BRANCH: self.branches,
            Field.RECRUITER: self.recruiters,
            Field.INTERVIEWERS: self.interviewers,
            Field.SOURCE: self.sources,
            Field.ROUND: self.rounds,
            Field.MODE: self.modes,
            Field.LANGUAGE: self.languages,
        }.get(field, ())

    def branch(self, key: str | None) -> BranchOption:
        """The branch with that key, else the default one, else the first."""
        by_key = {branch.key: branch for branch in self.branches}
        if not by_key:
            raise ValueError("An organization needs a branch before interviews can be imported; create one.")
        return by_key.get(key or "") or by_key.get(self.default_branch) or self.branches[0]
