"""The standards that the work of an archive rests on, and what each asks of an office."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standard:
    """One rule or standard: its number, name, level, and what it asks for here."""

    number: str
    name: str
    level: str
    asks: str


STANDARDS: tuple[Standard, ...] = (
    Standard(
        "主席令第47号", "中华人民共和国档案法（2020修订）", "法律", "来源可靠、程序规范、要素合规"
    ),
    Standard(
        "国务院令第772号", "档案法实施条例（2024）", "行政法规", "归档范围、移交期限、安全保管"
    ),
    Standard(
        "人社部、国家档案局令第3号",
        "社会保险业务档案管理规定",
        "部门规章",
        "归档范围、保管期限、鉴定销毁",
    ),
    Standard("国家档案局令第13号", "机关档案管理规定", "部门规章", "库房、装具、移交"),
    Standard(
        "人社部发〔2021〕112号",
        "流动人员人事档案管理服务规定",
        "规范性文件",
        "接收转递、保管、查借阅、证明、政审",
    ),
    Standard("GB/T 32623-2016", "流动人员人事档案管理服务规范", "国家标准", "服务流程"),
    Standard(
        "GB/T 33870-2017", "干部人事档案数字化技术规范", "国家标准", "300 dpi彩色，原始和优化图像"
    ),
    Standard("GB/T 31599-2015", "社会保险业务档案管理规范", "国家标准", "业务档案立卷"),
    Standard("GB/T 18894-2016", "电子文件归档与电子档案管理规范", "国家标准", "元数据、固化、备份"),
    Standard("GB/T 22239-2019", "网络安全等级保护基本要求", "国家标准", "账号、审计、三员分离"),
    Standard(
        "DA/T 70-2018", "文书类电子档案检测一般要求", "行业标准", "真实、完整、可用、安全四性"
    ),
    Standard("DA/T 48-2009", "基于XML的电子文件封装规范", "行业标准", "移交封装"),
    Standard("DA/T 31-2017", "纸质档案数字化规范", "行业标准", "扫描质量"),
    Standard("DA/T 22-2015", "归档文件整理规则", "行业标准", "归档章、保管期限代码"),
    Standard("DA/T 13-2022", "档号编制规则", "行业标准", "档号唯一、不重复使用"),
    Standard("JGJ 25-2010", "档案馆建筑设计规范", "行业标准", "库房14–24℃、45–60%RH，三分开"),
)
