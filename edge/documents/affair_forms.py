"""Papers of consultation, retirement checks and the affairs of persons."""

from edge.documents.form import Form

BRIEFING = Form("briefing", "一次性告知单", "告")
EXTRACT = Form("extract", "档案摘录", "摘", sealed=True)
READING_SLIP = Form("reading_slip", "查阅档案审批表", "阅")
QUERY_REPLY = Form("query_reply", "查档复函", "复", sealed=True)
REVIEW_LETTER = Form("review_letter", "政审证明", "政", sealed=True)
RETIREMENT_LIST = Form("retirement_list", "退休档案记载核实表", "退", sealed=True)

AFFAIR_FORMS = (
    BRIEFING,
    EXTRACT,
    READING_SLIP,
    QUERY_REPLY,
    REVIEW_LETTER,
    RETIREMENT_LIST,
)
