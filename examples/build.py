"""Writes the example files for one week: `python examples/build.py [--monday 2027-06-14]`.

The committed files are for a Monday far ahead, so that a fresh clone shows no past dates.
To try the system with interviews of next week: `python examples/build.py --monday next`.
"""

from __future__ import annotations

import argparse
import csv
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
DEFAULT_MONDAY = date(2027, 6, 14)

BACKEND, FRONTEND, SALES, HR, ANALYST = (
    "后端工程师",
    "前端工程师",
    "大客户销售经理",
    "人力资源专员",
    "Data Analyst",
)
TITLES = ["序号", "候选人姓名", "手机号", "邮箱", "应聘职位", "轮次", "面试时间", "面试方式"]
TITLES += ["面试地点/会议室", "会议链接", "面试官", "招聘负责人", "渠道", "携带材料", "备注"]
OLD_TITLES = [
    "姓名",
    "联系电话",
    "电子邮箱",
    "岗位",
    "面试轮次",
    "面试日期",
    "面试时间",
    "地点",
    "HR",
    "来源",
]
ENGLISH_TITLES = ["Candidate Name", "Mobile", "E-mail", "Position", "Round", "Interview Date & Time"]
ENGLISH_TITLES += ["Duration (min)", "Office", "Interview Mode", "Meeting Link", "Recruiter", "Interviewers"]
ENGLISH_TITLES += ["Source", "What to bring"]
PAPERS = "身份证、简历两份、学历证书复印件"
VIDEO = "https://meeting.example.com/j/8462013"

Row = list[object]
Clock = str | tuple[int, int]

#: Name, phone, mailbox (of example.com, unless it says another), job, round, weekday, and the hour or how it is typed.
PEOPLE: list[tuple[str, object, str | None, str, str, int, Clock]] = [
    ("赵一鸣", 13800138001, "zhaoyiming", BACKEND, "初试", 0, (10, 0)),
    ("钱若曦", 13800138002, "qianruoxi", BACKEND, "初试", 0, (11, 0)),
    ("孙浩然", "138-0013-8003", "sunhaoran", BACKEND, "初试", 0, "{y}-{m:02}-{d:02} 14:00"),
    ("李 婷", "+86 138 0013 8004", "liting", BACKEND, "复试", 0, "{y}/{m}/{d} 下午2点半"),
    ("周子轩", "13800138005", "zhouzixuan@gmial.com", FRONTEND, "初试", 0, "{m}月{d}日15:30"),
    ("吴佳怡", 13800138006, "wujiayi", FRONTEND, "初试", 1, "{y}年{m}月{d}日（周{w}）10:00"),
    ("郑凯文", "１３８００１３８００７", "zhengkaiwen", FRONTEND, "一面", 1, (11, 0)),
    ("王思远", 13800138008, "wangsiyuan", FRONTEND, "复试", 1, "{y}.{m}.{d} 14:00-15:00"),
    ("冯欣妍", "13800138009.0", "fengxinyan", SALES, "初试", 1, "{m}月{d}日 下午3点"),
    ("陈宇航", 13800138010, "chenyuhang", SALES, "初试", 1, (16, 30)),
    ("褚梦洁", "'13800138011", "chumengjie", "大客户销售", "初试", 2, "{y}-{m:02}-{d:02} 9:30"),
    ("卫子墨", 13800138012, "weizimo", SALES, "复试", 2, (10, 30)),
    ("蒋雨桐", "021-55501234-806", "jiangyutong", HR, "初试", 2, "{y}/{m}/{d} 14:00"),
    ("沈嘉禾", 13800138014, "shenjiahe", HR, "初试", 2, "{m}月{d}日 3:30"),
    ("阿依古丽•买买提", 13800138015, "ayiguli", HR, "复试", 2, (16, 0)),
    ("欧阳明月", "1.38E+10", "ouyangmingyue", BACKEND, "终试", 3, (10, 0)),
    ("韩雪\u200b", 13800138017, "hanxue", BACKEND, "终试", 3, "{y}-{m:02}-{d:02} 11:00"),
    ("杨帆", "+852 9123 4567", "yangfan", FRONTEND, "终试", 3, "{y}-{m:02}-{d:02} 14:00"),
    ("朱可心", 13800138019, "zhukexin@example.com。", SALES, "复试", 0, "03/07/{y} 15:00"),
    ("秦朗", 13800138020, "qinlang", SALES, "终试", 3, (16, 0)),
    ("尤佳", 13800138021, "youjia", HR, "终试", 4, "{y}-{m:02}-{d:02} 10:00"),
    ("许安然", None, None, BACKEND, "初试", 4, (11, 0)),
    ("何思齐", 13800138023, "hesiqi", BACKEND, "初试", 4, (14, 0)),
    ("何思齐", 13800138023, "hesiqi", BACKEND, "复试", 4, (16, 0)),
]
#: Of the Singapore branch, one a day.
SINGAPOREANS = [
    ("Tan Wei Ming", "+65 8123 4567", "weiming.tan@example.com", "Data Analyst", "First round", "2:00 PM"),
    ("Nur Aisyah", "81234568", "nur.aisyah@example.com", "Data Analyst", "First round", "3:30 PM"),
    ("Rajesh Kumar", "+65 9123 4569", "rajesh.kumar@hotmial.com", "Data analyst", "Second round", "10:00 AM"),
    ("Chloé Lim", "+65 9123 4570", "chloe.lim@example.com", "Analytics Engineer", "First round", "11:00 AM"),
    ("Siti O'Brien", "+65 9123 4571", "siti.obrien@example.com", "Data Analyst", "Final round", "4:00 PM"),
]


