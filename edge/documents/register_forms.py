"""The forms of rooms, registers, hand-overs and reports."""

from edge.documents.form import Form

REGISTER_FORMS = (
    Form("stocktaking", "档案清点核对表", "清"),
    Form("inspection_record", "库房检查记录", "检"),
    Form("incident_report", "档案安全责任事故报告", "事"),
    Form("handover_list", "档案工作人员交接清册", "交"),
    Form("destruction_list", "档案鉴定销毁清册", "销"),
    Form("destruction_record", "档案销毁记录", "监"),
    Form("four_properties", "移交电子档案四性检测报告", "测"),
    Form("archive_list", "档案移交清册", "移"),
    Form(
        "yearly_report",
        "人力资源社会保障档案工作年度统计表",
        "统",
        source="yearly_report.typ",
    ),
    Form("evidence_pack", "档案工作达标定级佐证目录", "佐"),
    Form("standards_table", "档案工作标准体系表", "标"),
)
