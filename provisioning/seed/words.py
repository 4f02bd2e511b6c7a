"""What stands on the invented pages: lives, opinions, courses, notices."""

from random import Random

from provisioning.seed.county import town_of
from provisioning.seed.materials import SeedMaterial
from provisioning.seed.people import AS_OF, COMMON_SURNAMES, OLD_FEMALE, OLD_MALE, SeedPerson

COURSES = (
    *("思想道德修养", "法律基础", "大学语文", "高等数学", "大学英语（一）", "大学英语（二）"),
    *("计算机基础", "体育（一）", "体育（二）", "马克思主义哲学", "政治经济学", "概率与统计"),
    *("专业导论", "应用写作", "管理学原理", "经济法", "统计学", "信息检索", "专业英语"),
    *("社会调查", "案例分析", "市场营销", "公共关系", "会计基础", "工程制图", "电工基础"),
    *("劳动与社会保障", "档案管理", "毕业实习", "毕业论文"),
)
SELF_REVIEW = (
    "本人参加工作以来，能够认真学习政治理论和业务知识，遵守单位各项规章制度，服从组织分配。",
    "在工作中勤勤恳恳，任劳任怨，虚心向老同志请教，较好地完成了领导交给的各项任务。",
    "平时团结同事，关心集体，积极参加单位组织的各项活动，注意节约，爱护公物。",
    "存在的不足是学习还不够深入，处理问题有时急躁，今后一定努力改正，争取更大进步。",
    "几年来先后在车间、仓库和办公室工作，熟悉了各个岗位的操作要求，未发生责任事故。",
    "业余时间坚持自学，参加了县里组织的业务培训，并取得了相应的结业证书。",
)
OPINIONS = (
    "该同志工作认真负责，表现良好，同意上报。",
    "情况属实，经研究同意。",
    "经集体讨论，同意该同志按期转正定级。",
    "同意所在单位意见。",
    "符合规定条件，同意办理。",
    "同意，请按有关政策执行。",
)
LIFE = (
    "我出生在{place}一个普通农民家庭，父母以种田为生，家中兄妹{siblings}人，我排行第{rank}。",
    "幼年时家境并不宽裕，父母省吃俭用供我上学，使我从小懂得了劳动的辛苦和读书的不易。",
    "{primary}年秋，我进入村里的小学读书，老师教我们识字、算术，放学后我就帮家里割草、放牛。",
    "升入中学以后，学校离家有十几里山路，每个星期天下午背着米和菜走到学校，一住就是一个星期。",
    "{graduated}年，我从{school}毕业。在校期间担任过学习委员，曾被评为三好学生。",
    "{started}年，我来到{unit}工作。刚参加工作时，对业务很不熟悉，是师傅手把手地教会了我。",
    "那年夏天发大水，全厂职工连夜抢运物资，我和同志们一起在水里干了两天两夜，没有一个人叫苦。",
    "通过这些年的工作，我深深体会到，一个人的力量是有限的，只有依靠集体，才能把事情办好。",
    "我的家庭成员历史清楚，社会关系简单，都拥护党的领导，没有参加过任何非法组织。",
    "回顾自己走过的道路，是组织的培养和同志们的帮助使我不断进步，在这里我表示衷心的感谢。",
    "我也清楚地看到自己的缺点，理论学习抓得不紧，工作方法比较简单，有时不注意听取不同意见。",
    "今后，我要更加严格地要求自己，努力学习，踏实工作，请组织在实践中考验我。",
)
APPLICATION = (
    "敬爱的党组织：我志愿加入中国共产党，愿意为共产主义事业奋斗终身。",
    "我对党的认识，是在学习和工作中逐步加深的。身边的党员同志处处起带头作用，使我深受教育。",
)
RELATIONS = (("父亲", 27), ("母亲", 25), ("配偶", 0), ("兄", 4), ("妹", -3), ("子", -26))
REWARDS = (
    "{year}年被评为单位先进工作者。",
    "{year}年在业务技能比赛中获二等奖，单位予以通报表扬。",
    "{year}年度考核为优秀，给予嘉奖一次。",
)


def field_values(person: SeedPerson, material: SeedMaterial, rng: Random) -> dict[str, str]:
    """What is written into the named places of a form."""
    formed = int(material.formed_on[:4])
    values = {
        "name": person.name,
        "former_name": person.former_name or "无",
        "sex": person.sex,
        "born": f"{person.born_on.year}.{person.born_on.month:02d}",
        "ethnicity": person.ethnicity.removesuffix("族"),
        "native_place": person.native_place,
        "education": person.education,
        "health": "良好",
        "political_status": person.political_status,
        "id_number": id_number_in(person, formed),
        "started": f"{person.started_work}.{rng.randint(1, 12):02d}",
        "address": person.address,
        "phone": person.phone if formed > 1998 else "",
        "school": person.school,
        "major": person.major or "—",
        "work_unit": person.work_unit,
    }
    for row, (years, place) in enumerate(_stations(person, material)):
        values |= {f"years{row}": years, f"place{row}": place, f"witness{row}": invent_name(rng)}
    for row, (relation, older) in enumerate(rng.sample(RELATIONS, rng.randint(3, 5))):
        age = formed - person.born_on.year + older
        if age < 1:
            continue
        values |= {
            f"relation{row}": relation,
            f"kin{row}": (person.name[0] if older else "")
            + invent_name(rng)[0 if not older else 1 :],
            f"age{row}": str(age),
            f"work{row}": rng.choice(
                ("务农", "退休", "个体经商", *town_of(person.town_code).units)
            ),
        }
    return values


