"""HR's light structure: becomes the few tags it means, and nothing else ever becomes a tag."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.richtext import to_html, to_text

TAG = re.compile(r'</?(p|ul|ol|li|strong)>|<br>|<a href="https://[^"<>]+">|</a>')


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
        ("请带：\n- 身份证\n- 简历\n谢谢", "<p>请带：</p><ul><li>身份证</li><li>简历</li></ul><p>谢谢</p>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("**重要** a", "<p><strong>重要</strong> a</p>"),
        ("<b>&", "<p>&lt;b&gt;&amp;</p>"),
        (
            "见https://a.cn/b?c=1&d=2。谢",
            '<p>见<a href="https://a.cn/b?c=1&amp;d=2">https://a.cn/b?c=1&amp;d=2</a>。谢</p>',
        ),
        ("(https://a.cn/b).", '<p>(<a href="https://a.cn/b">https://a.cn/b</a>).</p>'),
        ("javascript:alert(1) http://a.cn", "<p>javascript:alert(1) http://a.cn</p>"),
        ("", ""),
    ],
)
def test_the_structure_becomes_html(text: str, html: str) -> None:
    assert to_html(text) == html


@given(st.text(st.sampled_from("ab*<>\"'&- \n1.https://\\/=`"), max_size=120))
def test_no_text_ever_becomes_a_tag_of_its_own(text: str) -> None:
    assert "<" not in TAG.sub("", to_html(text))
    assert ">" not in TAG.sub("", to_html(text))


@given(st.text(max_size=200))
def test_every_tag_is_closed(text: str) -> None:
    html = to_html(text)
    for tag in ("p", "ul", "ol", "li", "strong", "a"):
        assert len(re.findall(f"<{tag}[ >]", html)) == html.count(f"</{tag}>")


def test_inline_styles_are_given_only_where_asked() -> None:
    assert to_html("a", {"p": 'margin:0;x:"'}) == '<p style="margin:0;x:&quot;">a</p>'


def test_plain_text_loses_only_the_asterisks() -> None:
    assert to_text("**a** b\n- c") == "a b\n- c"
