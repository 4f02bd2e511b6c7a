"""What devices said last of their health: the screens never wait for one that does not answer."""

from collections.abc import Callable, Mapping

from devices.driver import Health, State


class LatestHealth:
    """The last word of each device; whoever asks them, in whatever thread, calls `ask`."""

    def __init__(self, asked: Mapping[str, Callable[[], Health]]) -> None:
        self._asked = asked
        self._known: dict[str, Health] = {}

    @property
    def devices(self) -> list[str]:
        """The devices' names."""
        return sorted(self._asked)

    def ask(self, device: str) -> None:
        """Ask one device and remember what it says."""
        self._known[device] = self._asked[device]()

    def told(self) -> dict[str, Callable[[], Health]]:
        """For each device, what gives its last word at once; absent until it was asked."""
        absent = Health(State.ABSENT)
        return {
            name: lambda name=name: self._known.get(name, absent)  # type: ignore[misc]
            for name in self._asked
        }