def _at(monday: date, weekday: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(monday + timedelta(days=weekday), time(hour, minute))


def _day(monday: date, weekday: int, pattern: str) -> str:
    """`{m}月{d}日`-like text for a day of the week."""
    found = monday + timedelta(days=weekday)
    return pattern.format(y=found.year, m=found.month, d=found.day, w="一二三四五六日"[weekday])


def chinese_rows(monday: date) -> list[Row]:
    """Twenty-four interviews as three recruiters really type them, a total row and a footnote."""
    who = {BACKEND: "陈默", FRONTEND: "陈默、王倩", HR: "王倩"}
    sources = ["BOSS直聘", "猎聘", "内推", "校招"]
    rows: list[Row] = []
    for number, (name, phone, email, job, turn, weekday, when) in enumerate(PEOPLE, start=1):
        is_video = number % 6 == 0
        address = f"{email}@example.com" if email and "@" not in email else email
        start = _day(monday, weekday, when) if isinstance(when, str) else _at(monday, weekday, *when)
        where: Row = ["视频", None, VIDEO] if is_video else ["现场", "8 楼星云会议室", None]
        owner = "林悦" if number % 2 else "周航"
        papers = None if is_video else PAPERS
        row = [number, name, phone, address, job, turn, start, *where, who.get(job, "王倩"), owner]
        rows.append([*row, sources[number % 4], papers, None])
    return rows


def write_xlsx(monday: date, path: Path) -> None:
    """The demo's file: title above the header, merged cells, every kind of date, and a total row."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "面试安排"
    sheet.append([f"星河科技 {monday.month}月{monday.day}日当周面试安排（上海总部）"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(TITLES))
    sheet["A1"].font = Font(size=14, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet.append(["请于面试前一天通知候选人"])
    sheet.append(TITLES)
    for cell in sheet[3]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE7F3")
    rows = chinese_rows(monday)
    for row in rows:
        sheet.append(row)
    _merge_repeats(sheet, first=4, last=3 + len(rows), column=5)
    sheet.append(["合计", f"{len(rows)} 场"])
    sheet.append(["说明：现场面试请提前十分钟到前台登记。"])
    for index, width in enumerate((6, 16, 18, 28, 16, 8, 24, 10, 18, 36, 14, 12, 12, 34, 16)):
        sheet.column_dimensions["ABCDEFGHIJKLMNO"[index]].width = width
    for row_cells in sheet.iter_rows(min_row=4, max_row=3 + len(rows), min_col=7, max_col=7):
        row_cells[0].number_format = "yyyy/m/d h:mm"
    book.properties.creator = "Yuemian"
    book.properties.created = book.properties.modified = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    book.save(path)


def _merge_repeats(sheet: Worksheet, *, first: int, last: int, column: int) -> None:
    """Merges equal neighbours in one column, as people do to make a list look tidy."""
    begin = first
    for row in range(first, last + 1):
        value = sheet.cell(begin, column).value
        if row < last and sheet.cell(row + 1, column).value == value:
            continue
        if row > begin:
            sheet.merge_cells(start_row=begin, end_row=row, start_column=column, end_column=column)
        begin = row + 1


def write_gb18030(monday: date, path: Path) -> None:
    """What an older program exports: GB18030, date and time in two columns, other titles, blank rows."""
    names = ["龚俊驰", "苏婉清", "罗志远", "梁诗涵", "宋一帆", "唐可欣", "曾子昂", "彭雪莹"]
    jobs = [BACKEND, FRONTEND, SALES, HR]
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(OLD_TITLES)
        for number, name in enumerate(names):
            phone, mail = f"1380013{8101 + number}", f"candidate{number + 1}@example.com"
            day = _day(monday, number % 5, "{y}/{m}/{d}")
            clock = f"{10 + number % 6}:00"
            owner = "林悦" if number % 2 else "zhouhang@galaxy.example"
            writer.writerow(
                [name, phone, mail, jobs[number % 4], "初试", day, clock, "8 楼星云会议室", owner, "猎聘"]
            )
            if number == 3:
                writer.writerow([""] * len(OLD_TITLES))


def write_english(monday: date, path: Path) -> None:
    """The Singapore branch's file: English titles and dates, the zone named, one unknown job."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(ENGLISH_TITLES)
        for number, (*person, clock) in enumerate(SINGAPOREANS):
            day = monday + timedelta(days=number)
            start = f"{day.day} {day:%b} {day.year} {clock}"
            where = ["Video", VIDEO] if number % 2 == 0 else ["On-site", ""]
            people = ["Grace Tan", "Daniel Lim", "LinkedIn", ""]
            writer.writerow([*person, start, 45, "Singapore", *where, *people])


def _monday(text: str) -> date:
    if text == "next":
        today = datetime.now(UTC).date()
        return today + timedelta(days=7 - today.weekday())
    found = date.fromisoformat(text)
    return found - timedelta(days=found.weekday())


def main(arguments: list[str]) -> None:
    """Writes all three files beside this script, or into `--into`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--monday", type=_monday, default=DEFAULT_MONDAY, help="a date of the week, or `next`"
    )
    parser.add_argument("--into", type=Path, default=HERE)
    chosen = parser.parse_args(arguments)
    write_xlsx(chosen.monday, chosen.into / "interviews.xlsx")
    write_gb18030(chosen.monday, chosen.into / "interviews-gb18030.csv")
    write_english(chosen.monday, chosen.into / "interviews-en.csv")


if __name__ == "__main__":
    main(sys.argv[1:])
