"""Which app's browser is it: real agents, and those that only look alike."""

from __future__ import annotations

import pytest

from yuemian.domain.in_app import InApp, in_app, is_computer, takes_files

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
ANDROID = f"Mozilla/5.0 (Linux; Android 14; V2285A) {KIT} Version/4.0 Chrome/126.0 Mobile Safari/537.36"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/130.0 Safari/537.36"
MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {KIT} Version/18.1 Safari/605.1.15"


@pytest.mark.parametrize(
    ("agent", "app"),
    [
        (
            f"{IPHONE} Mobile/15E148 MicroMessenger/8.0.53(0x18003531) NetType/WIFI Language/zh_CN",
            InApp.WECHAT,
        ),
        (f"{WINDOWS} MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat", InApp.WECHAT),
        (f"{IPHONE} Mobile/15E148 wxwork/4.1.26 MicroMessenger/7.0.1 Language/zh", InApp.WECOM),
        (f"{ANDROID} AliApp(DingTalk/7.6.25) com.alibaba.android.rimet/0 Channel/227200", InApp.DINGTALK),
        (f"{IPHONE} Mobile/15E148 AliApp(DingTalk/7.6.0) com.laiwang.DingTalk/1", InApp.DINGTALK),
        (f"{ANDROID} Lark/7.29.6 LarkLocale/zh_CN ChannelName/Feishu", InApp.FEISHU),
        (f"{IPHONE} Mobile/15E148 Feishu/7.1", InApp.FEISHU),
        (f"{ANDROID} AliApp(AP/10.6.0) AlipayClient/10.6.0 Language/zh-Hans", InApp.ALIPAY),
        (f"{IPHONE} Mobile/15E148 QQ/9.0.56.611 V1_IPH_SQ_9.0.56", InApp.QQ),
        (f"{ANDROID} MQQBrowser/15.2", None),
        (f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1", None),
        (WINDOWS, None),
        ("", None),
    ],
)
def test_the_app_is_known_by_its_agent(agent: str, app: InApp | None) -> None:
    assert in_app(agent) == app


@pytest.mark.parametrize(
    ("agent", "is_desk"),
    [(WINDOWS, True), (MAC, True), (IPHONE + " Mobile", False), (ANDROID, False), ("", False)],
)
def test_a_computer_is_no_phone(agent: str, is_desk: bool) -> None:
    assert is_computer(agent) is is_desk


def test_wechat_takes_no_files_and_an_ordinary_browser_does() -> None:
    assert not takes_files(InApp.WECHAT)
    assert takes_files(None)
    assert takes_files(InApp.DINGTALK)
