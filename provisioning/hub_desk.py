"""A supervisor at the county's screens, without a browser."""

import re

from provisioning.counter import Counter


class HubDesk(Counter):
    """One signed-in person of the county."""

    def find_in_towns(self, text: str) -> list[str]:
        """Search every town and give the addresses of the dossiers found."""
        self.send("/search", q=text)
        return re.findall(r'href="(/towns/\w+/dossiers/\w+)"', self.look("/search"))
