"""When a schedule comes round next in a time zone with daylight saving.

As CronSchedule of the timer extension has it: a time that the clock skips in spring comes an hour
later, a time of day that comes twice in autumn runs once (the first time), and an interval runs
through the doubled hour as through any other.
"""

from datetime import datetime, timedelta, tzinfo

from emulator.host.schedule import Cron, Every, Schedule


def next_occurrence(schedule: Schedule, moment: datetime, zone: tzinfo) -> datetime | None:
    """The first occurrence later than `moment` (aware), in `zone`; None when there is none."""
    now = moment.astimezone(zone)
    match schedule:
        case Every(interval):
            return _moved(now, interval)
        case Cron():
            return _next_of_cron(schedule, now, zone)


def _next_of_cron(cron: Cron, now: datetime, zone: tzinfo) -> datetime | None:
    found = cron.after(now.replace(tzinfo=None, fold=0))
    if found is None:
        return None
    following = _placed(found, zone)
    shift = _offset(following) - _offset(now)
    doubled = _comes_twice(following)
    if cron.recurs_within_hours:
        # Out of the first pass of the doubled hour, or into it: the pass that is next.
        return _moved(following, shift) if shift and (doubled or _comes_twice(now)) else following
    if not doubled:
        return following
    if shift:
        return _moved(following, shift)
    # Started in the second pass: the first has had its run.
    later: datetime | None = found
    while later is not None and _comes_twice(_placed(later, zone)):
        later = cron.after(later)
    return None if later is None else _placed(later, zone)


def _placed(wall: datetime, zone: tzinfo) -> datetime:
    """The moment of a wall clock time: the second of two, and past the gap for one in it."""
    early, late = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    chosen = late if _offset(late) < _offset(early) else early
    return _moved(chosen, timedelta(0))


def _comes_twice(moment: datetime) -> bool:
    return _offset(moment.replace(fold=1)) < _offset(moment.replace(fold=0))


def _moved(moment: datetime, span: timedelta) -> datetime:
    """`span` of real time later: arithmetic within a zone would be that of wall clocks."""
    zone = moment.tzinfo
    utc = moment.replace(tzinfo=None, fold=0) - _offset(moment) + span
    assert zone is not None
    return zone.fromutc(utc.replace(tzinfo=zone))


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta(0)
