"""Every form of the counter, by its code."""

from collections.abc import Mapping

from edge.documents.affair_forms import AFFAIR_FORMS
from edge.documents.form import Form
from edge.documents.intake_forms import INTAKE_FORMS
from edge.documents.line_forms import LINE_FORMS
from edge.documents.move_forms import MOVE_FORMS
from edge.documents.office_forms import OFFICE_FORMS
from edge.documents.register_forms import REGISTER_FORMS

FORMS: Mapping[str, Form] = {
    form.code: form
    for form in (
        *AFFAIR_FORMS,
        *INTAKE_FORMS,
        *LINE_FORMS,
        *MOVE_FORMS,
        *OFFICE_FORMS,
        *REGISTER_FORMS,
    )
}
