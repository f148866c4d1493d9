"""The documentation is true where a machine can tell: links lead somewhere, commands exist, words are in the code."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from yuemian.config.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
_PICTURES = {".png", ".jpg", ".svg"}


def pages() -> list[Path]:
    """Every page that stands in git, or is about to."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text("utf-8"))


def commands_in(page: Path) -> Iterator[str]:
    """Lines of shell blocks and code in sentences, without prompts, comments and variables set in front."""
    text = page.read_text("utf-8")
    lines = [
        line for kind, block in _FENCE.findall(text) if kind in {"sh", ""} for line in block.splitlines()
    ]
    for line in [*lines, *re.findall(r"`([^`\n]+)`", prose(page))]:
        command = re.sub(r"^(?:\$ |[A-Z_]+=\S* |exec |sudo )*", "", line.split("  #")[0].strip())
        yield command.replace(".venv/bin/", "")


def anchors(page: Path) -> set[str]:
    """What a heading is called in an address, as code forges do it."""
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Relative targets and their anchors."""
    for _, target in _LINK.findall(prose(page)):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield ((page.parent / path).resolve() if path else page), anchor


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_leads_to_a_file_of_the_repository(page: Path) -> None:
    found = [(path, anchor) for path, anchor in links(page) if path.suffix not in _PICTURES]
    assert [str(path) for path, _ in found if not path.exists()] == []
    assert [
        f"{path.name}#{a}" for path, a in found if a and path.suffix == ".md" and a not in anchors(path)
    ] == []


@pytest.mark.parametrize("page", READMES, ids=name_of)
def test_every_picture_is_there(page: Path) -> None:
    pictures = [path for path, _ in links(page) if path.suffix in _PICTURES]
    assert pictures
    assert [path.name for path in pictures if not path.exists()] == []


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {match[1] for line in commands_in(page) if (match := re.match(r"make ([a-z][a-z-]*)", line))}
    assert named - targets == set()


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_command_of_ours_exists(page: Path) -> None:
    lines = list(commands_in(page))
    named = {match[1] for line in lines if (match := re.match(r"yuemian ([a-z][a-z-]*)", line))}
    assert named - {command.name for command in COMMANDS} == set()
    modules = {
        match[1] for line in lines if (match := re.match(r"python3? -m ((?:yuemian|bench)[\w.]*)", line))
    }
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []
    scripts = {match[1] for line in lines if (match := re.match(r"python3? ([\w/]+\.py)", line))}
    assert [name for name in scripts if not (ROOT / name).exists()] == []


def test_both_readmes_have_the_same_sections_and_pictures() -> None:
    english, chinese = READMES
    counts = [len(re.findall(r"^## ", prose(page), re.MULTILINE)) for page in READMES]
    assert counts[0] == counts[1]
    shown = [[target for mark, target in _LINK.findall(prose(page)) if mark] for page in READMES]
    assert [target.replace("-en.", "-zh.") for target in shown[0]] == shown[1]
    assert english.name in chinese.read_text("utf-8")
    assert chinese.name in english.read_text("utf-8")


def test_both_readmes_give_the_same_commands() -> None:
    blocks = [
        [
            re.sub(r"\s*#.*", "", block)
            for kind, block in _FENCE.findall(page.read_text("utf-8"))
            if kind == "sh"
        ]
        for page in READMES
    ]
    assert blocks[0] == blocks[1]


def defined_names() -> set[str]:
    """`Class`, `function`, `CONSTANT`, `Class.member` and SQL functions: everything that the source defines."""
    names: set[str] = set()
    for path in (ROOT / "src" / "yuemian").rglob("functions.sql"):
        names.update(re.findall(r"FUNCTION (\w+)\(", path.read_text("utf-8")))
    for path in (ROOT / "src" / "yuemian").rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            names.update(own := _names(node))
            if isinstance(node, ast.ClassDef):
                names.update(
                    f"{name}.{member}" for name in own for inner in node.body for member in _names(inner)
                )
    return names


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return {node.name}
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign)
        else []
    )
    return {target.id for target in targets if isinstance(target, ast.Name)}


def test_every_word_of_the_glossary_is_in_the_code() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and line.count("|") == 5
    ]
    named = {name for row in rows for name in re.findall(r"`([\w.]+)`", row[2])}
    assert len(named) > 50
    assert named - defined_names() == set()


def test_every_decision_is_in_the_index_and_whole() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path for path in folder.glob("*.md") if path.name[:4].isdigit())
    index = (folder / "README.md").read_text("utf-8")
    assert [path.name for path in records if f"({path.name})" not in index] == []
    numbers = [int(path.name[:4]) for path in records]
    assert numbers == list(range(1, len(records) + 1))
    for record in records:
        heads = re.findall(r"^## (.+)$", record.read_text("utf-8"), re.MULTILINE)
        assert heads == ["Context", "Decision", "Consequences", "Alternatives"], record.name


def test_every_page_of_the_documentation_is_in_its_index() -> None:
    indexes = [ROOT / "docs" / "README.md", ROOT / "docs" / "decisions" / "README.md", *READMES]
    linked = {path for index in indexes for path, _ in links(index)}
    documents = {page for page in pages() if page.is_relative_to(ROOT / "docs")} - set(indexes)
    hidden = {page for page in documents if page.name != "template.md"} - linked
    assert sorted(map(name_of, hidden)) == []
