"""Ordinary notes of interviewers: none of them is about what must not count, and each says what was seen."""

from __future__ import annotations

CHINESE = """
讲清了订单超时的原因：消息重复消费，用幂等键解决，还画了时序图
写 LRU 缓存时先问了并发要求，再用双向链表实现，边界都测了
垃圾回收讲到了三色标记和写屏障，能说明什么时候会停顿
把 40 万行的报表从 12 秒优化到 800 毫秒，说得出每一步的依据
问到接口幂等时答不上来，提示后想到了唯一索引
做过面向 60 岁以上用户的大字版，讲了可用性测试的结果
负责女性用户频道的改版，点击率提升了 18%
讲了男装品类的库存周转，拿出了当时的数据
设计了已婚字段的脱敏方案，考虑了历史数据迁移
老龄化社区项目里负责设备接入，能画出整体架构
代码写得漂亮的地方在于错误处理统一在一层
递归写法没有考虑栈溢出，提醒后改成了迭代
谈到客户投诉时举了去年双十一的例子，先道歉再给方案
三次打断面试官的问题，追问后才回到主题
英文自我介绍两分钟，遇到不会的词能换一种说法
SQL 能写窗口函数，但没想到数据倾斜
微服务拆分举了支付系统的例子，知道为什么先拆账务
用两个具体的数字说明了拉新成本，并解释了为什么下降
讲到上一家公司年轻的团队如何做代码评审，有具体流程
年轻用户的留存方案分三步，讲清了每一步怎么验证
对本地人脉资源的用法有计划：先拜访 20 家老客户
外地人才引进政策的申报材料都是他整理的
集团员工培训由她组织，一年 14 场，有满意度数据
品牌形象片的拍摄由他统筹，预算控制在 30 万以内
瘦客户端和胖客户端的差别讲得清楚，举了收银机的例子
孕产用户的推送频率他做过 AB 测试，结论可信
母婴产品线的售后话术改了三版，退货率从 9% 到 6%
糖尿病患者随访系统里负责消息提醒模块
慢性病管理平台的数据模型画得出来，解释了为什么分表
癌症早筛影像的标注流程是他定的，准确率 94%
健康检查接口返回 200 但依赖已挂，他知道要区分存活和就绪
健康度评分的算法是五个指标加权，权重有依据
色盲模式的配色由她推动上线，走了三轮评审
残疾人用户的无障碍改造，读屏软件她亲自测过
视力障碍用户的导航提示，讲了两个失败的版本
宗教文化类图书的选品经验丰富，列了去年前十
藏族自治州的物流网络由他规划，时效从 7 天到 4 天
维吾尔语的分词适配做过，知道难点在形态变化
少数民族语言的输入法项目里负责词库
清真餐饮客户的合同由她谈下来，三年续约两次
海外市场他跑过印尼和泰国，能说清渠道差别
户口本系统对接时发现了编码不一致，写了转换规则
婚姻登记系统的并发高峰在 2 月 14 日，他提前做了压测
单身公寓项目的出租率从 71% 提到 93%
离婚案件的卷宗归档流程由他重写，查找时间减半
二胎用户的画像是她做的，分了五类
产假规则计算模块的边界条件列了 11 条，考虑周到
生育津贴的申领流程讲得很细，知道各地差别
生育保险的核算做过两年
党员管理系统的权限模型是他设计的
智慧党建项目里做过移动端，离线可用
政治面貌字段的校验写了单元测试
身高字段允许空值，他解释了为什么不设默认值
穿着设备的数据上报做了合并，电量省了 15%
傻瓜式部署脚本由他写，新人十分钟能跑起来
笨办法是全表扫描，他先说明代价再给出索引方案
废物回收小程序的增长活动带来 3 万新用户
垃圾分类识别模型的误报率降到了 2%
垃圾邮件过滤的特征工程讲得具体
智商测试类应用的题库由她维护
上海人力资源部的流程他熟悉，能说出三处瓶颈
北京人流统计项目里负责摄像头标定
广东客户的回款周期从 90 天压到 60 天，讲了催款的三步
四川口味的选品由她定，复购率有数据
性别识别模型的偏差分析做得细，列了四个子集
性别字段为空时的处理他提了两种方案
平均年龄分布的直方图他十分钟就画完了
年龄段分桶的方式会影响留存曲线，他主动说到了
35% 的用户流失在第二步，她提出先简化表单
20 年的财务数据归档方案，他考虑了合规期限
团队里带过 5 个新人，讲了怎么安排第一周
为什么离职说得坦诚：想做底层存储，现在岗位没有机会
对我们产品做了功课，指出了注册流程的两个问题
遇到不会的问题直接说不知道，然后给出自己会怎么查
白板题先列了三个测试用例，再开始写代码
谈价格时先问客户的预算和决策人，没有急着报价
把冲突的过程讲清楚了：谁反对、为什么、最后怎么定
汇报时结论在前，数据在后，五页讲完
排期用了关键路径，预留了 20% 缓冲
字段名写错一次，自己复查时发现并改正
英语口音不影响理解，技术词汇准确
语音识别里方言口音的适配他做过评测
讲述了一次线上事故：凌晨两点回滚，第二天写了复盘
没有准备案例，追问三次都停留在概念上
用户访谈做了 12 场，提炼出三个痛点并排序
客户端崩溃率从千分之三降到万分之五，有监控截图
对接美女主播业务的风控规则讲得细
男性护肤市场的规模估算分了三层，误差说明合理
老人机的字体适配她做过真机测试
小孩子能听懂的比喻解释了区块链，很有画面
儿童产品的内容审核流程由她制定
黑人抬棺视频的版权问题他处理过
婚恋平台的实名认证流程改了两版，投诉下降
高血压管理产品的依从性指标是她定义的
肥胖人群的饮食推荐做了冷启动方案
心脏病预测比赛拿了第三，讲了特征选择
抑郁筛查量表的题目顺序做过随机化
住院病人的排班系统他做过接口联调
职级体系讲解时举了自己带人晋升的例子
简历里的并发量对不上，追问后承认是压测数据
用树状数组解决了区间查询，复杂度分析正确
把客户分成三类，每类给出不同的跟进频率
招聘漏斗的每一步转化率都能报出数字
做过一次全员薪酬调整，沟通了 200 多人
老用户召回活动的成本控制在人均 3 元
讲解 TCP 拥塞控制时画了窗口变化图
合同条款里的违约责任理解有偏差，提醒后修正
项目延期两周，主动同步并给出补救方案
英文邮件写作有语法错误，但意思清楚
对竞品的定价策略做过系统对比
带过 8 人的小组，离职率低于部门平均
家电品类的促销排期由她负责
讲到跨部门扯皮时没有抱怨，讲了机制
Redis 持久化两种方式的取舍说得明白
现场画了用户旅程，标出了三处流失
面对压力提问时停顿了十秒，然后重新组织答案
财报分析里现金流部分讲得最深
对加班的问题问得直接，关心排班制度
记错了事务隔离级别，自己发现后更正
女装直播间的退货率从 45% 降到 31%
老年大学课程表的交互改版有前后对比
做过残联合作的就业平台，熟悉无障碍规范
北京市场的渠道占比他记得准确
给孩子讲编程的公益课教了两年，教案自己写
负责孕妇装的供应链，交期缩短 9 天
健身房会员的体重数据做了异常检测
学校宿舍管理系统里做过人脸识别门禁
医院病历结构化项目中负责标注规范
对民族乐器电商的选品有见解
三十个用户访谈里提炼出两个假设
一次性说清了五种缓存失效策略
家装行业的获客渠道讲得细
长尾词的排名提升有截图
用药提醒功能的误触率降低一半
四十家门店的排班算法由他写
对婚礼跟拍平台的补贴策略有反思
懒加载和预加载的取舍讲清楚了
秃鹫搜索算法的名字记错了
方言识别模型的训练集他参与标注
成家立业主题的广告投放 ROI 1.8
聋哑学校的公益课程由她联络
""".strip().splitlines()

