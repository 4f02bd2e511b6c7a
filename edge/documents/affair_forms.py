"""Papers of consultation, retirement checks and the affairs of persons."""

from edge.documents.form import Form

BRIEFING = Form("briefing", "一次性告知单", "告")

AFFAIR_FORMS = (BRIEFING,)
