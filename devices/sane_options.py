"""The options of a SANE device as `scanimage` tells them, and how a request is put in its words.

Vendors spell one thing in many ways; a profile lists the spellings, the device what it takes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.escl import Source
from devices.scanner import Profile

_OPTION = re.compile(
    r"^\s+--(?P<name>[\w-]+)(?:\[=\((?P<switch>[^)]*)\)\]| (?P<choice>\S.*?))? \[(?P<now>[^\]]*)\]",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a device: the words it takes, and its value now."""

    words: tuple[str, ...]
    now: str


Options = Mapping[str, Option]


def parse_options(said: str) -> Options:
    """Read what `scanimage --all-options` tells, by the option's name."""
    return {
        each["name"]: Option(
            tuple((each["switch"] or each["choice"] or "").split("|")), each["now"]
        )
        for each in _OPTION.finditer(said)
    }


def sensed(sensors: Mapping[str, Sequence[str]], has: Options) -> dict[str, bool]:
    """What the device says yes to, of what its profile knows it can tell."""
    return {
        what: any(has[name].now == "yes" for name in names if name in has)
        for what, names in sensors.items()
    }


def duplex_switch(profile: Profile, has: Options) -> tuple[str, str, str] | None:
    """The option of its own by which a feeder takes both sides: name, both, one."""
    for name, both, one in profile.duplex_options:
        if name in has and both in has[name].words:
            return name, both, one
    return None


def source_options(
    source: str, sources: Mapping[str, str], switch: tuple[str, str, str] | None
) -> list[str]:
    """Say where to read from, as the device calls it."""
    both = source == Source.DUPLEX.value
    apart = both and source not in sources
    word = sources.get(Source.FEEDER.value if apart else source, "")
    options = [f"--source={word}"] if word else []
    if switch and source != Source.FLATBED.value:
        options.append(f"--{switch[0]}={switch[1] if both else switch[2]}")
    return options


def names_of(has: Options, option: str, wanted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What the device calls each of the things wanted, where it has them."""
    choices = has[option].words if option in has else ()
    return {
        name: next(each for each in spellings if each in choices)
        for name, spellings in wanted.items()
        if not set(spellings).isdisjoint(choices)
    }
