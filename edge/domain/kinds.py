"""The kinds of entries, and what each one's data holds.

`about` is given in brackets. A name ending in `?` may be absent. Dates of the archive are texts
`YYYY`, `YYYYMM` or `YYYYMMDD`, because many papers give no more; moments are milliseconds.

Town space
    person.registered [person]   name, id_number?, former_name?, sex?, birth?, ethnicity?, phone?,
                                 place?, education?, politics?, unit?, status?, party_place?,
                                 household?
    person.corrected [person]    field, value, source?, county?  names in `after` what it replaces
                                 county: decides between claims of a reviewed field that clash
    record.noted [person]        field, value, words?, dossier, material?, title, category?, page,
                                 formed_on?, altered?, origin?   what a page states:
                                 `domain.recorded`; origin: the note that it was elsewhere
    record.struck [person]       note, reason               the note was a slip of the pen
    dossier.registered [dossier] person, number, class, holder, scheme, shelf?, secrecy?,
                                 counts{category: n}
    dossier.moved [dossier]      shelf                      fact: names in `after`
    dossier.graded [dossier]     secrecy                    fact: likewise; empty for none
    capture.taken [capture]      dossier?, source, device, pages[page]
    capture.arranged [capture]   pages[page]    all of them, those put aside too;
                                 names in `after` the arrangements that it replaces
    material.filed [material]    dossier, category, position, title, formed_on, copy?, capture?,
                                 pages[page]
    material.reclassified [material] category, position, reason?   fact: names in `after`
    custody.received [dossier]   from, letter?, counts{category: n}
    custody.lent [dossier]       borrower, unit?, due, pages, resumes?
                                 resumes: the loan whose return was noted by mistake
    custody.renewed [dossier]    loan, due      the loan runs longer; the last one counts
    custody.returned [dossier]   loan, pages, void?         void: there was no such loan
    dossier.viewed [dossier]     purpose, what, matter?, page?   matter: whose readers looked
    dossier.refused [dossier]    grade                      who is not cleared asked for it
    proof.issued [proof]         dossier, kind, number, purpose, statement[], code, blob, holder?,
                                 id_number?, notes[entry]?, asker{}?, replaces?, matter?
    proof.revoked [proof]        reason, instead?           instead: the proof issued in its place
    proof.printed [proof]        printer, job
    climate.hour [room]          hour, sensors{sensor: summary}
    climate.alert [alert]        room, place?, sensor, breach, value, limit, also[breach]?
    climate.changed [alert]      breach, value, limit, also[breach], worse   worse: to be seen anew
    climate.cleared [alert]
    climate.acknowledged [alert] note?
    climate.unseen [alert]       the acknowledgment was a slip: to be seen anew
    switch.commanded [command]   room, switch, on, reason    by a clerk, or by the box itself
    switch.settled [command]     actual?, fault?             as read back
    switch.overridden [switch]   room, switch, on?, until, note?   without on: back to the rules
    room.seen [room]             day, half, readings{sensor: {temperature, humidity}?}, note?
    room.sheet_printed [room]    month, blob, printer, job
    transfer.sent [transfer]     dossier, to, reason, letter?
    transfer.arrived [transfer]  from, person{}, dossier{}, materials[], notes[]?
                                                                           written by the hub
    transfer.received [transfer] dossier
    transfer.confirmed [transfer]                                          written by the hub
    label.printed [dossier]      label, printer?           cover
    matter.opened [matter]       flow, number, dossier?, person?, due?, fields{}
    matter.stepped [matter]      step, due?, fields{}     names in `after` the acts that it follows
    matter.undone [matter]       undoes                   likewise; takes one act back
    paper.issued [paper]         form, number, title, blob, matter?, dossier?, code?
    paper.printed [paper]        printer, job
    list.frozen [matter]         form, facts[[name, value]], headings[], lines[[text]]
    stock.seen [matter]          place, dossier?, code?, condition?, void?
                                 void: the entry of a reading that it takes back
    citizen.confirmed [subject]  what, stated[[label, value]]   on the screen that faces citizens
    conflict.resolved [subject]  conflict, field?, chosen, answers[entry], note?
                                 names in `after` the resolutions that it replaces
    conflict.proposed [subject]  as conflict.resolved; what an office suggests to the county
    box.reported [box]           status{}

County space (written by the hub only)
    institution.named [town code] name, code
    user.enrolled [user]         name, login, town, roles[], pin (argon2 verifier)
    user.withdrawn [user]
    box.admitted [box]           town, name, ordinal, public_key, seal? (PEM)
    box.revoked [box]            reason
    rule.set [rule]              value                    a number or text that offices go by
    scheme.published [scheme]    name, categories[{code, name, english?, parent?}]

An act of custody names in `after` the acts of custody that its box knew of: custody is one line,
and a fork in it a conflict. `conflict` is a value of `domain.conflict.ConflictKind`; `chosen` is
the entry or the subject that stands. Two claims of a fact are settled by a claim that names both.

A page is {blob, thumb, width, height, dpi, bytes, blank, dark, skew, blurred?, outline?, twin?,
mark?, codes?, number?, turn?, discarded?, run?}: digests of the untouched master and of its
thumbnail; what was measured (twin: the number of an earlier page that shows the same sheet); and
what a clerk did: the page's number within its batch, degrees clockwise, put aside, and the feeder's
run that brought it.
"""

