"""The tables of `flags`: verbose regular expressions, so that a space in them means nothing."""

# ruff: noqa: E501  (a table: a line is what belongs together)

from __future__ import annotations

from typing import Final

#: Who uses, buys or is counted: then the words are about a market, not about the candidate.
_MARKET: Final = r"(?:的)?(?:用户|客户|客群|人群|顾客|消费者|群体|市场|产品|品类|项目|场景|频道|业务|患者|数据|字段|标签|画像|需求|服务|平台|社区|App|APP|app)"
_PLACES: Final = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南"
    "|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|东北|温州|潮汕"
)

CHINESE: Final = {
    "age": rf"""
        (?<!平均)年龄 (?!段|分层|分布|{_MARKET}) | 年纪 (?!轻轻就?(?:做|带))
        | (?:太|偏|比较|有点|还|过于)(?:老|年轻)(?!化|{_MARKET}|的?(?:代码|版本|系统|架构|框架|项目|公司|团队|行业))
        | [0-9一二三四五六七八九十]{{1,3}} \s* (?:多)? 岁 (?! \s*(?:以上|以下|及以上|左右)? \s*{_MARKET}|\s*以[上下]|[的]?(?:老人|儿童|孩子|学生))
        | [6-9０0][05]后 (?!{_MARKET}) | (?:快|都|已经?|年近|年过|奔|过了)\s*[二三四五六]十(?!岁?以上)(?:好几|多|来)?(?:岁|的人|了|$|[，。；]) | [二三四五六]十(?:好几|多岁|来岁|出头)(?:的人)?(?!{_MARKET}) | 不年轻了? | 快退休 | 临近退休 | 高龄(?!{_MARKET}) | 中年人(?!{_MARKET}) | 奔[三四五]了? | 青春饭 | 老大不小 | 岁数
    """,
    "sex": rf"""
        女生(?!{_MARKET}) | 男生(?!{_MARKET}) | 女孩子?(?!{_MARKET}) | 男孩子?(?!{_MARKET}) | (?:一个|是个?|作为|毕竟是?)(?:女|男)(?:的|人|性)
        | 女性(?!{_MARKET}|向|健康) | 男性(?!{_MARKET}|向|健康) | 女的 | 男的 | 小姑娘 | 姑娘(?!{_MARKET}) | 小伙子?(?!伴) | 妹子 | 大老爷们 | 女汉子
        | 娘娘腔 | [男女][士生]?优先 | (?:男|女)(?:士|性)不(?:考虑|要) | 同性恋 | 性取向 | 找个男的? | 招个男的? | 要个男的? | 女同志 | 女流 | 娘炮 | 女人(?!{_MARKET}) | 男人(?!{_MARKET}) | (?<!不分)性别(?!字段|统计|预测|识别|比例图|{_MARKET}|歧视)
    """,
    "marriage": rf"""
        已婚(?!{_MARKET}) | 未婚(?!{_MARKET}) | 单身(?!{_MARKET}|公寓) | 结婚(?!登记|{_MARKET}|照) | 离异 | 离婚(?!登记|案) | 婚姻(?!登记|{_MARKET}|法)
        | 婚育 | 婚否 | 没对象 | 有对象了? | 男朋友 | 女朋友 | 男友 | 女友 | 老公 | 老婆 | 配偶(?!{_MARKET}|信息) | 隐婚 | 结了婚 | 二婚 | 再婚 | 成了?家的 | 没成家 | 谈恋爱(?!{_MARKET}) | 闪婚 | 大龄剩
    """,
    "pregnancy": rf"""
        怀孕(?!{_MARKET}) | 孕期(?!{_MARKET}) | 备孕(?!{_MARKET}) | 产假(?!{_MARKET}|规则|计算|流程) | 生育(?!险|保险|{_MARKET}|津贴) | 二胎(?!{_MARKET})
        | 三胎 | 生孩子 | 要孩子 | 生娃 | 有孕 | 哺乳(?!期?{_MARKET}|动物|类) | 坐月子 | (?:马上|快|就)要?生了 | 挺着肚子 | 大肚子 | 孕妇(?!{_MARKET}|装|险)
    """,
    "children": rf"""
        (?:有|带|两个|一个|没有?|没|家里)(?:小)?(?:孩子|娃)(?!们?(?:用户|产品|王)) | 小孩(?:上学|还小|太小|没人带) | 孩子(?:还小|上学|小|没人带|刚)
        | 宝妈(?!{_MARKET}) | 宝爸(?!{_MARKET}) | 奶爸(?!{_MARKET}) | 带娃(?!{_MARKET}) | 单亲(?!{_MARKET}) | 家里[一两二三](?:个)?(?:娃|孩子|小孩) | [两二三]个娃 | 孩子(?:要?中考|要?高考|上小学|上幼儿园) | 接送孩子
    """,
    "origin": rf"""
        外地(?:人|的|户口)(?!才) | (?<!基)本地(?:人|户口)(?!才|脉|力) | (?:{_PLACES})(?:人|籍|户口)(?!口|才|力|民|员|寿|脉|工|流|群|均|口音|{_MARKET}) | 农村(?:人|户口|出身|来的|出来)(?!口)
        | 乡下(?:人|来) | 户口(?!本?(?:系统|数据|字段|迁移|办理|登记|{_MARKET})) | 户籍(?!系统|数据|字段|{_MARKET}) | 籍贯(?!字段) | 老家 | 地域(?:歧视)?(?:问题|偏见)
        | (?<!英语)(?<!英文)(?<!日语)(?:地方|方言|家乡|东北|四川|广东|带)口音(?!的?(?:适配|识别|评测|模型)) | 口音(?:重|太重|很重|较重|浓) | 外国人(?!{_MARKET}) | (?:{_PLACES})(?:来的|那边的|那边人) | 乡音 | (?:{_PLACES})的(?=[，。；]) | 抱团 | 方言(?:重|太重|很重) | 小地方(?:来|的人) | 山里(?:来|出来) | 老外(?!{_MARKET}) | 北漂
    """,
    "ethnicity": rf"""
        少数民族(?!{_MARKET}|文字|语言) | [回藏满壮苗彝汉]族(?!{_MARKET}|自治|文字|语|馆|特色|服饰|文化) | 蒙古族 | 维吾尔(?!语|文) | 维族 | 哈萨克族 | 朝鲜族(?!{_MARKET})
        | 黑人(?!{_MARKET}) | 白人(?!{_MARKET}) | (?:他|她|候选人)的?民族 | 混血 | 种族(?!歧视的?(?:识别|检测))
    """,
    "religion": rf"""
        信教 | 宗教(?!{_MARKET}|文化|内容|典籍) | 信佛 | 佛教徒 | 信基督 | 基督徒 | 基督教徒 | 穆斯林(?!{_MARKET}) | 教徒 | 清真(?!{_MARKET}|餐|认证|食品) | 天主教徒
        | 做礼拜 | 去教堂 | 拜佛 | 念经 | 戴头巾 | 吃斋
    """,
    "health": rf"""
        残疾(?!人?{_MARKET}|人?证) | 残障(?!人士?{_MARKET}) | 抑郁(?!{_MARKET}|症?(?:筛查|数据|量表)) | 焦虑症 | 病史(?!{_MARKET}|系统|录入) | 慢性病(?!{_MARKET}|管理) | 乙肝(?!疫苗|{_MARKET}) | 糖尿病(?!{_MARKET}|管理)
        | 得过?癌 | 癌症(?!{_MARKET}|早筛|筛查|影像) | 体弱 | 身体(?:不好|差|状况|不行|虚|有病|素质) | 口吃 | 结巴 | 心脏病(?!{_MARKET}|预测) | 高血压(?!{_MARKET}|管理) | 精神病(?!院) | 精神疾病
        | 健康(?:状况|问题)(?!{_MARKET}) | 住院(?!病|部|系统|医|{_MARKET}) | 做过手术 | 听力(?:障碍|不好|差) | 视力(?:不好|差|障碍)(?!{_MARKET}) | 色盲(?!{_MARKET}|模式|友好) | 色弱(?!{_MARKET}|模式) | 助听器(?!{_MARKET}|的?(?:蓝牙|固件)) | 腿脚不(?:便|好) | [肝肾肺心胃]不好 | 跛 | 瘸 | 聋(?!哑?(?:学校|人{_MARKET})) | 哑巴 | 有病(?=$|[，。；]) | 吃药(?=$|[，。；]) | 糖尿病人(?!群)
    """,
    "looks": r"""
        长得 | 长相 | 疤(?!痕(?:护理|产品)) | 五官 | (?:头|有点|已经|开始)秃 | 秃(?:顶|头) | 又[矮黑胖瘦丑] | 脸上有 | 颜值(?!经济|产品|测试) | (?:人|挺|很|真|比较|蛮|长得)漂亮(?!地|的(?:代码|方案|回答|解法|设计|数据|重构|成绩|收尾|推导|作品)) | (?:人|挺|很|真|蛮)帅 | 帅哥 | 美女 | (?<!品牌)(?<!产品)(?<!公司)(?<!企业)形象(?:好|佳|不佳|差|气质|一般|欠佳)
        | 身高(?!字段|数据|预测) | (?<![一二两三四五六七八九十几多每])个子 | 身材 | 外貌 | 相貌 | 外表 | 其貌不扬 | (?:太|偏|很|有点|比较|挺)(?:胖|矮|瘦|丑)(?!了?(?:客户端|接口|模型)) | 肥胖(?!人群|用户|数据) | 纹身 | 染发 | 打扮
        | 穿着(?!设备|类) | 穿得 | 气质 | 邋遢
    """,
    "politics": r"""
        (?:是|不是|非|预备|中共|为)党员 | 党员(?=$|[，。；,.;]) | 入了?党(?!申请书模板) | 政治可靠 | 政治面貌(?!字段) | 政治(?:立场|倾向|观点|态度) | (?<!集)团员(?!工|队) | 民主党派? | 共和党 | 群众(?=$|[，。；,.;])
    """,
    "insult": r"""
        傻(?!瓜式|瓜相机) | (?<!用)(?:太|真|很|有点|比较|挺|又)笨(?!办法|重) | 笨得 | 笨蛋 | 蠢 | 白痴 | 废物(?!利用|回收|处理) | (?:人|简直|就是|真)垃圾(?!回收|邮件|短信|分类|数据|桶|信息|评论) | 脑残 | 脑子(?:有病|有问题|不好使|进水) | 神经病 | 智商(?!测试)
        | 猪(?=$|[，。！,.!]|一样|队友|脑) | 奇葩 | 装逼 | 装B | 二货 | (?<![回翻滑])滚(?=$|[，。！,.!]|蛋|出去) | 人渣 | 骗子 | 垃圾(?=$|[，。！,.!]) | 草包 | 恶心 | 又懒 | 好吃懒做 | 懒得(?:要死|要命) | 烂人 | 没脑子 | 弱智 | 讨厌(?=$|[，。！,.!]|的人)
    """,
}

