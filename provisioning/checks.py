"""What the doctor says of one thing, and the names and mends that all devices share."""

from dataclasses import dataclass

# What each kind of device is called, in the order in which they are told.
NAMES = {
    "scanner": "扫描仪",
    "camera": "高拍仪",
    "printer": "打印机",
    "label_printer": "标签打印机",
    "card_reader": "读卡器",
    "barcode_gun": "扫码枪",
    "climate": "库房线路",
    "ups": "UPS",
    "hot_folder": "收件文件夹",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `mend` says what to do where it is not well.

    `set_up` is False for a device that the settings do not name: then `toml` is what to write into
    them, empty where none was found.
    """

    name: str
    well: bool
    detail: str
    mend: str = ""
    set_up: bool = True
    toml: str = ""

    @property
    def sign(self) -> str:
        """One character for the eye: well, not well, new, or not there at all."""
        if not self.set_up:
            return "＋" if self.toml else "－"
        return "✓" if self.well else "✗"