def id_number_in(person: SeedPerson, year: int) -> str:
    """The number as a paper of that year has it: none before 1986, 15 digits before 2000."""
    if year < 1986:
        return ""
    number = person.id_number
    return number if year >= 2000 else number[:6] + number[8:17]


def _stations(person: SeedPerson, material: SeedMaterial) -> list[tuple[str, str]]:
    """Years and places of a life up to the day of the material."""
    born, formed = person.born_on.year, int(material.formed_on[:4])
    town = town_of(person.town_code)
    stations = [
        (born + 7, born + 13, f"{town.name}中心小学　读书"),
        (born + 13, born + 16, f"{town.name}初级中学　读书"),
    ]
    if person.graduated > born + 16:
        stations.append((born + 16, person.graduated, f"{person.school}　读书"))
    change = person.started_work + 7
    stations.append((person.started_work, change, f"{person.work_unit}　职工"))
    stations.append((change, AS_OF.year, f"{person.work_unit}　班组长"))
    return [
        (
            f"{first}.09—{'' if last > formed else f'{last}.08'}{'至今' if last > formed else ''}",
            place,
        )
        for first, last, place in stations
        if first <= formed
    ]


def invent_name(rng: Random) -> str:
    """A name for a witness, a relative or a reviewer."""
    return rng.choice(COMMON_SURNAMES) + "".join(rng.sample(OLD_MALE + OLD_FEMALE, 2))


def self_review(rng: Random) -> str:
    """A paragraph in which the holder judges himself."""
    return "".join(rng.sample(SELF_REVIEW, 4))


def rewards(person: SeedPerson, rng: Random) -> str:
    """Rewards named by year, or none."""
    if rng.random() < 0.4:
        return "无。"
    return rng.choice(REWARDS).format(year=person.started_work + rng.randint(2, 6))


def letter_text(person: SeedPerson, material: SeedMaterial, page_no: int, rng: Random) -> list[str]:
    """The paragraphs of one page of an autobiography or an application."""
    lines = list(LIFE)
    if "申请" in material.title and page_no == 1:
        lines = [*APPLICATION, *lines]
    elif page_no > 1:
        lines = rng.sample(lines[2:], len(lines) - 2)
    values = {
        "place": person.native_place + person.village,
        "siblings": "三四五"[rng.randrange(3)],
        "rank": "一二三"[rng.randrange(3)],
        "primary": person.born_on.year + 7,
        "graduated": person.graduated,
        "school": person.school,
        "started": person.started_work,
        "unit": person.work_unit,
    }
    text = [line.format(**values) for line in lines]
    return ["".join(text[start : start + 3]) for start in range(0, len(text), 3)]


def notice_text(person: SeedPerson, material: SeedMaterial) -> list[str]:
    """The paragraphs of a printed notice."""
    born = f"{person.born_on.year}年{person.born_on.month}月"
    number = id_number_in(person, int(material.formed_on[:4]))
    who = f"{person.name}，{person.sex}，{born}出生" + (f"，身份证号{number}" if number else "")
    if "解除" in material.title:
        return [
            f"{who}，自{person.started_work}年起在我单位工作。",
            "现双方协商一致，依照《中华人民共和国劳动合同法》第三十六条，解除劳动合同。"
            "其工资、经济补偿已结清，社会保险费缴至本月。",
            f"请于十五日内凭本证明到{town_of(person.town_code).name}便民服务中心办理档案和社会保险关系转移手续。",
        ]
    if "转递" in material.title:
        return [
            f"{town_of(person.town_code).government}：",
            f"兹将{person.name}同志（{who.removeprefix(person.name + '，')}）的人事档案材料转去，"
            "请按档案内所列目录清点查收，并将回执退回。",
            "档案正本壹卷，副本无，材料份数以卷内目录为准。转递方式：机要通信。",
        ]
    if "处分" in material.title:
        return [
            f"{who}，系{person.work_unit}职工。",
            "该同志在值班期间擅自离岗，造成物资受损，经调查属实，本人已作书面检查。",
            "为严肃纪律，教育本人，经研究决定，给予该同志警告处分。处分期六个月。",
        ]
    return [
        f"{who}，系{person.work_unit}职工。",
        "该同志一年来爱岗敬业，成绩显著，经民主评议、集体研究，决定授予先进个人称号，予以表彰。",
        "希望受表彰的同志珍惜荣誉，再接再厉；全体职工向先进学习，扎实做好本职工作。",
    ]


def certificate_text(person: SeedPerson, title: str) -> str:
    """What a certificate attests."""
    who = f"{person.name}，{person.sex}，{person.born_on.year}年{person.born_on.month}月生，"
    if "报到" in title:
        studied = f"{person.school}{person.major}专业毕业"
        return f"{who}{studied}，现派往{person.work_unit}工作，请按期报到。"
    if "职业资格" in title:
        return f"{who}经考核，理论知识和操作技能成绩合格，具备中级职业资格，特发此证。"
    if "论文" in title:
        return f"{who}撰写的《{person.major}实践中的几个问题》被评为优秀论文二等奖，特发此证。"
    if "培训" in title:
        return f"{who}参加本年度岗位业务培训，学完规定课程，考试合格，准予结业。"
    return (
        f"{who}于本校{person.major}专业学习期满，修完教学计划规定的全部内容，成绩合格，准予毕业。"
    )


def formed_in_chinese(formed_on: str) -> str:
    """201907 becomes 2019年7月."""
    text = f"{formed_on[:4]}年"
    if len(formed_on) >= 6:
        text += f"{int(formed_on[4:6])}月"
    if len(formed_on) == 8:
        text += f"{int(formed_on[6:])}日"
    return text
