"""The catalogue (目录) of a dossier on paper: its materials in order, in a numbered edition.

The place of a material is pencilled on it; the paper of the catalogue is made anew whenever
material was added, and every edition is kept.
"""

from edge.documents.form import Sheet
from edge.domain.scheme import Scheme
from edge.store import rules
from edge.store.database import Connection
from edge.store.dossiers import Material, catalogue, dossier_of
from edge.store.matters import Matter
from edge.store.papers import papers_of_dossier
from edge.store.persons import person_of
from edge.workflows.office import Office

FORM = "catalogue"


def catalogue_sheet(office: Office, town: Connection, matter: Matter) -> Sheet:
    """What stands in the next edition of the catalogue of a matter's dossier."""
    held = dossier_of(town, matter.dossier)
    with office.county.read() as county:
        scheme = rules.scheme_of(county, held.scheme)
    materials = in_order(scheme, catalogue(town, held.id))
    extra = {
        "holder": person_of(town, held.person).name,
        "dossier_number": held.number,
        "edition": edition_of(town, held.id),
        "scheme": scheme.name,
        "rows": _rows(scheme, materials),
        "pieces": str(len(materials)),
        "pages": str(sum(each.pages for each in materials)),
    }
    return Sheet(extra=extra)


def edition_of(town: Connection, dossier: str) -> str:
    """The number of the next edition."""
    return str(1 + sum(each.form == FORM for each in papers_of_dossier(town, dossier)))


def in_order(scheme: Scheme, materials: list[Material]) -> list[Material]:
    """The materials as they lie in the dossier by its scheme."""
    return sorted(materials, key=lambda each: (scheme.order(each.category), each.position, each.id))


def _rows(scheme: Scheme, materials: list[Material]) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    last = ""
    for each in materials:
        top = scheme.top(each.category)
        if top.code != last:
            rows.append({"kind": "category", "code": top.code, "title": top.name})
            last = top.code
        rows.append(
            {
                "kind": "material",
                "code": f"{each.category}-{each.position}",
                "title": each.title,
                "year": each.formed_on[:4],
                "month": each.formed_on[4:6].lstrip("0"),
                "day": each.formed_on[6:8].lstrip("0"),
                "pages": str(each.pages) if each.pages else "",
                "note": "复制件" if each.copy else "",
            }
        )
    return rows
