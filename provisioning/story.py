"""The scripted day of the demonstration county.

Every step does what a clerk does, at the same screens, and checks what came of it; the first that
fails ends the day. One line a step with its time.
"""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from edge.documents.signature import verify
from edge.domain.cover_code import cover_code
from edge.domain.errors import Conflict
from edge.domain.office_time import CHINA
from provisioning.children import wait_until
from provisioning.counter import Counter
from provisioning.hub_desk import HubDesk
from provisioning.ports import free_ports
from provisioning.world import PIN, Ports, Scale, World

STORY = Scale(persons=120, digitised=2)
HOT, HUMID = 29.5, 76.0


class Failed(Conflict):
    """A step's promise was not kept: `step`, `found`."""


def tell_story(folder: Path, say: Callable[[str], None] = print) -> int:
    """Make a county, live through the day, and say each step; 0 when all went well."""
    hub, endpoint, *boxes = free_ports(4)
    world = World(folder, Ports(hub, endpoint, tuple(boxes)), STORY)
    begun = time.monotonic()
    try:
        world.make()
        world.start()
        say(f"✓ {time.monotonic() - begun:6.2f} s  建县、两镇接入、设备就绪")
        day = Day(world)
        for step in day.steps:
            started = time.monotonic()
            found = step()
            told = f"✓ {time.monotonic() - started:6.2f} s  {(step.__doc__ or '').strip()}"
            say(f"{told}{f'：{found}' if found else ''}")
        day.close()
    except Exception as error:
        say(f"✗ {type(error).__name__}: {error}")
        raise
    finally:
        world.stop()
    say(f"全天 {time.monotonic() - begun:.1f} 秒")
    return 0


