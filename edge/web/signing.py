"""Signing a step at the screen of whoever is signed in: the person named gives the own PIN.

So three people who stand at one counter sign one after the other, and nobody has to sign out.
"""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody

from edge.domain.access import Clerk
from edge.domain.errors import Denied, InvalidInput
from edge.domain.matters.registry import flow_of
from edge.store.matters import matter_of
from edge.store.staff import member_by_id
from edge.web.matters import stepped
from edge.web.parts import Parts
from edge.web.rendering import go
from edge.workflows import signing_in


class Signature(msgspec.Struct, frozen=True):
    """The PIN of whoever the matter names."""

    pin: Annotated[str, msgspec.Meta(max_length=60)]


@post("/matters/{matter:str}/steps/{step:str}/sign", status_code=303, sync_to_thread=True)
def sign(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Clerk],
    parts: NamedDependency[Parts],
    matter: FromPath[str],
    step: FromPath[str],
    data: URLEncodedBody[Signature],
) -> Response[Any]:
    """Let whoever the matter names for a step take it here.

    Raises InvalidInput `matter.step_unknown`, `staff.unknown`, Denied `matter.pin_wrong` (name,
    left), and as `signing_in.sign_in` and `matters.take_step`.
    """
    with parts.office.space.read() as town:
        held = matter_of(town, matter)
    signer = flow_of(held.flow).step(step).signer
    if not signer:
        raise InvalidInput("matter.step_unknown")
    with parts.office.county.read() as county:
        member = member_by_id(county, held.fields.get(signer, ""))
    if member is None:
        raise InvalidInput("staff.unknown")
    try:
        person = signing_in.sign_in(parts.office, member.login, data.pin)
    except Denied as denied:
        if denied.key != "pin.wrong":
            raise
        raise Denied(
            "matter.pin_wrong", name=member.clerk.name, left=denied.fields["left"]
        ) from denied
    place = stepped(parts, person, matter, step, {})
    # Whoever signed here has a screen of their own, where nothing was just done.
    parts.undos.take(person.id)
    return go(request, place)


HANDLERS = [sign]
