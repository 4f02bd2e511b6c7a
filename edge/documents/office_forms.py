"""Papers about the office itself."""

from edge.documents.form import Form

OFFICE_FORMS = (Form("rectification-notice", "问题整改通知单", "整改"),)
