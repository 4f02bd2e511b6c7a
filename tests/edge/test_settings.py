"""A box's settings: read whole, or refused by the name of what is wrong."""

from pathlib import Path

import pytest

from edge.domain.errors import InvalidInput
from edge.settings import Settings, read_settings

WHOLE = """
folder = "data"
port = 8101
interfaces = ["127.0.0.1"]
[scanner]
url = "http://192.0.2.7/eSCL"
[climate]
path = "/dev/serial/by-id/line"
interval = 30
sensors = [{ name = "a", address = 1 }]
[hot_folder]
inbox = "inbox"
[limits]
temperature_max = 26
"""


def read(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "box.toml"
    path.write_text(text, "utf-8")
    return read_settings(path)


def test_whole_settings_are_read_with_paths_beside_the_file(tmp_path: Path) -> None:
    settings = read(tmp_path, WHOLE)
    assert settings.folder == tmp_path / "data"
    assert settings.hot_folder is not None
    assert settings.hot_folder.inbox == tmp_path / "inbox"
    assert settings.climate is not None
    assert settings.climate.path == Path("/dev/serial/by-id/line")
    assert [each.address for each in settings.climate.sensors] == [1]
    assert settings.limits.temperature_max == 26
    assert settings.printer is None
    assert settings.neighbours.exchange


@pytest.mark.parametrize(
    ("wrong", "key", "name"),
    [
        ("port = ", "settings.broken", None),
        ('folder = "x"\nprot = 1', "settings.unknown", "prot"),
        ("port = 8101", "settings.lacking", "folder"),
        ("folder = 5", "settings.value", "folder"),
        ('folder = "x"\nport = "8101"', "settings.value", "port"),
        ('folder = "x"\nport = 99999', "settings.value", "port"),
        ('folder = "x"\nannounce = 1', "settings.value", "announce"),
        ('folder = "x"\n[neighbours]\nport = 70000', "settings.value", "neighbours.port"),
        ('folder = "x"\nscanner = "usb"', "settings.value", "scanner"),
        ('folder = "x"\n[scanner]', "settings.lacking", "scanner.url"),
        ('folder = "x"\n[scanner]\nuri = "y"', "settings.unknown", "scanner.uri"),
        ('folder = "x"\n[climate]\npath = "p"\nsensors = 1', "settings.value", "climate.sensors"),
        (
            'folder = "x"\n[climate]\npath = "p"\nsensors = [1]',
            "settings.value",
            "climate.sensors",
        ),
        ('folder = "x"\n[limits]\nwarmest = 3', "settings.unknown", "limits.warmest"),
        ('folder = "x"\n[limits]\ntemperature_min = 90', "climate.limits", None),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, wrong: str, key: str, name: str | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(tmp_path, wrong)
    assert refused.value.key == key
    if name is not None:
        assert refused.value.fields["name"] == name


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"settings\.missing"):
        read_settings(tmp_path / "none.toml")
