"""The forms of the scanning line."""

from edge.documents.form import Form

LINE_FORMS = (
    Form("line_slip", "数字化加工流程单", "流"),
    Form("batch_list", "外包扫描档案交接清单", "外", copies=2),
)
