"""What can go wrong in a build."""


class BuildError(Exception):
    """The build cannot go on; the text says what to do."""


class ToolsMissing(BuildError):
    """Debian packages are missing."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self.packages = packages
        super().__init__(f"missing tools; as root run:\n  {install_line(packages)}")


def install_line(packages: tuple[str, ...]) -> str:
    """The command that installs these packages."""
    return " ".join(("apt-get install -y --no-install-recommends", *packages))
