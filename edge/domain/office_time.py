"""The time of day at the offices: one zone, without summer time."""

from datetime import timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")
