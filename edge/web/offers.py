"""What may be chosen in the fields of a form whose choices are not its own."""

from edge.domain.archive import BUILT_IN
from edge.domain.matters.flow import FieldKind
from edge.store import rules, staff
from edge.store.dossiers import dossier_of
from edge.web.locale import language
from edge.web.parts import Parts
from edge.workflows.handing_over import people_here


def offers_of(parts: Parts, dossier: str) -> dict[str, dict[str, str]]:
    """The choices by kind of field and by code.

    The office's people and the county's, but for those who have handed over, the county's other
    offices, the dossier's categories.
    """
    scheme = BUILT_IN
    with parts.office.county.read() as county, parts.office.space.read() as town:
        towns = (parts.office.code, "")
        people = [each for code in towns for each in people_here(town, county, code)]
        others = [e for e in staff.town_offices(county) if e.code != parts.office.code]
        if dossier:
            scheme = rules.scheme_of(county, dossier_of(town, dossier).scheme)
    parents = {each.parent for each in scheme.parts}
    closest = [each for each in scheme.categories if each.code not in parents]
    chinese = language() == "zh"
    offers = {
        FieldKind.STAFF: {each.id: each.name for each in people},
        FieldKind.TOWN: {each.code: each.name for each in others},
        FieldKind.CATEGORY: {
            each.code: each.name if chinese else each.english
            for each in sorted(closest, key=lambda each: scheme.order(each.code))
        },
    }
    return {str(kind): named for kind, named in offers.items()}
