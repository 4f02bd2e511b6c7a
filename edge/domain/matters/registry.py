"""Every flow that the counter knows, by its code, in the order of its list."""

from collections.abc import Mapping

from edge.domain.errors import NotFound
from edge.domain.matters.affairs import AFFAIR_FLOWS
from edge.domain.matters.consulting import CONSULTING_FLOWS
from edge.domain.matters.flow import Flow
from edge.domain.matters.intake import INTAKE_FLOWS
from edge.domain.matters.line import LINE_FLOWS
from edge.domain.matters.moves import MOVE_FLOWS
from edge.domain.matters.office import OFFICE_FLOWS
from edge.domain.matters.people import PEOPLE_FLOWS
from edge.domain.matters.proving import PROVING_FLOWS
from edge.domain.matters.rooms import ROOM_FLOWS
from edge.domain.matters.volumes import VOLUME_FLOWS

FLOWS: Mapping[str, Flow] = {
    flow.code: flow
    for flow in (
        *INTAKE_FLOWS,
        *MOVE_FLOWS,
        *LINE_FLOWS,
        *PROVING_FLOWS,
        *CONSULTING_FLOWS,
        *AFFAIR_FLOWS,
        *OFFICE_FLOWS,
        *ROOM_FLOWS,
        *PEOPLE_FLOWS,
        *VOLUME_FLOWS,
    )
}


def flow_of(code: str) -> Flow:
    """Look a flow up; raises NotFound `matter.flow_unknown`."""
    if code not in FLOWS:
        raise NotFound("matter.flow_unknown")
    return FLOWS[code]


def groups() -> dict[str, list[Flow]]:
    """The flows by the group that they are listed under."""
    listed: dict[str, list[Flow]] = {}
    for flow in FLOWS.values():
        listed.setdefault(flow.group, []).append(flow)
    return listed
