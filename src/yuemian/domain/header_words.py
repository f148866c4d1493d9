"""The words, Chinese and English, by which spreadsheets call their columns."""

from __future__ import annotations

import re
from enum import StrEnum


class Field(StrEnum):
    """What a column of an interview sheet can hold."""

    NAME = "name"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    PHONE = "phone"
    EMAIL = "email"
    JOB = "job"
    ROUND = "round"
    DATE = "date"
    TIME = "time"
    START = "start"
    END = "end"
    DURATION = "duration"
    ZONE = "zone"
    MODE = "mode"
    PLACE = "place"
    LINK = "link"
    BRANCH = "branch"
    RECRUITER = "recruiter"
    INTERVIEWERS = "interviewers"
    SOURCE = "source"
    MATERIALS = "materials"
    FLOW = "flow"
    EXTERNAL_ID = "external_id"
    NOTE = "note"
    LANGUAGE = "language"


_SPELLINGS = {
    Field.NAME: "姓名 候选人 候选人姓名 应聘者 应聘者姓名 面试者 面试者姓名 求职者 名字 中文名 应聘人员 "
    "人员姓名 應徵者 面試者 "
    "name|full name|candidate|candidate name|applicant|applicant name|interviewee",
    Field.GIVEN_NAME: "名 first name|given name|forename|given names",
    Field.FAMILY_NAME: "姓 姓氏 last name|surname|family name",
    Field.PHONE: "手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 移动电话 手机/电话 联系手机 手機 "
    "手機號碼 電話 聯絡電話 "
    "phone|phone number|mobile|mobile number|mobile phone|cell|cellphone|tel|telephone|"
    "contact number|contact no|contact phone|contact mobile",
    Field.EMAIL: "邮箱 电子邮箱 电子邮件 邮件 邮箱地址 邮件地址 邮箱号 郵箱 電郵 電子郵件 "
    "email|e-mail|email address|mail|candidate email|contact email",
    Field.JOB: "职位 岗位 应聘职位 应聘岗位 面试职位 面试岗位 职位名称 岗位名称 投递职位 申请职位 職位 "
    "應徵職位 "
    "job|job title|position|role|applied position|vacancy|opening|requisition",
    Field.ROUND: "轮次 面试轮次 面试轮 面试阶段 阶段 环节 面试环节 第几轮 輪次 round|interview "
    "round|stage|interview stage",
    Field.DATE: "日期 面试日期 面试日 date|interview date|day",
    Field.TIME: "时间 时刻 面试时刻 时间点 时间段 时段 面试时段 具体时间 時間 time|interview hour|hour|time "
    "slot|slot",
    Field.START: "面试时间 面试日期时间 面试安排时间 开始时间 面试开始时间 预约时间 日期时间 面试安排 "
    "面試時間 面试日期及时间 "
    "start|start time|starts at|datetime|date time|date and time|interview time|"
    "interview datetime|interview at|when|begin",
    Field.END: "结束时间 面试结束时间 截止时间 結束時間 end|end time|ends at|finish|until",
    Field.DURATION: "时长 面试时长 预计时长 用时 时长(分钟) 分钟 時長 duration|length|minutes|duration "
    "minutes|duration min",
    Field.ZONE: "时区 面试时区 時區 time zone|timezone|tz",
    Field.MODE: "面试方式 方式 面试形式 形式 面试类型 面試方式 mode|type|interview type|interview "
    "mode|format|interview format",
    Field.PLACE: "地点 面试地点 地址 面试地址 会议室 房间 面试房间 面試地點 集合地点 公司地址 "
    "place|location|venue|address|room|meeting room|interview location|where",
    Field.LINK: "链接 会议链接 视频链接 面试链接 会议地址 视频会议 会议号 腾讯会议 会议室链接 線上連結 "
    "link|video link|meeting link|url|meeting url|zoom|teams link|conference link|join link",
    Field.BRANCH: "分公司 公司 办公地 办公地点 所属公司 子公司 工作地 工作地点 城市 面试城市 分部 站点 "
    "branch|office|site|entity|city|company|region",
    Field.RECRUITER: "招聘人 招聘专员 招聘负责人 负责人 联系人 招聘顾问 hr hr负责人 跟进人 对接人 面试联系人 "
    "招聘hr hr邮箱 跟进hr 负责hr "
    "recruiter|recruiter email|owner|hr contact|contact|contact person|coordinator|talent partner",
    Field.INTERVIEWERS: "面试官 面试人 面试负责人 主面试官 考官 面试官姓名 面試官 面试官邮箱 "
    "interviewer|interviewers|panel|interview panel|interviewer email|hiring manager",
    Field.SOURCE: "渠道 来源 招聘渠道 简历来源 候选人来源 投递渠道 来源渠道 來源 "
    "source|channel|candidate source|origin|referral source",
    Field.MATERIALS: "携带材料 材料 所需材料 需携带材料 请携带 携带物品 准备材料 面试材料 攜帶資料 "
    "materials|bring|what to bring|please bring|documents|required documents",
    Field.FLOW: "流程 面试流程 面试安排说明 环节安排 flow|process|agenda|procedure|interview "
    "process|format of the day",
    Field.EXTERNAL_ID: "候选人编号 编号 候选人id 简历编号 简历id 应聘编号 工号 "
    "id|candidate id|candidateid|external id|applicant id|application id|ats id|reference|ref",
    Field.NOTE: "备注 说明 其他 附注 備註 备注信息 note|notes|remark|remarks|comment|comments",
    Field.LANGUAGE: "语言 通知语言 语种 首选语言 語言 language|locale|lang|preferred language",
}


