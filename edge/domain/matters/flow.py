"""What a flow is: its states, the steps between them, what each step asks for, and its deadline.

A flow is data, so that screens, lists, deadlines and reminders are the same for all of them; what
a step does beyond moving the matter on is written in `edge.workflows.effects`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from edge.domain.access import Right
from edge.domain.archive import check_formed_on
from edge.domain.errors import InvalidInput
from edge.domain.identity import check_number
from edge.domain.timely import When, require_timely

LONGEST_TEXT, LONGEST_LINES = 200, 2_000
LARGEST_NUMBER = 9_999_999
YES = "是"
# Of what another box calls a number: enough for a moment in milliseconds.
_DIGITS = 15


class Subject(StrEnum):
    """What a matter is about: one dossier, one person, or the office itself."""

    DOSSIER = "dossier"
    PERSON = "person"
    OFFICE = "office"


class FieldKind(StrEnum):
    """How a field is asked for; a DAY is YYYYMMDD, a DATE may lack day and month.

    STAFF is one of the office's people, by id; TOWN another office of the county, by code;
    CATEGORY one of the dossier's scheme; ID an identity number, which is shown masked.
    """

    TEXT = "text"
    LINES = "lines"
    DAY = "day"
    DATE = "date"
    NUMBER = "number"
    CHOICE = "choice"
    CHECK = "check"
    STAFF = "staff"
    TOWN = "town"
    CATEGORY = "category"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a step asks for; `label` and `hint` are Chinese and the ids of their English.

    `name` means the same within the whole flow. `scan` says what a barcode may fill in:
    dossier, shelf or any. `private`: not shown to citizens, nor on lists. `longest` is how many
    characters it may have, where that is other than what its kind allows. `when`: where a DAY or
    DATE may lie; each of them says so. `people`: it names people, and the office's are offered.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    hint: str = ""
    scan: str = ""
    private: bool = False
    longest: int = 0
    when: When | None = None
    people: bool = False

    @property
    def limit(self) -> int:
        """How many characters may be typed."""
        usual = LONGEST_LINES if self.kind is FieldKind.LINES else LONGEST_TEXT
        return self.longest or usual


def one_of(name: str, label: str, choices: tuple[str, ...]) -> Field:
    """A field in which one of these must be chosen."""
    return Field(name, label, FieldKind.CHOICE, required=True, choices=choices)


@dataclass(frozen=True, slots=True)
class Deadline:
    """So many days from the act; `rule` names the county's rule that may set another number."""

    days: int
    working: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Where a matter may stand; in one that is not `open` nothing is left to do.

    `waits`: what is to be done when its day comes, where the name does not say it.
    """

    code: str
    name: str
    open: bool = True
    waits: str = ""


class Turn(StrEnum):
    """When a step may be what the screen offers first."""

    USUAL = "usual"
    DUE = "due"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Step:
    """One act that moves a matter on.

    `sources` are the states that it may be taken in, `target` the one it leads to, empty to stay.
    `unlike` names steps (or `open`) whose taker may not take this one: the second pair of eyes.
    A signature names in `signer` the STAFF field whose person alone gives it; a step that is `once`
    is taken by each person for himself. Nobody takes back either of another's.
    `deadline` sets a new one; `paper` is the form that it issues; an `outside` step tells what
    someone else has done. What cannot be taken back is not `undoable`. `screen` is the address of
    a step's own screen, with `{matter}`; an `inner` step is taken by the effect of another flow.
    `given` says by what was filled in whether the step is offered; its effect refuses it besides.
    `turn`: one that is taken when it happens is never offered first, one that the matter's day
    calls for only once that has come.
    A `panel` step is offered by what its flow shows of its own, one tap for each thing there.
    """

    code: str
    name: str
    sources: tuple[str, ...]
    target: str = ""
    right: Right = Right.FILE
    fields: tuple[Field, ...] = ()
    unlike: tuple[str, ...] = ()
    deadline: Deadline | None = None
    paper: str = ""
    undoable: bool = True
    outside: bool = False
    screen: str = ""
    inner: bool = False
    given: Callable[[Mapping[str, str]], bool] | None = None
    turn: Turn = Turn.USUAL
    panel: bool = False
    signer: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """One kind of business; the first state is where it begins. `basis` names the rule behind it.

    `papers` are forms that may be printed at any time, besides those that its steps issue.
    `brings` lists what an applicant has to bring, shown before anything is begun and printed.
    `sole`: a subject has at most one open matter of this flow. A `lasting` one is a line of a
    register, such as a machine in use: it is listed with its own kind, not among business.
    `screen` is the address where it begins, if it has a screen of its own. The steps stand in the
    order in which they are usually taken: the first that may be taken is offered first.
    """

    code: str
    name: str
    group: str
    subject: Subject
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    opening: tuple[Field, ...] = ()
    right: Right = Right.FILE
    deadline: Deadline | None = None
    paper: str = ""
    papers: tuple[str, ...] = ()
    basis: str = ""
    help: str = ""
    sole: bool = False
    lasting: bool = False
    screen: str = ""
    brings: tuple[str, ...] = ()

    def state(self, code: str) -> State:
        """Look a state up; raises KeyError."""
        return {each.code: each for each in self.states}[code]

    def step(self, code: str) -> Step:
        """Look a step up; raises InvalidInput `matter.step_unknown`."""
        for each in self.steps:
            if each.code == code:
                return each
        raise InvalidInput("matter.step_unknown")

    def steps_from(self, state: str) -> tuple[Step, ...]:
        """List the steps that somebody may take in a state."""
        return tuple(each for each in self.steps if state in each.sources and not each.inner)

    @property
    def for_citizens(self) -> bool:
        """Whether it is somebody's own business, who may be shown how far it has come."""
        named = any(each.private or each.kind is FieldKind.ID for each in self.opening)
        return self.subject is not Subject.OFFICE or named

    def fields(self) -> dict[str, Field]:
        """Every field that the flow asks for, by name."""
        asked = [*self.opening, *(each for step in self.steps for each in step.fields)]
        return {each.name: each for each in asked}


