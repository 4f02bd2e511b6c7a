"""Whoever answers on the local net: one that drips, one that never ends, one in the hub's name."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from edge.domain.errors import PeerRefused, PeerUnreachable
from edge.store.changelog import known_entries
from sync.client import ReplicationLoop
from sync.discovery import BOX, SERVICE, Announcement, Browser, Found
from sync.lan.certificate import write_certificate
from sync.lan.listener import CONNECTIONS
from sync.lan.loop import NeighbourLoop
from sync.session import Session
from tests.sync.neighbours import LOOPBACK, heard_as, listening, session_to, until, url_of
from tests.sync.test_session import unsent_at
from tests.sync.world import Box, World

ENDLESS = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n"


@contextmanager
def answering(box: Box, said: bytes, pause: float) -> Iterator[str]:
    """A machine with this box's key that answers every request so, over and over."""
    certificate, key, password = write_certificate(box.folder / "false", box.keys)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key, password)
    listener = socket.create_server(("127.0.0.1", 0))
    ended, threads = threading.Event(), list[threading.Thread]()

    def answer(plain: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(plain, server_side=True) as line:
            line.recv(65_536)
            line.sendall(ENDLESS)
            while not ended.wait(pause):
                line.sendall(said)

    def accept() -> None:
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                threads.append(threading.Thread(target=answer, args=(plain,), daemon=True))
                threads[-1].start()

    threads.append(threading.Thread(target=accept, daemon=True))
    threads[0].start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in threads:
            thread.join()


@pytest.fixture
def town(world: World) -> tuple[Box, Box, Box]:
    """Three boxes that know of one another; the second one is hostile."""
    boxes = world.box(), world.box(), world.box()
    for box in boxes:
        box.sync()
    return boxes


def test_a_neighbour_that_drips_keeps_no_other_waiting(town: tuple[Box, Box, Box]) -> None:
    box, hostile, other = town
    act = box.view()
    with answering(hostile, b"x", 0.05) as url, listening(other) as there:
        heard = [Found(hostile.keys.id, BOX, "510101", url), heard_as(other, there)]
        loop = NeighbourLoop(box.session.side, lambda: heard, lambda: True, patience=1.0)
        begun = time.monotonic()
        loop._visit_all()
        assert time.monotonic() - begun < 10
        loop.stop()
    with other.town.read() as connection:
        assert known_entries(connection, [bytes.fromhex(act.id)])


def test_a_neighbour_announced_falsely_is_looked_for_where_it_was(
    town: tuple[Box, Box, Box],
) -> None:
    box, _, other = town
    with listening(other) as there:
        heard = [heard_as(other, there)]
        loop = NeighbourLoop(box.session.side, lambda: heard, lambda: True, interval=0.0)
        loop._visit_all()
        heard[:] = [Found(other.keys.id, BOX, "510101", "https://127.0.0.1:9")]
        act = box.view()
        for _ in range(2):
            loop._visit_all()
        assert loop.status()[0].error == ""
        loop.stop()
    with other.town.read() as connection:
        assert known_entries(connection, [bytes.fromhex(act.id)])


def test_an_answer_without_end_fills_no_memory(town: tuple[Box, Box, Box]) -> None:
    box, hostile, _ = town
    with answering(hostile, bytes(1 << 20), 0.0) as url:
        session = session_to(box, hostile, url)
        with pytest.raises(PeerRefused) as caught:
            session.run_once()
        session.close()
    assert caught.value.key == "sync.malformed"


@pytest.mark.parametrize("answers", [False, True], ids=["nobody there", "another machine there"])
def test_a_box_returns_to_its_hub_from_a_false_address(
    world: World, town: tuple[Box, Box, Box], answers: bool
) -> None:
    box, hostile, _ = town
    with listening(hostile) as there:
        false = url_of(there) if answers else "https://127.0.0.1:9"
        session = box.session
        loop = ReplicationLoop(session, box.keys.id, find=lambda: false, interval=0.1)
        world.hub.stop()
        loop.start()
        until(lambda: session.wire.url == false)
        until(lambda: loop.away)
        world.hub.start()
        box.view()
        until(lambda: unsent_at(box) == 0, 20)
        loop.stop()


def test_a_crowd_of_false_names_hides_nobody() -> None:
    real = Found("ab" * 16, BOX, "510101", "")
    with Browser(LOOPBACK, lambda id: id == real.id) as browser:
        for number in range(300):
            browser._heard(f"{number:032x}.{SERVICE}")
        announcement = Announcement(real, 4433, LOOPBACK, LOOPBACK)
        until(lambda: [each.id for each in browser.peers] == [real.id], 15)
        assert len(browser._unknown) <= 256
    announcement.close()


def test_connections_without_a_request_keep_no_neighbour_out(town: tuple[Box, Box, Box]) -> None:
    box, other, _ = town
    act = box.view()
    with listening(other) as there, ExitStack() as ends:
        address = ("127.0.0.1", there.port)
        begun = b"POST /sync/v1/handshake HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n"
        for number in range(2 * CONNECTIONS):
            # Some say nothing, some begin, some never come to an end of their head.
            with suppress(OSError):
                line = ends.enter_context(connected(address))
                line.sendall((b"", begun, b"GET / HTTP/1.1\r\nx: ")[number % 3])
        session = session_to(box, other, url_of(there))
        until(lambda: is_answered(session), 5)
        session.close()
    with other.town.read() as connection:
        assert known_entries(connection, [bytes.fromhex(act.id)])


def is_answered(session: Session) -> bool:
    try:
        session.run_once()
    except PeerUnreachable:
        return False
    return True


def test_connections_that_do_not_even_greet_cost_few_files(town: tuple[Box, Box, Box]) -> None:
    box, other, _ = town
    act = box.view()
    with listening(other) as there, ExitStack() as ends:
        before = open_files()
        for _ in range(200):
            ends.enter_context(stranger(("127.0.0.1", there.port)))
        # Ours of each of them, and what was let in.
        until(lambda: open_files() - before <= 200 + CONNECTIONS, 5)
        session = session_to(box, other, url_of(there))
        session.run_once()
        session.close()
    with other.town.read() as connection:
        assert known_entries(connection, [bytes.fromhex(act.id)])


def test_of_large_bodies_one_at_a_time_is_read(town: tuple[Box, Box, Box]) -> None:
    box, other, _ = town
    act = box.view()
    head = b"POST /sync/v1/spaces/town-510101/segments HTTP/1.1\r\nhost: x\r\n"
    with listening(other) as there, ExitStack() as ends:
        lines = [ends.enter_context(connected(("127.0.0.1", there.port))) for _ in range(4)]
        lengths = [b"content-length: 16000000\r\n\r\n", b"transfer-encoding: chunked\r\n\r\n"]
        answers = []
        for number, line in enumerate(lines):
            line.sendall(head + lengths[number % 2])
            line.settimeout(2.0 if number else 0.5)
            with suppress(TimeoutError):
                answers.append(line.recv(12))
        assert answers == 3 * [b"HTTP/1.1 429"]
        session = session_to(box, other, url_of(there))
        session.run_once()
        session.close()
    with other.town.read() as connection:
        assert known_entries(connection, [bytes.fromhex(act.id)])


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def stranger(address: tuple[str, int]) -> socket.socket:
    """A connection from elsewhere on the net."""
    return socket.create_connection(address, 5, ("127.0.0.2", 0))


def connected(address: tuple[str, int]) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(stranger(address))


def test_a_head_without_end_fills_no_memory(town: tuple[Box, Box, Box]) -> None:
    with listening(town[1]) as there, connected(("127.0.0.1", there.port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nx: ")
        megabytes = 0
        with suppress(OSError):
            while megabytes < 64:
                line.sendall(b"x" * (1 << 20))
                megabytes += 1
    # What lies in the buffers of the line was sent, if not taken.
    assert megabytes < 32