class Day:
    """One day in two towns; each step is checked."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.a, self.b = world.boxes
        self.first, self.second = (Counter(world.box_url(plan)) for plan in world.boxes)
        self.county = HubDesk(world.hub_url)
        self.newcomer = world.newcomer(self.a)
        self.person = self.dossier = self.proof = ""
        self.steps: tuple[Callable[[], str], ...] = (
            self.sign_in,
            self.refuse_wrong_id_number,
            self.receive,
            self.scan,
            self.survive_a_jam,
            self.file,
            self.take_a_dropped_document,
            self.look_up,
            self.swipe,
            self.read_cover,
            self.prove,
            self.note,
            self.wait_for_paper,
            self.alarm,
            self.reach_county,
            self.cut_link,
            self.work_on,
            self.lose_power,
            self.mend_link,
            self.county_sees_all,
            self.transfer,
            self.prove_the_record,
        )

    def close(self) -> None:
        """Go home."""
        for each in (self.first, self.second, self.county):
            each.close()

    def sign_in(self) -> str:
        """经办人用 PIN 登录"""
        self.first.sign_in(self.a.login, PIN)
        self.second.sign_in(self.b.login, PIN)
        self.county.sign_in("901", PIN)
        return ""

    def refuse_wrong_id_number(self) -> str:
        """身份证号输错，说清错在哪里"""
        number = self.newcomer.id_number
        wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
        found = self.first.look_for(wrong)
        _expect("最后一位" in found, "id number", found)
        return ""

    def receive(self) -> str:
        """接收一份新到的档案"""
        person = self.newcomer
        self.person = self.first.receive(
            name=person.name,
            id_number=person.id_number,
            dossier_class="流动",
            shelf="1库9列1节1层1位",
            origin=person.work_unit,
            **{"count-1": "2", "count-4": "1"},
        )
        found = self.first.find(person.id_number)
        _expect(len(found) == 1 and found[0]["id"] == self.person, "receive", found)
        self.dossier = str(found[0]["dossier"])
        return str(found[0]["number"])

    def scan(self) -> str:
        """进纸器扫描一叠材料，逐页上屏"""
        self.world.far_ends.feed("a", 4)
        self.capture = self.first.scan(self.dossier)
        pages = self.first.wait_for_scan(self.capture)
        _expect(pages == [1, 2, 3, 4], "scan", pages)
        return f"{len(pages)} 页"

    def survive_a_jam(self) -> str:
        """第三页卡纸：已扫的页都在，取出后接着扫"""
        self.world.far_ends.feed("a", 4)
        self.world.far_ends.scanner("a", "fault", fault="jam", page=3)
        self.first.send(f"/captures/{self.capture}/scan")
        pages = self.first.wait_for_scan(self.capture)
        said = self.first.look(f"/captures/{self.capture}/state")
        _expect(len(pages) == 6 and "卡纸" in said, "jam", (pages, said))
        self.world.far_ends.scanner("a", "clear")
        self.first.send(f"/captures/{self.capture}/scan")
        pages = self.first.wait_for_scan(self.capture)
        _expect(len(pages) == 8, "after the jam", pages)
        return f"{len(pages)} 页"

    def file(self) -> str:
        """归入两类"""
        self.first.file(self.capture, self.dossier, "1", "干部履历表", "1998", [1, 2, 3, 4])
        self.first.file(self.capture, self.dossier, "4-1", "毕业生登记表", "199807", [5, 6, 7, 8])
        seen = self.first.ask(f"/dossiers/{self.dossier}")
        counts = {each["code"]: each["pages"] for each in seen["sections"]}
        _expect(counts["1"] == 4 and counts["4"] == 4, "file", counts)
        return "8 页"

    def take_a_dropped_document(self) -> str:
        """复印机存来的 PDF 自动成为待归类的批次"""
        document = self.world.far_ends.document("a")
        inbox = self.world.config(self.a).parent / "inbox"
        (inbox / "fuyinji.pdf").write_bytes(document.read_bytes())
        wait_until(lambda: "/captures/" in self.first.look("/todo"), "hot folder", 30)
        return "2 页"

    def look_up(self) -> str:
        """按拼音首字母、姓名、编号都能找到"""
        person = self.newcomer
        number = self.first.find(person.id_number)[0]["number"]
        for asked in (person.name, number, person.id_number[-6:]):
            found = self.first.find(asked)
            _expect(any(each["id"] == self.person for each in found), asked, found)
        overview = self.first.look(f"/persons/{self.person}")
        _expect(person.name in overview and person.id_number not in overview, "overview", "")
        return person.name

    def swipe(self) -> str:
        """刷身份证，档案直接打开"""
        events = self.first.listen()
        person = self.newcomer
        started = time.monotonic()
        self.world.far_ends.swipe("a", {"name": person.name, "id_number": person.id_number})
        event, fields = next(each for each in events if each[0] == "card")
        events.close()
        taken = time.monotonic() - started
        self.world.far_ends.lift("a")
        _expect(json.loads(fields)["person"] == self.person, event, fields)
        return f"{taken * 1000:.0f} 毫秒"

    def read_cover(self) -> str:
        """扫码枪扫封面，认出是谁的档案"""
        events = self.first.listen()
        self.world.far_ends.read_code("a", cover_code(self.dossier))
        _, fields = next(each for each in events if each[0] == "code")
        events.close()
        told = json.loads(self.first.look(f"/codes/{json.loads(fields)['code']}"))
        _expect(told["person"] == self.person, "code", told)
        return str(told["text"])

    def prove(self) -> str:
        """开存档证明：编号、盖章、签名、打印完毕"""
        job = self.first.prove(self.dossier, "storage", "社保")
        self.first.wait_for_job(job, "请取纸")
        self.proof = job.split("/")[2]
        pdf = self.first.picture(f"/proofs/{self.proof}/paper")
        verdict = verify(pdf, [self.world.seal_root()])
        _expect(verdict.intact and verdict.trusted, "signature", verdict)
        printed = list((self.world.far_ends.print_room / "printed").glob("*.pdf"))
        _expect(len(printed) == 1, "printed", printed)
        return verdict.signer

    def note(self) -> str:
        """翻到毕业生登记表，摘记学历，开学历证明时引用"""
        overview = self.first.look(f"/persons/{self.person}")
        view = f"/dossiers/{self.dossier}/view/"
        material = [each.split("/")[0] for each in overview.split(view)[1:]][-1]
        self.first.look(f"{view}{material}/1")
        self.first.send(
            f"/dossiers/{self.dossier}/notes",
            field="education",
            value="大学本科",
            material=material,
            page="1",
        )
        said = self.first.look(f"/persons/{self.person}/records")
        _expect("大学本科" in said, "note", said)
        return "大学本科"

    def wait_for_paper(self) -> str:
        """打印机缺纸：说得明白，加纸后接着打"""
        self.world.far_ends.printer("paper_out")
        job = self.first.prove(self.dossier, "education", "应聘")
        said = self.first.wait_for_job(job, "缺纸")
        self.world.far_ends.printer("")
        self.first.wait_for_job(job, "请取纸")
        _expect("缺纸" in said, "paper", said)
        return ""

    def alarm(self) -> str:
        """库房升温受潮：屏幕报警，有人处置"""
        self.world.far_ends.air("a", HOT, HUMID)
        wait_until(lambda: bool(self.first.alarms()), "alarm", 30)
        for alarm in self.first.alarms():
            self.first.send(f"/room/alerts/{alarm}/acknowledge")
        self.world.far_ends.air("a", 19.5, 52.0)
        return f"{HOT} ℃ {HUMID} %"

    def reach_county(self) -> str:
        """联网，全部送达并有回执"""
        self._wait_until_delivered(self.first)
        self._wait_until_delivered(self.second)
        return ""

    def cut_link(self) -> str:
        """断网：屏幕如实说"""
        self.world.cut(self.a)
        wait_until(lambda: not self.first.ask("/sync")["online"], "cut", 30)
        return str(self.first.ask("/sync")["words"])

    def work_on(self) -> str:
        """断网照常办理：借出、归还、扫描、开证明"""
        self.first.send(
            f"/loans/{self.dossier}/lend",
            borrower="赵敏",
            unit="县人社局",
            due=(datetime.now(CHINA) + timedelta(days=14)).strftime("%Y%m%d"),
            pages="8",
        )
        self.first.send(f"/loans/{self.dossier}/return", pages="8")
        self.world.far_ends.feed("a", 2)
        capture = self.first.scan(self.dossier)
        pages = self.first.wait_for_scan(capture)
        self.first.file(capture, self.dossier, "6", "入党志愿书", "2001", pages)
        job = self.first.prove(self.dossier, "storage", "贷款")
        self.first.wait_for_job(job, "请取纸")
        standing = self.first.ask("/sync")
        _expect(standing["unsent"] > 0 and not standing["online"], "work on", standing)
        return str(standing["words"])

    def lose_power(self) -> str:
        """断电重启（kill -9）：一样不少"""
        before = self.first.ask(f"/dossiers/{self.dossier}")["sections"]
        self.world.children.kill("box-a")
        self.world.start_box(self.a)
        self.world.wait_for_box(self.a)
        self.first.sign_in(self.a.login, PIN)
        after = self.first.ask(f"/dossiers/{self.dossier}")["sections"]
        _expect(before == after, "after the power cut", after)
        return ""

    def mend_link(self) -> str:
        """恢复联网，自动补传"""
        self.world.mend(self.a)
        self._wait_until_delivered(self.first)
        return str(self.first.ask("/sync")["words"])

    def county_sees_all(self) -> str:
        """县中心查得到、翻得开，材料齐全"""
        hits = self.county.find_in_towns(self.newcomer.id_number)
        _expect(len(hits) == 1, "county search", hits)
        seen = self.county.look(hits[0])
        _expect("入党志愿书" in seen and "毕业生登记表" in seen, "county dossier", seen[:400])
        return self.newcomer.name

    def transfer(self) -> str:
        """转递到另一个镇，对方收下，原镇见回执"""
        matter = self.first.send(
            "/matters/new/transfer_out/open",
            dossier=self.dossier,
            town=self.b.town,
            reason="户口迁移",
            letter="调函〔2026〕7号",
            checked="是",
        )
        sections = self.first.ask(f"/dossiers/{self.dossier}")["sections"]
        pages = str(sum(each["pages"] for each in sections))
        counted = {"bags": "1", "pieces": "1", "pages": pages, "sealed": "是"}
        sealing = self.first.send(f"{matter}/steps/pack", **counted)
        self.first.send(f"{sealing}/issue")
        posted = datetime.now(CHINA).strftime("%Y%m%d")
        self.first.send(f"{matter}/steps/send", how="机要通信", mail="机0001234", posted=posted)
        wait_until(self._arrived, "arrival", 60)
        transfer = self.second.arrivals()[0]
        self.second.send(f"/transfers/{transfer}/receive", pages=pages, shelf="2库1列1节1层1位")
        _expect(self._found_at_second(), "received", transfer)
        wait_until(lambda: self.first.has_receipt(self.person), "receipt", 60)
        self._wait_until_pages_arrive()
        return f"{self.a.office} → {self.b.office}"

    def prove_the_record(self) -> str:
        """核对全部链、链封、回执、文件，无一处不对"""
        return self.world.verify_all()

    def _arrived(self) -> bool:
        return bool(self.second.arrivals())

    def _found_at_second(self) -> bool:
        return len(self.second.find(self.newcomer.id_number)) == 1

    def _wait_until_delivered(self, counter: Counter) -> None:
        def delivered() -> bool:
            standing = counter.ask("/sync")
            return bool(
                standing["online"] and not standing["unsent"] and not standing["blobs_pending"]
            )

        wait_until(delivered, "delivery to the county", 120)

    def _wait_until_pages_arrive(self) -> None:
        found = self.second.find(self.newcomer.id_number)[0]
        wait_until(lambda: self.second.has_every_page(str(found["dossier"])), "pages", 60)


def _expect(kept: bool, step: str, found: object) -> None:
    if not kept:
        raise Failed("story.failed", step=step, found=found)