def _normal(word: str) -> str:
    return re.sub(r"[\W_]+", "", re.sub(r"\(.*?\)", "", word.casefold()))


def _split(spellings: str) -> tuple[str, ...]:
    ""
    """Chinese words stand apart by spaces, then English phrases by bars."""
    chinese: list[str] = []
    phrases = spellings.split("|")
    match = re.match(r"((?:\S*[^\x00-\x7f]\S* |hr )*)(.*)", phrases[0])
    if match:
        chinese, phrases[0] = match[1].split(), match[2]
    return tuple(dict.fromkeys(word for each in (*chinese, *phrases) if (word := _normal(each))))


WORDS: dict[Field, tuple[str, ...]] = {field: _split(spellings) for field, spellings in _SPELLINGS.items()}

_ABOUT_OTHERS = re.compile(
    "投[递遞]|申[请請]|到[岗崗]|[入离離][职職]|[毕畢][业業]|出生|生日|更新|[创創]建|建[档檔]|[录錄]入|登[记記]|提交|收到|"
    "[发發]布|[导導]入|[报報]名|[现現][居住]|居住|[户戶]籍|籍[贯貫]|家庭|通[讯訊信]|目前|[当當]前|^原|上家|前公司|期望|意向|"
    "[实實][习習]|合同|applied|apply|application|birth|current|previous|former|created|updated|modified|submitted|"
    "expected|desired|preferred|onboard|entry|joining|availab|notice|graduat|home|mailing|permanent|hire"
)
_OF_INTERVIEW = re.compile(
    "面[试試谈談]|[约約初复複终終一二三四]面|[初复複终終笔筆][试試]|[开開起]始|[预預][约約定]|[约約]定|安排|[会會][议議]|"
    "[视視][频頻]|考[试試]|[到来來][访訪场場]|具[体體]|[当當]地|北京|interview|start|begin|schedul|appointment|meeting|"
    "session|slot|exam|local|beijing|china"
)
#: A word of these says little by itself: there is a time, a day, an address of many things beside the interview.
_COMMON = frozenset({Field.DATE, Field.TIME, Field.START, Field.END, Field.BRANCH, Field.PLACE})
_WEAK_BRANCH_WORDS = "公司 城市 工作地 工作地点 站点 office|site|entity|city|company|region"
_PERSON = re.compile(
    "候[选選]人|[应應][聘徵征]者|面[试試]者|求[职職]者|[应應]聘人[员員]|candidate|applicant|interviewee"
)
_NAME_AROUND = re.compile("(?:的|之|姓|名|字|中文|全|full|legal|chinese|name|s|of|the|list)*")
_OTHER_NAME = re.compile(
    "first|last|given|family|sur|middle|nick|user|login|school|universit|college|job|position|role|file|project|"
    "depart|team|branch|room|source|channel|学校|院校|部门|项目|岗位|职位|文件|群|昵称"
)
_OTHER_NUMBER = re.compile(
    "[职職]位|[岗崗]位|部[门門]|需求|[项項]目|公司|[会會][议議]|面[试試]|考|批次|[场場]|房|job|position|requisition|meeting|room|interview|depart|"
    "project|company"
)
_TOO_COMMON = frozenset((*WORDS[Field.DATE], *WORDS[Field.TIME], *_split(_WEAK_BRANCH_WORDS)))


def is_about_others(title: str) -> bool:
    """`投递时间` and `现居城市` tell of the candidate or the file, whatever words of an interview they hold."""
    return _ABOUT_OTHERS.search(title) is not None


def may_hide(field: Field, word: str, title: str) -> bool:
    """Whether a word of the field that stands inside a longer title may name the column."""
    if field is Field.NAME:
        return _may_hide_name(word, title)
    if field is Field.EXTERNAL_ID:
        return _OTHER_NUMBER.search(title) is None
    if field not in _COMMON:
        return True
    return not is_about_others(title) and (word not in _TOO_COMMON or _OF_INTERVIEW.search(title) is not None)


def _may_hide_name(word: str, title: str) -> bool:
    """`候选人电话` is no name, and `Last name` only half of one."""
    if _PERSON.search(word):
        return _NAME_AROUND.fullmatch(title.replace(word, "", 1)) is not None
    return _OTHER_NAME.search(title) is None