from enum import StrEnum


class Kind(StrEnum):
    """The name of an act."""

    PERSON_REGISTERED = "person.registered"
    PERSON_CORRECTED = "person.corrected"
    RECORD_NOTED = "record.noted"
    RECORD_STRUCK = "record.struck"
    DOSSIER_REGISTERED = "dossier.registered"
    DOSSIER_MOVED = "dossier.moved"
    DOSSIER_GRADED = "dossier.graded"
    CAPTURE_TAKEN = "capture.taken"
    CAPTURE_ARRANGED = "capture.arranged"
    MATERIAL_FILED = "material.filed"
    MATERIAL_RECLASSIFIED = "material.reclassified"
    CUSTODY_RECEIVED = "custody.received"
    CUSTODY_LENT = "custody.lent"
    CUSTODY_RENEWED = "custody.renewed"
    CUSTODY_RETURNED = "custody.returned"
    DOSSIER_VIEWED = "dossier.viewed"
    DOSSIER_REFUSED = "dossier.refused"
    PROOF_ISSUED = "proof.issued"
    PROOF_REVOKED = "proof.revoked"
    PROOF_PRINTED = "proof.printed"
    CLIMATE_HOUR = "climate.hour"
    CLIMATE_ALERT = "climate.alert"
    CLIMATE_CHANGED = "climate.changed"
    CLIMATE_CLEARED = "climate.cleared"
    CLIMATE_ACKNOWLEDGED = "climate.acknowledged"
    CLIMATE_UNSEEN = "climate.unseen"
    SWITCH_COMMANDED = "switch.commanded"
    SWITCH_SETTLED = "switch.settled"
    SWITCH_OVERRIDDEN = "switch.overridden"
    ROOM_SEEN = "room.seen"
    ROOM_SHEET_PRINTED = "room.sheet_printed"
    TRANSFER_SENT = "transfer.sent"
    TRANSFER_ARRIVED = "transfer.arrived"
    TRANSFER_RECEIVED = "transfer.received"
    TRANSFER_CONFIRMED = "transfer.confirmed"
    LABEL_PRINTED = "label.printed"
    MATTER_OPENED = "matter.opened"
    MATTER_STEPPED = "matter.stepped"
    MATTER_UNDONE = "matter.undone"
    PAPER_ISSUED = "paper.issued"
    PAPER_PRINTED = "paper.printed"
    LIST_FROZEN = "list.frozen"
    STOCK_SEEN = "stock.seen"
    CITIZEN_CONFIRMED = "citizen.confirmed"
    CONFLICT_RESOLVED = "conflict.resolved"
    CONFLICT_PROPOSED = "conflict.proposed"
    BOX_REPORTED = "box.reported"
    INSTITUTION_NAMED = "institution.named"
    USER_ENROLLED = "user.enrolled"
    USER_WITHDRAWN = "user.withdrawn"
    BOX_ADMITTED = "box.admitted"
    BOX_REVOKED = "box.revoked"
    RULE_SET = "rule.set"
    SCHEME_PUBLISHED = "scheme.published"
