"""Words that tell a result: they have no place in a message that others may read on a locked phone."""

from __future__ import annotations

import re
from typing import Final

#: Per language, as regular expressions over the text in lower case. Rather one too many: such a message says only that
#: there is news, and needs none of them.
_TELLING: Final = """
恭喜|祝贺|祝賀|遗憾|遺憾|抱歉|很高兴通知|很高興通知|录用|錄用|录取|錄取|聘用|入职|入職|未能|offer
未通过|未通過|没有通过|沒有通過|通过了|通過了|已通过|已通過|顺利通过|順利通過|通过面试|通過面試
淘汰|拒绝|拒絕|婉拒|不合适|不合適|不匹配|落选|落選|晋级|晉級|下一轮|下一輪|合格
congratulat|regret|sorry|unfortunately|reject|unsuccessful|successful|hired|hire you|an offer|declined
next round|not selected|been selected|turned down|pleased to|happy to tell|delighted|you passed|have passed
おめでとう|残念|合格|不採用|採用(?!担当|チーム)|内定|見送|次の選考|次回面接
축하|유감|아쉽|합격|탈락|채용되|다음 전형|다음 단계
félicitation|malheureusement|regrett|refus|retenu|embauch|prochain entretien|au regret|désolé
glückwunsch|gratulier|leider|bedauern|absage|zusage|eingestellt|nächste runde|abgelehnt
felici|enhorabuena|lamenta|desafortunad|rechaz|seleccionad|contratad|siguiente ronda
parabéns|infelizmente|lament|recusad|selecionad|aprovad|reprovad|próxima fase
поздравл|к сожалению|сожале|отказ|приняты на|не прошли|прошли|следующ\\w+ этап
مبارك|باجتياز|اجتزتم|يسعدنا|تهانينا|للأسف|نأسف|رفض|قبول|الجولة التالية|تم اختيار
chúc mừng|rất tiếc|từ chối|trúng tuyển|không đạt|vòng tiếp theo|đã đạt
ยินดีด้วย|เสียใจ|ปฏิเสธ|ผ่านการคัดเลือก|ไม่ผ่าน|รอบถัดไป|รอบต่อไป
selamat,|selamat!|selamat atas|sayangnya|menyesal|ditolak|diterima|lolos|lulus|tahap berikut|babak berikut|terpilih
"""
_ANY: Final = re.compile("|".join(_TELLING.strip().split("\n")))


def telling(text: str) -> str:
    """The first word that gives a result away; empty when there is none."""
    found = _ANY.search(text.casefold())
    return found[0] if found else ""
