"""Which method does an action of the registry mean? Every id has one; a test says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from attrs import define

from phonelink_tui.domain.notification import NotificationAction
from phonelink_tui.ui.actions import Place
from phonelink_tui.ui.layout import Pane
from phonelink_tui.ui.screens.choosing import Choosing
from phonelink_tui.ui.screens.conversing import Conversing
from phonelink_tui.ui.screens.desk import Desk, Stage, has_keys
from phonelink_tui.ui.screens.editing import Editing
from phonelink_tui.ui.screens.limits import Limits
from phonelink_tui.ui.screens.marking import Marking
from phonelink_tui.ui.screens.moving import Moving
from phonelink_tui.ui.screens.panels import Panels
from phonelink_tui.ui.screens.quitting import Quitting
from phonelink_tui.ui.screens.returning import Returning
from phonelink_tui.ui.screens.triage import Triage
from phonelink_tui.ui.screens.writing import Writing


@define(eq=False)
class Hands:
    """All hands of one screen."""

    conversing: Conversing
    writing: Writing
    triage: Triage
    moving: Moving
    panels: Panels
    limits: Limits
    quitting: Quitting
    editing: Editing
    choosing: Choosing
    marking: Marking
    returning: Returning


class House(Stage, Protocol):
    """What the actions of the whole app need of the screen."""

    @property
    def place(self) -> Place: ...

    def clear_notice(self) -> bool: ...

    def hide(self) -> None: ...

    def maximise(self) -> None: ...

    def redraw(self) -> None: ...

    def next_theme(self) -> None: ...

    def suspend(self) -> None: ...

    def edit(self) -> None: ...


def handlers(house: House, desk: Desk, hands: Hands) -> Mapping[str, Callable[[], None]]:
    """Action id to what it does."""
    moving, talk, panels, triage = hands.moving, hands.conversing, hands.panels, hands.triage
    return {
        "nav.down": lambda: moving.by_rows(1),
        "nav.up": lambda: moving.by_rows(-1),
        "nav.top": moving.to_top,
        "nav.bottom": moving.to_end,
        "nav.half_down": lambda: moving.by_pages(0.5),
        "nav.half_up": lambda: moving.by_pages(-0.5),
        "nav.page_down": lambda: moving.by_pages(1),
        "nav.page_up": lambda: moving.by_pages(-1),
        "pane.next": lambda: moving.pane(1),
        "pane.previous": lambda: moving.pane(-1),
        "leave": lambda: _leave(house, desk, hands),
        "row.open": lambda: _open(house, desk, hands),
        "compose.focus": lambda: house.go(Pane.TALK, write=True),
        "reply": lambda: _reply(house, desk, hands),
        "new.open": panels.new_conversation,
        "quick.open": panels.quick_replies,
        "compose.editor": house.edit,
        "act.undo": lambda: _undo(house, desk, hands),
        "text.retry": hands.writing.retry,
        "thread.next": lambda: talk.neighbour(1),
        "thread.previous": lambda: talk.neighbour(-1),
        "unread.next": lambda: talk.unread(1),
        "unread.previous": lambda: talk.unread(-1),
        "switch.open": panels.switcher,
        "list.filter": lambda: _filter(house, desk),
        "list.sort": talk.sort,
        "search.open": panels.search,
        "read.toggle": hands.marking.toggle_read,
        "read.all": hands.marking.read_all,
        "thread.pin": hands.marking.pin,
        "thread.mute": hands.marking.mute,
        "thread.archive": hands.marking.archive,
        "archive.show": hands.marking.show_archive,
        "text.mark": hands.choosing.begin,
        "copy": lambda: _copy(house, hands),
        "queue.open": lambda: _queue(house, desk),
        "queue.dismiss": triage.dismiss,
        "queue.positive": lambda: triage.press(NotificationAction.POSITIVE),
        "queue.negative": lambda: triage.press(NotificationAction.NEGATIVE),
        "banner.next": hands.limits.next,
        "retry.now": hands.limits.retry,
        "reading.stop": hands.limits.stop_reading,
        "status.open": lambda: _panel(house, desk, "status", panels.status),
        "help.open": lambda: _help(house, desk, hands),
        "palette.open": panels.palette,
        "thread.maximise": house.maximise,
        "theme.next": house.next_theme,
        "privacy.hide": house.hide,
        "screen.redraw": house.redraw,
        "app.suspend": house.suspend,
        "app.quit": hands.quitting.quit,
    }


def _open(house: House, desk: Desk, hands: Hands) -> None:
    place = house.place
    if place is Place.BANNER:
        hands.limits.act()
    elif place is Place.QUEUE:
        notification = hands.triage.open()
        if notification is not None:
            hands.panels.notification(notification)
            desk.widgets.panel.screen.set_focus(desk.widgets.panel)
    elif place is Place.THREAD:
        house.go(Pane.TALK, write=True)
    elif place is Place.PANEL:
        _leave(house, desk, hands)
    else:
        row = desk.widgets.conversations.current
        if row is not None:
            _close_filter(desk)
            hands.conversing.open(row.id)


def _leave(house: House, desk: Desk, hands: Hands) -> None:
    """Close the nearest thing that can be closed; from the composer, go to the list."""
    place = house.place
    if place is Place.PANEL or desk.widgets.panel.is_open:
        desk.widgets.panel.close()
        house.go_back()
    elif place is Place.FIELD or desk.view.words:
        _close_filter(desk)
        house.paint_lists()
        house.go(Pane.LIST)
    elif place is Place.BANNER:
        hands.limits.put_away()
        house.go_back()
    elif hands.quitting.stop_waiting():
        house.notice("Stays.")
    elif desk.widgets.pane.unmark():
        house.go(Pane.TALK)
    elif desk.view.alone:
        house.maximise()
    elif place is Place.LIST and desk.view.archive:
        hands.marking.show_archive()
    elif place in (Place.COMPOSER, Place.THREAD, Place.QUEUE):
        hands.conversing.drafting.keep()
        house.paint_lists()
        house.go(Pane.LIST)
    else:
        house.clear_notice()


def _filter(house: House, desk: Desk) -> None:
    house.go(Pane.LIST)
    desk.widgets.filter.display = True
    desk.widgets.filter.screen.set_focus(desk.widgets.filter)


def _close_filter(desk: Desk) -> None:
    desk.widgets.filter.value = ""
    desk.widgets.filter.display = False
    desk.view.words = ""


def _reply(house: House, desk: Desk, hands: Hands) -> None:
    if house.place is Place.QUEUE:
        hands.triage.reply()
        return
    if hands.choosing.quote():
        return
    row = hands.conversing.under_cursor()
    if row is not None:
        hands.conversing.open(row.id)


def _undo(house: House, desk: Desk, hands: Hands) -> None:
    """The newest act that can still be undone; failing that, a text of before that has not left."""
    acts = desk.view.acts
    while acts:
        if acts.pop()():
            return
    if not hands.writing.take_back():
        house.notice("Nothing can be undone.")


def _copy(house: House, hands: Hands) -> None:
    text = hands.choosing.copy() or hands.triage.copy()
    if text:
        house.copy(text)
        house.notice("Sent to your terminal. In tmux it needs: set -s set-clipboard on")
    else:
        house.notice("There is nothing to copy here.")


def _queue(house: House, desk: Desk) -> None:
    if has_keys(desk.widgets.queue):
        house.go(Pane.LIST)
        return
    desk.widgets.queue.move_to(0)  # the newest: a key pressed at once must not mean the digest of old ones
    house.go(Pane.QUEUE)


def _panel(house: House, desk: Desk, topic: str, show: Callable[[], None]) -> None:
    if desk.widgets.panel.topic == topic:
        desk.widgets.panel.close()
        house.go_back()
    else:
        show()
        desk.widgets.panel.screen.set_focus(desk.widgets.panel)


def _help(house: House, desk: Desk, hands: Hands) -> None:
    if hands.limits.explain():
        return
    place = house.place
    _panel(house, desk, "help", lambda: hands.panels.help(place))