DROPPED = State("dropped", "已作废", open=False)


def dropping(*sources: str, right: Right = Right.FILE) -> Step:
    """The step that ends what was begun by mistake; it stands in the list, and why."""
    why = Field("why", "为什么作废", required=True)
    return Step("drop", "登记错了，作废", sources, DROPPED.code, right=right, fields=(why,))


def number_in(fields: Mapping[str, str], name: str) -> int:
    """Read a number off a matter, which another box may have written: 0 for what is none."""
    text = fields.get(name, "")
    return int(text) if len(text) <= _DIGITS and text.isascii() and text.isdecimal() else 0


def checked(fields: tuple[Field, ...], sent: Mapping[str, str], today: date) -> dict[str, str]:
    """Give what was filled in, in its one form; what was left empty is left out.

    Raises InvalidInput: `matter.field_missing`, `matter.field_long` (limit, length),
    `matter.field_choice`, `matter.field_number` (each with `label`), `date.partial` (text), those
    of `require_timely`, `id_number.…`.
    """
    filled = {}
    for field in fields:
        value = _checked(field, sent.get(field.name, "").strip(), today)
        if value:
            filled[field.name] = value
        elif field.required:
            raise InvalidInput("matter.field_missing", label=field.label)
    return filled


def _checked(field: Field, text: str, today: date) -> str:
    if not text:
        return ""
    if len(text) > field.limit:
        raise InvalidInput(
            "matter.field_long", label=field.label, limit=field.limit, length=len(text)
        )
    match field.kind:
        case FieldKind.CHOICE:
            if text not in field.choices:
                raise InvalidInput("matter.field_choice", label=field.label)
        case FieldKind.CHECK:
            return YES
        case FieldKind.ID:
            return check_number(text, today).modern
        case FieldKind.NUMBER:
            if not (text.isascii() and text.isdecimal()) or int(text) > LARGEST_NUMBER:
                raise InvalidInput("matter.field_number", label=field.label)
            return str(int(text))
        case FieldKind.DAY | FieldKind.DATE:
            written = check_formed_on(text)
            if field.kind is FieldKind.DAY and len(written) != 8:
                raise InvalidInput("date.day", text=text)
            require_timely(field.label, written, field.when or When.ANY, today)
            return written
    return text
