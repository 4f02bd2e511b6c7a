"""The forms of lending, sending away, and doubts."""

from edge.documents.form import Form

MOVE_FORMS = (
    Form("loan_slip", "档案借阅单", "借"),
    Form("transfer_notice", "档案转递通知单", "转", sealed=True, source="transfer_notice.typ"),
    Form("confidential_cover", "机要封面", "机", source="confidential_cover.typ"),
    Form("receipt_chase", "催要回执函", "催", sealed=True),
    Form("delay_report", "档案转递问题报告", "误", sealed=True),
    Form("doubt_report", "档案疑点报告", "疑", sealed=True),
    Form("catalogue", "档案材料目录", "目", source="catalogue.typ"),
)
