"""The forms of what comes in."""

from edge.documents.form import Form

INTAKE_FORMS = (
    Form("call_letter", "调档函", "调", sealed=True, source="transfer.typ"),
    Form("urging_letter", "催办转档函", "促", sealed=True),
    Form("sent_back_notice", "封签破损退回通知", "返", sealed=True),
    Form("carried_notice", "不接收自带档案告知书", "拒"),
    Form("missing_promise", "缺件告知承诺书", "承", copies=2),
    Form("reception_receipt", "档案接收回执", "回", sealed=True),
    Form("material_receipt", "补充材料收件回执", "收"),
    Form("material_returned", "材料退回通知", "还"),
    Form("forwarding_slip", "转后补材料转递单", "补", sealed=True),
    Form("collection_receipt", "村级档案收集交接单", "村", copies=2),
    Form("collection_urging", "村级档案催补单", "追"),
)
