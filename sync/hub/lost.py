"""What a dead or stolen box may not have delivered, from receipts, seals and files; in words."""

from dataclasses import dataclass
from datetime import datetime

from edge.domain.errors import NotFound
from edge.store.standing import Delivered, Refusal, delivered, refusals
from edge.web.locale import gettext
from sync.hub.county import County
from sync.roster import Member


@dataclass(frozen=True, slots=True)
class Account:
    """One box and what its town's space holds of it; `refused` are its segments set aside."""

    box: Member
    delivered: Delivered
    refused: tuple[Refusal, ...]

    @property
    def complete(self) -> bool:
        """Whether everything that the box is known to have written or named is here."""
        said = self.delivered
        return said.held >= said.known and not self.refused and not self.files

    @property
    def files(self) -> int:
        """How many files that the box named are not here."""
        return self.delivered.thumbnails + self.delivered.papers + self.delivered.masters


def account_of(county: County, box: str) -> Account:
    """Draw the account of a box; raises NotFound `box.unknown`."""
    member = county.peers.roster.members.get(box)
    if member is None:
        raise NotFound("box.unknown", box=box)
    with county.spaces.space(member.space).read() as connection:
        refused = tuple(each for each in refusals(connection) if each.sender == box)
        return Account(member, delivered(connection, box), refused)


def in_words(account: Account) -> list[str]:
    """Say it line by line."""
    box, said = account.box, account.delivered
    revoked = gettext("已停用") if box.revoked else ""
    lines = [f"{box.name}（{box.id}，{box.town}）{revoked}"]
    if said.signed_at is None:
        lines.append(gettext("最后签收：没有签收过"))
    else:
        signed = {"n": said.signed, "when": _moment(said.signed_at)}
        lines.append(gettext("最后签收：第 %(n)s 条，%(when)s") % signed)
    reached = {"held": said.held, "known": said.known}
    lines.append(gettext("县里现有：到第 %(held)s 条；已知它写到：第 %(known)s 条") % reached)
    if said.known > said.held:
        gap = {"first": said.held + 1, "last": said.known, "count": said.known - said.held}
        lines.append(gettext("缺：第 %(first)s 至第 %(last)s 条，共 %(count)s 条不在县里") % gap)
    else:
        lines.append(gettext("已知的记录都在县里"))
    if account.refused:
        aside = {"count": len(account.refused)}
        lines.append(gettext("另有 %(count)s 包被拒收，放在一边待查") % aside)
    if account.files:
        files = {"small": said.thumbnails, "papers": said.papers, "masters": said.masters}
        lines.append(
            gettext("未到的图像：缩略图 %(small)s，证明 %(papers)s，原件 %(masters)s") % files
        )
    if said.dossiers:
        lines.append(gettext("涉及档案：") + "、".join(said.dossiers))
    if not account.complete:
        lines.append(
            gettext(
                "下一步：让本镇别的盒子联网，导入它写过的 U 盘，再看一遍；"
                "还缺的请镇里按纸质登记补录"
            )
        )
    heard = _moment(said.heard) if said.heard else gettext("没有过")
    ending = gettext("最后一次完整交换：%(when)s；此后只存在那台盒子上的，县里无从知道")
    lines.append(ending % {"when": heard})
    return lines


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000).strftime("%Y-%m-%d %H:%M")