_EN_MARKET: Final = r"(?=\s+(?:users?|customers?|clients?|consumers?|segments?|markets?|shoppers?|audiences?|products?|brands?|fashion|health|fields?|columns?|data|demographics?|patients?|populations?|ratio|voices?))"

ENGLISH: Final = {
    "age": r"""
        \b(?:too|very|rather|a\sbit|quite|pretty|so|seems|looks)\s(?:old|young)\b(?!\s(?:code|codebase|system|stack|version|framework|company|project))
        | \b\d{2}\s?(?:years?[\s-]old|yrs?\sold|y/?o)\b | \bin\s(?:his|her|their)\s(?:early\s|mid-?\s?|late\s)?(?:twenties|thirties|forties|fifties|sixties)\b
        | \b(?:his|her|their|the\scandidate's)\sage\b | \bfor\s(?:his|her|their)\sage\b | \bage\s(?:is|was)\sa\b | \bmillennial\b(?!\s(?:users|customers|market)) | \bboomer\b | \bgen\s?z\b(?!\s(?:users|customers|market|audience))
        | \bover\sthe\shill\b | \bclose\sto\sretire(?:ment)?\b | \bold\s(?:guy|man|lady|woman|timer)\b | \b(?:looks|is|must\sbe|probably|around|about|nearly|over|past)\s(?:about\s|around\s|over\s)?[4-7]\d\b(?=[,.;!]|$|\sand|\sbut) | \bretires?\ssoon\b | \bmiddle-?\s?aged\b | \bin\s(?:his|her|their)\s(?:early\s|mid\s|late\s)?[2-6]0s\b | \byoungster\b
    """,
    "sex": rf"""
        \b(?:girls?|lady|ladies)\b(?!-) | \b(?:as|for|is|being|typical)\sa\s(?:wo)?man\b | \b(?:a|the|this)\s(?:wo)?man\b(?!-|\s(?:page|in\sthe\smiddle|month|day|hour)) | \b(?:fe)?male\b(?!{_EN_MARKET}|/female|\sand\sfemale)
        | \b(?:his|her)\s(?:gender|sex)\b | \bgender\b(?!{_EN_MARKET}|-neutral|\sneutral|\sbias) | \btomboy\b | \b(?:wo)?men\s(?:rarely|usually|often|tend|are|do|don't|never|always)\b | \b(?:is|he's|she's|seems|looks)\s(?:gay|lesbian|bisexual|queer|trans|homosexual)\b | \bsexual\sorientation\b | \bbossy\b | \bone\sof\sthe\sboys\b | \bboyish\b
    """,
    "marriage": r"""
        \b(?:is|was|newly|just|not|un|recently|got|gets|getting)\s?(?:just\s)?married\b | \bmarital\b(?!\sstatus\s(?:field|column)) | \bdivorced?\b(?!\s(?:law|case)) | \b(?:his|her|their)\s(?:husband|wife|spouse|boyfriend|girlfriend|fianc[eé]e?|partner\sat\shome)\b
        | \b(?:is|still|being)\ssingle\b(?!-|\s(?:threaded|page|source|sign|point|thread|digit)) | \bfianc[eé]e?\b | \bengaged\sto\sbe\b
    """,
    "pregnancy": r"""
        \bpregnan(?:t|cy)\b(?!\s(?:app|tracker|test|users|products?)) | \bmaternity\b(?!\s(?:products?|wear|app|line|brand|ward)) | \b(?:trying\sfor|expecting|going\sto\shave)\sa\s(?:baby|child)\b | \bparental\sleave\b(?!\s(?:module|policy|rules)) | \bbreast-?feed | \b(?:plans?|starting|wants?)\s(?:to\sstart\s)?a\sfamily\b
    """,
    "children": r"""
        \b(?:has|have|with|having|got|raising)\s(?:\w+\s)?(?:kids?|children|toddlers?)\b(?!\s(?:nodes?|components?|elements?|process(?:es)?|threads?)) | \bsingle\s(?:mom|mum|mother|dad|father|parent)\b | \b(?:mother|father)\sof\s(?:\w+)\b
        | \b(?:his|her|their)\s(?:kids?|child|children|son|daughter)\b | \bchild-?care\s(?:problem|duties|issue)s?\b | \bworking\s(?:mom|mum|mother)\b
    """,
    "origin": r"""
        \b(?:heavy|thick|strong|foreign|slight|an?|his|her|their|indian|chinese|russian|french|southern)\s(?:\w+\s)?accent\b(?!\scolou?r) | \bimmigrants?\b(?!\s(?:users|customers|community)) | \bforeigner\b | \bhome\s?town\b | \bcountry\sbumpkin\b | \bfrom\s(?:the\scountryside|a\svillage)\b
        | \b(?:non-?\s?|not\sa\s)native\s(?:english\s)?speaker\b | \b(?:she|he|candidate)\sis\s(?:an?\s)?(?:indian|chinese|korean|japanese|russian|pakistani|nigerian|mexican|vietnamese|filipin[oa])\b | \bnationality\b(?!\s(?:field|column))
    """,
    "ethnicity": r"""
        \b(?:black|white|asian|hispanic|latin[oa]|arab|jewish|brown)\s(?:guy|man|woman|girl|person|candidate|lady|kid)\b | \b(?:is|he's|she's)\s(?:black|asian|hispanic|latin[oa]|jewish|arab)\b | \bethnic(?:ity)?\b(?!\s(?:food|bias)) | \b(?:his|her|their)\s(?:race|skin)\b | \bskin\scolou?r\b
    """,
    "religion": r"""
        \b(?:is|he's|she's|devout|practi[sc]ing)\s(?:an?\s)?(?:muslim|christian|catholic|hindu|buddhist|jew|mormon|atheist)\b | \breligio(?:n|us)\b(?!\s(?:users|content|studies|texts)) | \b(?:hijab|headscarf|turban|yarmulke)\b | \bramadan\b(?!\s(?:campaign|sale|promotion)) | \bgoes\sto\schurch\b | \bprays\b
    """,
    "health": r"""
        \bdisabilit(?:y|ies)\b(?!\s(?:insurance|users)) | \b(?:is|was|he's|she's)\sdisabled\b(?=[.,;!]|$|\sand|\sbut) | \bwheelchair\b | \bdepress(?:ed|ion)\b | \b(?:chronic|mental)\s(?:illness|disease|health\s(?:issue|problem|condition)s?)\b | \bmedical\s(?:history|condition)s?\b(?!\s(?:data|record|system|module)) | \bsick\sleave\b
        | \b(?:has|had|with)\s(?:cancer|diabetes|epilepsy|asthma|adhd|autism|aids|hiv|ms)\b | \bstutter(?:s|ed|ing)?\b(?!\s(?:in|of)\sthe\s(?:video|ui|animation)) | \bautis(?:m|tic)\b | \bantidepressants?\b | \bon\smedication\b | \bhearing\said\b | \blimp(?:s|ed)\b | \badhd\b | \b(?:looks|seems|seemed|looked)\s(?:sick|ill|unhealthy)\b | \bhard\sof\shearing\b | \bcolou?r-?blind\b(?!\s(?:mode|users|friendly|palette))
    """,
    "looks": r"""
        \bgood[\s-]?looking\b | \b(?:is|very|so|quite|really)\s(?:attractive|handsome|beautiful|gorgeous)\b(?!\s(?:offer|price|option|code|solution|design|proposition|package)) | \bpretty\s(?:girl|woman|face|lady)\b | \b(?:is|very|so)\s(?:pretty|ugly)(?=[.,;!]|$) | \boverweight\b | \bobese\b | \b(?:is|too|a\sbit|very)\s(?:fat|skinny|chubby|short)(?=[.,;!]|$|\sand\s(?:fat|ugly)|\sfor\s(?:the\s(?:front|job|role|client)|a\s(?:client|customer)))
        | \btattoos?\b | \b(?:he|she)?\s?dress(?:es|ed)\slike\b | \bbald\b | \bugly\sface\b | \b(?:badly|poorly|well|under|over)-?\s?dressed\b | \b(?:his|her|their)\s(?:looks|appearance|clothes|hair|outfit|figure|weight)\b | \bunkempt\b | \bscruffy\b
    """,
    "politics": r"""
        \b(?:is|he's|she's|a|votes?|voted|registered)\s(?:an?\s)?(?:republican|democrat|communist|socialist|conservative\svoter|liberal\svoter|tory)\b | \bparty\smember\b | \bpolitical\s(?:views?|opinions?|leanings?|beliefs?|party)\b | \bvoted\sfor\b | \b(?:supports?\s)?trump\s?(?:supporter|fan|voter)\b | \bsupports?\s(?:trump|biden|putin)\b | \bunion\s(?:member|activist)\b | \bleft-?wing\b | \bright-?wing\b
    """,
    "insult": r"""
        \bstupid(?:ity)?\b | \bidiot(?:ic)?\b(?!\s?-?proof) | \bmoron(?:ic)?\b | \bdumb\b(?!\s(?:terminal|component|pipe)) | \bloser\b | \b(?:is|was|totally|completely|just)\suseless\b(?!\s(?:code|cod|test|tests|render|re-?render)) | \b(?:is|very|too|so|just)\slazy\b(?!\s(?:load|eval|init|import)) | \b(?:is|was|complete|total|absolute|pure)\sgarbage\b(?!\scollect)
        | \bretard(?:ed)?\b | \bclown\b | \bjerk\b | \bpathetic\b | \bscum\b | \bcrap(?:py)?\b | \basshole\b | \bweirdo\b | \bcreep\b | \bnutcase\b | \bidiocy\b
    """,
}
