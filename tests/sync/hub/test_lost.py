"""What a dead box may not have delivered is drawn from receipts, seals and files."""

import hashlib

import pytest

from edge.domain.errors import NotFound, PeerRefused
from edge.store.seals import sign_seal
from sync.hub.lost import account_of, in_words
from tests.sync.test_parcels import file
from tests.sync.world import World


def test_a_box_that_delivered_everything_has_no_gap(world: World) -> None:
    box = world.box()
    box.view()
    box.sync()
    account = account_of(world.hub.county, box.keys.id)
    assert account.complete
    assert (account.delivered.held, account.delivered.signed) == (1, 1)
    words = "\n".join(in_words(account))
    assert "最后签收：第 1 条" in words
    assert "已知的记录都在县里" in words
    assert "下一步" not in words


def test_a_seal_that_came_without_its_entries_shows_the_gap(world: World) -> None:
    box = world.box()
    box.view()
    box.sync()
    key, county = box.keys, world.hub.county
    seal = sign_seal(key.id, 5, "ab" * 32, world.hub.clock(), key.id, key.signing)
    county.spaces.town("510101").write(
        lambda c: c.execute("insert into seal (id, body) values (?, ?)", (seal.id, seal.body))
    )
    account = account_of(county, key.id)
    assert not account.complete
    assert account.delivered.known == 5
    assert "缺：第 2 至第 5 条，共 4 条不在县里" in in_words(account)
    assert "按纸质登记补录" in in_words(account)[-2]


def test_files_that_never_arrived_are_counted_with_their_dossiers(world: World) -> None:
    box = world.box()
    box.append("dossier.registered", "d", {"person": "p", "number": "K-7"})
    digest = file(box, b"a page")
    box.session.run_once(lambda: False)
    account = account_of(world.hub.county, box.keys.id)
    said = account.delivered
    assert (said.thumbnails, said.papers, said.masters, said.dossiers) == (1, 0, 1, ("K-7",))
    assert "未到的图像：缩略图 1，证明 0，原件 1" in in_words(account)
    box.sync()
    assert world.hub.county.spaces.blobs("town-510101").has(digest)
    assert account_of(world.hub.county, box.keys.id).complete


def test_a_revoked_box_is_refused_and_named_so(world: World) -> None:
    box = world.box()
    county = world.hub.county
    county.revoke(box.keys.id, "被盗")
    with pytest.raises(PeerRefused, match=r"sync\.revoked"):
        box.sync()
    words = in_words(account_of(county, box.keys.id))
    assert "已停用" in words[0]
    assert "最后签收：没有签收过" in words


def test_an_unknown_box_is_said_to_be_unknown(world: World) -> None:
    with pytest.raises(NotFound, match=r"box\.unknown"):
        account_of(world.hub.county, hashlib.sha256(b"nobody").hexdigest())
