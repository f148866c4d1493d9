"""Feedback that nobody can learn from: only a rating, a few words, only adjectives. In Chinese and English."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from yuemian.domain.results import Rating


class Thin(StrEnum):
    ONLY_RATING = "only_rating"
    TOO_SHORT = "too_short"
    ONLY_ADJECTIVES = "only_adjectives"


#: A note shorter than so many Chinese characters, or their like, says too little; a Latin word counts as two.
SHORTEST: Final = 8
#: What is left of a note without its judgements must be at least so long.
LEAST_SEEN: Final = 5

#: Judgements, the names of competencies, and what holds sentences together: they say how good, not what was seen.
_JUDGED_ZH: Final = """
综合素质 综合能力 整体来说 整体而言 总体来说 总的来说 整体感觉 整体表现 总体表现 各方面 候选人
求职者 应聘者 面试者 非常优秀 表现突出 符合要求 符合预期 不符合 不太符合 达到预期 低于预期
超出预期 有待提高 有待加强 需要提高 需要加强 需要提升 值得培养 可以培养 比较合适 不太合适 不合适
合适 匹配度 匹配 推荐录用 建议录用 建议通过 不推荐 不建议 推荐 录用 通过 沟通能力 表达能力
学习能力 逻辑思维 逻辑能力 抗压能力 执行力 领导力 团队合作 团队协作 团队意识 责任心 责任感 积极性
主动性 专业知识 专业能力 技术能力 技术水平 编码能力 编程能力 架构能力 系统设计 解决问题 问题解决
分析能力 销售意识 客户意识 服务意识 基础知识 技术基础 专业基础 基本功 基础 经验 能力 水平 沟通
表达 逻辑 思维 思路 学习 执行 领导 团队 协作 合作 态度 动机 性格 印象 技术 专业 素质 潜力
悟性 反应 谈吐 亲和力 气场 稳定性 稳定 表现 感觉 状态 意愿 语言 英语 细节 计划 规划 演讲
设计 编码 代码 面试 回答 有条理 条理 有想法 有激情 有热情 有潜力 有礼貌 有耐心 有自信 有经验
有亲和力 积极主动 积极 主动 认真 踏实 努力 自信 开朗 外向 内向 诚恳 真诚 礼貌 耐心 热情 激情
灵活 聪明 机灵 敏捷 敏锐 清楚 清晰 流畅 流利 通顺 顺畅 到位 准确 全面 深入 扎实 丰富 成熟
稳重 沉稳 严谨 细心 细致 优秀 良好 很好 挺好 较好 还好 不好 不错 还行 可以 一般 普通 尚可
欠缺 欠佳 不足 不够 不太行 不行 较差 很差 太差 差 好 强 弱 高 低 快 慢 较强 很强 突出
出色 拔尖 顶尖 完美 满意 舒服 喜欢 合格 及格 到家 过关 薄弱 薄 浅 深 糊涂 混乱 模糊 紧张
被动 消极 马虎 死板 啰嗦 非常 十分 特别 比较 相当 相对 略微 稍微 稍 略 有些 有点 一些 一点
很 较 太 挺 蛮 最 更 极 都 也 还 就 又 且 但 但是 不过 而且 并且 以及 同时 整体 总体
综合 各项 方面 这个 该 其 他 她 它 我 我们 觉得 认为 感受 给人 属于 算是 算 是 有 没有
没 无 不 的 地 得 了 着 过 和 与 及 在 上 下 中 人 点 吧 呢 啊 哈
""".split()  # noqa: SIM905
_JUDGED_EN: Final = """
very really quite rather pretty fairly somewhat extremely highly overall generally in general a an the and
but or also too so is was are were be been has have had seems seemed appears looks feels felt i we he she
they candidate the person their his her its it this that good great excellent outstanding strong solid
decent fine ok okay average mediocre poor weak bad terrible amazing awesome nice impressive perfect clear
clearly confident confidently smart bright sharp quick fast slow smooth fluent articulate friendly positive
negative enthusiastic motivated passionate professional polite calm mature structured logical thorough
careful experienced junior senior competent capable adequate acceptable skills skill ability abilities
communication communicator problem solving solver coding coder design designer system technical technically
knowledge knowledgeable teamwork team player leadership leader attitude motivation learning learner
presentation presenter planning language english detail details ownership sales drive customer focus
thinking thinker mindset culture cultural fit potential performance impression experience background overall
recommend recommended hire yes no not would should could can will well better best more most less enough
lacking lacks lack needs improvement with for to of on at in as all some any many much
""".split()  # noqa: SIM905
_ZH: Final = re.compile("|".join(sorted((re.escape(word) for word in _JUDGED_ZH), key=len, reverse=True)))
_EN: Final = re.compile(rf"\b(?:{'|'.join(sorted(set(_JUDGED_EN)))})\b", re.IGNORECASE)
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_LATIN: Final = re.compile(r"[A-Za-z0-9][\w.+#/%-]*")


def thin(note: str, rating: Rating | None) -> Thin | None:
    """Why a note says too little; None when it says something. Without rating and note there is nothing to judge."""
    text = note.strip()
    if not text:
        return Thin.ONLY_RATING if rating is not None else None
    if _length(text) < SHORTEST:
        return Thin.TOO_SHORT
    return Thin.ONLY_ADJECTIVES if _length(_EN.sub(" ", _ZH.sub(" ", text))) < LEAST_SEEN else None


def _length(text: str) -> int:
    """In Chinese characters; a word in Latin letters is worth two of them."""
    return len(_CHINESE.findall(text)) + 2 * len(_LATIN.findall(text))
