"""Papers about the office itself."""

from edge.documents.form import Form

OFFICE_FORMS = (Form("rectification_notice", "问题整改通知单", "整改"),)
