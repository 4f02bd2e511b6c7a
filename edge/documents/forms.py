"""Every form of the counter, by its code."""

from collections.abc import Mapping

from edge.documents.form import Form

FORMS: Mapping[str, Form] = {}
