"""What a dead or stolen box may not have delivered, from receipts, seals and files; in words."""

from dataclasses import dataclass
from datetime import datetime

from edge.domain.errors import NotFound
from edge.store.standing import Delivered, Refusal, delivered, refusals
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
    lines = [f"{box.name}（{box.id}，{box.town}）{'已停用' if box.revoked else ''}"]
    if said.signed_at is None:
        lines.append("最后签收：没有签收过")
    else:
        lines.append(f"最后签收：第 {said.signed} 条，{_moment(said.signed_at)}")
    lines.append(f"县里现有：到第 {said.held} 条；已知它写到：第 {said.known} 条")
    if said.known > said.held:
        count = said.known - said.held
        lines.append(f"缺：第 {said.held + 1} 至第 {said.known} 条，共 {count} 条不在县里")
    else:
        lines.append("已知的记录都在县里")
    if account.refused:
        lines.append(f"另有 {len(account.refused)} 包被拒收，放在一边待查")
    if account.files:
        lines.append(
            f"未到的图像：缩略图 {said.thumbnails}，证明 {said.papers}，原件 {said.masters}"
        )
    if said.dossiers:
        lines.append("涉及档案：" + "、".join(said.dossiers))
    if not account.complete:
        lines.append(
            "下一步：让本镇别的盒子联网，导入它写过的 U 盘，再看一遍；还缺的请镇里按纸质登记补录"
        )
    heard = _moment(said.heard) if said.heard else "没有过"
    lines.append(f"最后一次完整交换：{heard}；此后只存在那台盒子上的，县里无从知道")
    return lines


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000).strftime("%Y-%m-%d %H:%M")