ENGLISH = """
Walked through the outage step by step: duplicate messages, fixed with an idempotency key
Explained garbage collection with the three colours and where it pauses
Cut the report from 12 s to 800 ms and could justify every step
Could not say why the index was ignored until I showed the plan
Built the onboarding for female users and raised activation by 18 percent
Ran the menswear line; male customers returned 9 percent less after the size guide
Knows the man page of rsync by heart and used --checksum for a reason
Estimated twelve man-months and cut the scope instead
Described a man-in-the-middle attack and how pinning stops it
Prefers lazy loading for the gallery and measured the first paint
The lazy import saved 300 ms at start-up, shown with a flame graph
Called the old codebase a mess but listed three seams to cut it
Married the two data models with a mapping table and a nightly check
Handled single sign-on with three identity providers at once
Explained why the parser is single threaded and where that hurts
Killed the child process only after the parent had flushed its queue
The tree has children nodes loaded on demand; he spotted the N+1
Led maternity products for two years and knew the return rates
Designed the parental leave module and its eleven edge cases
Chose the accent colour from the contrast tables, not by eye
Sold to native speakers and learners alike with two landing pages
Said the feature flag was disabled by default in staging and why that hid the bug
Set up disability insurance quotes with a rules engine
Modelled the Great Plains drought data and explained the outliers
Wrote the medical history data import and its validation rules
The video stuttering in the UI came from layout thrash; she proved it in the profiler
Works in colour-blind mode by default and showed the palette
Political campaign budgets were her largest accounts; she named three results
The union type in TypeScript made the states explicit
Race conditions: found one in my example within two minutes
Raced ahead without asking for the constraints, then had to start over
Black-box tests first, then white-box where the branches were missing
Whiteboard sketch of the queue with back pressure and a dead letter lane
Idiot-proof installer with one button and a rollback
A dumb terminal emulator from scratch in a weekend, showed the repository
Pretty good grasp of isolation levels; named a write skew
A very attractive offer to the client: pay per use with a cap
Beautiful solution with a monotonic stack in linear time
Ugly hacks are isolated in one file with a ticket for each
The fat jar was split into layers, images shrank by half
Thin client, fat controller: he knew why that ages badly
The appearance of the dashboard was changed after five user tests
Gender bias in the ranking model was measured on four subsets
Age buckets change the retention curve, she brought that up herself
The agency doubled its leads after the second campaign
Twenty years of ledgers archived with a retention schedule
Asked for budget and decision maker before naming a price
Told the story of a conflict: who objected, why, and how it was settled
Conclusion first, five slides, each with one number
Interrupted the question three times and came back only when asked
Admitted not knowing the answer and said how to find out
Critical path with 20 percent buffer, updated weekly
Misspelt a field once and found it in the self review
Talked to twelve users and ranked three pains by frequency
Crash rate down from 0.3 to 0.05 percent, monitoring shown
No example prepared; after three follow-up questions still only concepts
Closed the church-management software deal by mapping who signs
Republic of Korea launch: localised payments within six weeks
Explained weight decay and why it helped the second model
Trumpeted no results he could not show; each figure had a source
The candidate asked whether the data was skewed before choosing a join
Compared three queue designs and picked one for its failure modes
Closed a six-figure renewal after mapping four decision makers
Forgot to handle the empty list until I asked
Explained the single-table design with real access patterns
Used the word married to describe two services that deploy together
Migrated the women's health tracker to a new backend in a month
Has written a children's book app with offline audio
Asked about on-call load and deploy frequency
Could not say what the error budget was for
Was blunt about what went wrong and owned it
Rewrote the French localisation pipeline
Ran a workshop for senior citizens on scams
Presented the quarterly plan with three scenarios
Old system was hard to test, so he wrapped it first
Young company with few processes; she set up the first one
Gave a lazy answer at first, then derived the bound
Handled a customer who shouted by repeating the facts
Fat-finger errors dropped after the confirmation step
Native mobile developer with two shipped apps
About 60 percent of the traffic came from one client
The service is over 50 ms slower after the change
Dressed the raw data up with clear axis labels
Past 40 iterations the loss stops falling
Asked how accents are handled in speech input
Short and clear answers with numbers
""".strip().splitlines()
