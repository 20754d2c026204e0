"""What can be done about a limit? Go through the banners, ask why, do what one offers."""

from __future__ import annotations

from attrs import define

from phonelink_tui.domain.events import WORK_OF
from phonelink_tui.domain.limitations import LimitAction, LimitClass, LimitScope
from phonelink_tui.domain.phone import Capability, LinkPhase
from phonelink_tui.relay.api import ReadOn, RetryNow, StopReading
from phonelink_tui.ui.banner_text import Banner, banners, relay_ended, since_you_left
from phonelink_tui.ui.screens.desk import Desk, has_keys, new_id
from phonelink_tui.ui.screens.returning import Returning
from phonelink_tui.ui.screens.writing import Writing
from phonelink_tui.ui.widgets.banners import BannerStack


@define(eq=False)
class Limits:
    """The hand on the banners."""

    desk: Desk
    writing: Writing
    returning: Returning

    def paint(self) -> None:
        """Show the limits of the app on top."""
        projection, now, zone = self.desk.projection, self.desk.now(), self.desk.zone
        shown: tuple[Banner, ...]
        if projection.relay_gone:
            shown = (relay_ended(projection.relay_gone, projection.attach_at, zone),)
        else:
            limits = [
                limit
                for limit in projection.limitations.values()
                if limit.scope is LimitScope.APP and limit.kind not in self.desk.view.put_away
            ]
            shown = banners(limits, now, zone)
            if self.desk.view.missed:
                shown = (since_you_left(self.desk.view.missed), *shown)
        self.desk.widgets.app_banners.show(shown)

    def next(self) -> None:
        """Go to the next banner, on top and then above the composer; behind the last one, to the first."""
        stacks = [s for s in (self.desk.widgets.app_banners, self.desk.widgets.composer_banners) if s.banners]
        if not stacks:
            self.desk.stage.notice("No banner is shown. S tells how everything stands.")
            return
        here = next((i for i, stack in enumerate(stacks) if has_keys(stack)), None)
        if here is not None and stacks[here].next():
            return
        stack = stacks[0 if here is None else (here + 1) % len(stacks)]
        stack.first()
        stack.most_lines = max(1, stack.most_lines)  # hidden on a low screen it could not take the keys
        stack.screen.set_focus(stack)

    def act(self) -> None:
        """Do what the banner with the focus offers."""
        stack = self._focused()
        banner = stack.current if stack else None
        if banner is None or banner.action is None:
            self.desk.stage.notice("This one offers nothing; ? says why.")
        elif banner.action is LimitAction.RETRY:
            self.retry()
        elif banner.action is LimitAction.READ_ON:
            self.stop_reading()
        else:
            row = self.desk.projection.open_thread
            if row is not None:
                self.writing.start_thread(row.address.value)

    def explain(self) -> bool:
        """Say why the limit with the focus is there; False where no banner has it."""
        stack = self._focused()
        if stack is None:
            return False
        stack.explain()
        return True

    def put_away(self) -> bool:
        """Show the banner with the focus no more in this run, unless it passes by itself or is structural."""
        stack = self._focused()
        banner = stack.current if stack else None
        if stack is not self.desk.widgets.app_banners or banner is None:
            return False
        if banner.kind is None:
            said = self.returning.put_away()
            self.paint()
            return said
        limit = next((x for x in self.desk.projection.limitations.values() if x.kind is banner.kind), None)
        if limit is None or limit.spec.cls is LimitClass.TEMPORARY:
            return False
        self.desk.view.put_away.add(banner.kind)
        self.desk.stage.notice("Put away; S still shows it.")
        self.paint()
        return True

    def retry(self) -> None:
        """Try to connect now: to the phone, or to the relay where that is what is gone."""
        if self.desk.projection.attach_at is not None:
            self.desk.bridge.attach_now()
            self.desk.stage.notice("Looking for the relay now.")
            return
        phone = self.desk.projection.phone
        waiting = [c for c in Capability if phone and phone.phase(c) is LinkPhase.WAITING]
        if not waiting:
            self.desk.stage.notice("Everything that can be connected is.", "good")
            return
        self.desk.bridge.send(RetryNow(new_id()))
        self.desk.stage.notice("Trying now.")

    def stop_reading(self) -> None:
        """Read no further than now; where that was said before, read on."""
        projection = self.desk.projection
        if projection.progress is not None and projection.progress.work in WORK_OF:
            self.desk.bridge.send(StopReading(new_id(), WORK_OF[projection.progress.work]))
            self.desk.stage.notice("Stopping. What was read stays.")
        elif any(limit.spec.action is LimitAction.READ_ON for limit in projection.limitations.values()):
            self.desk.bridge.send(ReadOn(new_id()))
            ready = projection.phone and projection.phone.phase(Capability.MESSAGES) is LinkPhase.READY
            self.desk.stage.notice("Reading on." if ready else "Read on as soon as the phone is connected.")
        else:
            self.desk.stage.notice("Nothing is being read from the phone just now.")

    def _focused(self) -> BannerStack | None:
        stacks = (self.desk.widgets.app_banners, self.desk.widgets.composer_banners)
        return next((stack for stack in stacks if has_keys(stack)), None)
