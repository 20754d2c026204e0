"""What can not be done or known, why, and whose limit is it? The table of banners.

A limitation is shown where it matters: on top of a thread, between two messages, above the composer, in the
status bar. To add one: a member of `LimitKind`, a row in `LIMITS`, and the line of `app_limits` that finds it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import frozen

from phonelink_tui.domain.phone import PhoneKind


class LimitClass(StrEnum):
    """How long a limit lasts and who could lift it."""

    STRUCTURAL = "structural"
    PERMISSION = "permission"
    POLICY = "policy"
    TEMPORARY = "temporary"


class LimitScope(StrEnum):
    """Where a limit is shown."""

    APP = "app"
    THREAD = "thread"
    MESSAGE = "message"
    COMPOSER = "composer"
    STATUS = "status"
    """In the status bar and its panel; no line of its own."""


class Whose(StrEnum):
    """Whose limit it is; shown by `?` on a banner."""

    PHONE_MAKER = "the phone's maker"
    BLUETOOTH = "Bluetooth messaging itself"
    PHONE_SETTING = "a switch on your phone"
    THIS_COMPUTER = "this computer"
    ADMINISTRATOR = "the administrator of this computer"
    MOMENT = "the moment: it passes"
    YOU = "yours: you asked for it"


class LimitAction(StrEnum):
    """The one thing a banner may offer."""

    RETRY = "retry"
    START_PRIVATE = "start_private"
    READ_ON = "read_on"


class LimitKind(StrEnum):
    HISTORY_START = "history-start"
    GAP = "gap"
    ONE_SIDED = "one-sided"
    GROUP_READ_ONLY = "group-read-only"
    GROUP_UNKNOWN = "group-unknown"
    MEDIA_ON_PHONE = "media-on-phone"
    NO_MEDIA_SEND = "no-media-send"
    NO_RECEIPTS = "no-receipts"
    CANNOT_ANSWER = "cannot-answer"
    MESSAGES_OFF = "messages-off"
    CONTACTS_OFF = "contacts-off"
    NOTIFICATIONS_OFF = "notifications-off"
    PREVIEWS_HIDDEN = "previews-hidden"
    HELD_ELSEWHERE = "held-elsewhere"
    PHONE_AWAY = "phone-away"
    ADAPTER_OFF = "adapter-off"
    BLUETOOTH_MISSING = "bluetooth-missing"
    BLUEZ_TOO_OLD = "bluez-too-old"
    CLASS_OF_DEVICE = "class-of-device"
    OBEXD_IN_THE_WAY = "obexd-in-the-way"
    BOND_CHANGED = "bond-changed"
    NOT_KEPT = "not-kept"
    HISTORY_SET_ASIDE = "history-set-aside"
    TEXTS_STOPPED = "texts-stopped"
    CONTACTS_STOPPED = "contacts-stopped"
    POLICY_BANNER = "policy-banner"
    POLICY_UNUSABLE = "policy-unusable"
    POLICY_READ = "policy-read"
    POLICY_NOTIFICATIONS = "policy-notifications"
    POLICY_SEND = "policy-send"
    POLICY_STORE = "policy-store"
    POLICY_EXPORT = "policy-export"
    POLICY_COPY = "policy-copy"
    POLICY_RULES = "policy-rules"


@frozen
class LimitSpec:
    """The fixed part of a limitation. Sentences are formatted with the evidence at hand."""

    cls: LimitClass
    scope: LimitScope
    whose: Whose
    sentence: str
    why: str
    action: LimitAction | None = None


_STRUCTURAL, _PERMISSION, _TEMPORARY = LimitClass.STRUCTURAL, LimitClass.PERMISSION, LimitClass.TEMPORARY
_IPHONE = "On the iPhone: Settings → Bluetooth → ⓘ next to this computer → "
_ANDROID = "On the phone: Settings → Connected devices → ⚙ next to this computer → "

SWITCHES: Final[dict[tuple[PhoneKind, LimitKind], str]] = {
    (PhoneKind.IPHONE, LimitKind.MESSAGES_OFF): _IPHONE + "Show Message Notifications.",
    (PhoneKind.IPHONE, LimitKind.CONTACTS_OFF): _IPHONE + "Sync Contacts.",
    (PhoneKind.IPHONE, LimitKind.NOTIFICATIONS_OFF): _IPHONE + "Share System Notifications.",
    (PhoneKind.ANDROID, LimitKind.MESSAGES_OFF): _ANDROID + "Text messages.",
    (PhoneKind.ANDROID, LimitKind.CONTACTS_OFF): _ANDROID + "Contacts and call history sharing.",
}
"""Where a person finds the switch; the labels are those of iOS 26 and of Android 14."""

LIMITS: Final[dict[LimitKind, LimitSpec]] = {
    LimitKind.HISTORY_START: LimitSpec(
        _STRUCTURAL,
        LimitScope.THREAD,
        Whose.BLUETOOTH,
        "History here starts {start}. {older}",
        "Only what the phone still lists, and what arrives while connected, can be read.",
    ),
    LimitKind.GAP: LimitSpec(
        _TEMPORARY,
        LimitScope.THREAD,
        Whose.MOMENT,
        "Not connected {span}; messages then may be missing.",
        "While there is no connection the phone reports nothing, and later it does not say what was missed.",
    ),
    LimitKind.ONE_SIDED: LimitSpec(
        _STRUCTURAL,
        LimitScope.THREAD,
        Whose.PHONE_MAKER,
        "What you send from the phone does not appear here.",
        "iPhones do not report texts that are written on the phone itself.",
    ),
    LimitKind.GROUP_READ_ONLY: LimitSpec(
        _STRUCTURAL,
        LimitScope.COMPOSER,
        Whose.PHONE_MAKER,
        "{group}: read here, answer on the phone. A reply from here would go to {who} alone.",
        "The phone takes one recipient at a time and does not say who is in a group.",
        LimitAction.START_PRIVATE,
    ),
    LimitKind.GROUP_UNKNOWN: LimitSpec(
        _TEMPORARY,
        LimitScope.COMPOSER,
        Whose.PHONE_MAKER,
        "This may be a group message; I cannot tell ({reason}). A reply goes to {who} alone.",
        "Messages carry no word of a group. Only a matching notification tells, and there was none.",
    ),
    LimitKind.MEDIA_ON_PHONE: LimitSpec(
        _STRUCTURAL,
        LimitScope.MESSAGE,
        Whose.BLUETOOTH,
        "Attachment on your phone, {time}.",
        "Pictures, sounds and files do not travel over Bluetooth messaging.",
    ),
    LimitKind.NO_MEDIA_SEND: LimitSpec(
        _STRUCTURAL,
        LimitScope.COMPOSER,
        Whose.BLUETOOTH,
        "Pictures cannot be sent over Bluetooth messaging. The text is kept.",
        "The phone accepts text only.",
    ),
    LimitKind.NO_RECEIPTS: LimitSpec(
        _STRUCTURAL,
        LimitScope.THREAD,
        Whose.PHONE_MAKER,
        "Accepted by the phone is the last thing known. Whether it was delivered is not reported.",
        "iPhones send no delivery events over Bluetooth; obexd passes none on of texts sent from here.",
    ),
    LimitKind.CANNOT_ANSWER: LimitSpec(
        _STRUCTURAL,
        LimitScope.COMPOSER,
        Whose.BLUETOOTH,
        "{who} cannot be answered: a name is not an address.",
        "Senders that show a word in place of a number receive nothing.",
    ),
    LimitKind.MESSAGES_OFF: LimitSpec(
        _PERMISSION,
        LimitScope.APP,
        Whose.PHONE_SETTING,
        "Messages are off. {switch}",
        "The phone answers, and forbids messages to this computer until the switch is on.",
        LimitAction.RETRY,
    ),
    LimitKind.CONTACTS_OFF: LimitSpec(
        _PERMISSION,
        LimitScope.APP,
        Whose.PHONE_SETTING,
        "Contacts are off. {switch}",
        "The phone answers, and forbids its contacts to this computer until the switch is on.",
        LimitAction.RETRY,
    ),
    LimitKind.NOTIFICATIONS_OFF: LimitSpec(
        _PERMISSION,
        LimitScope.APP,
        Whose.PHONE_SETTING,
        "Notifications are off. {switch}",
        "Without notifications, groups cannot be told from private texts.",
        LimitAction.RETRY,
    ),
    LimitKind.PREVIEWS_HIDDEN: LimitSpec(
        _PERMISSION,
        LimitScope.APP,
        Whose.PHONE_SETTING,
        "The phone hides previews while locked: Settings → Notifications → Show Previews → Always.",
        "Notifications arrive without their text, so texts cannot be matched with them.",
    ),
    LimitKind.HELD_ELSEWHERE: LimitSpec(
        _TEMPORARY,
        LimitScope.APP,
        Whose.PHONE_MAKER,
        "Another computer holds this phone's message session.",
        "An iPhone serves one computer at a time; it is tried again until the other lets go.",
        LimitAction.RETRY,
    ),
    LimitKind.PHONE_AWAY: LimitSpec(
        _TEMPORARY,
        LimitScope.APP,
        Whose.MOMENT,
        "The phone is out of reach.",
        "It is tried again by itself. Texts of yours wait and are certainly not sent yet.",
        LimitAction.RETRY,
    ),
    LimitKind.BLUETOOTH_MISSING: LimitSpec(
        _PERMISSION,
        LimitScope.APP,
        Whose.THIS_COMPUTER,
        "This computer has no working Bluetooth: {detail}",
        "`phonelink doctor` looks for the cause.",
        LimitAction.RETRY,
    ),
    LimitKind.ADAPTER_OFF: LimitSpec(
        _TEMPORARY,
        LimitScope.APP,
        Whose.THIS_COMPUTER,
        "Bluetooth is off on this computer; `bluetoothctl power on` switches it on.",
        "As soon as the adapter is on, the phone is tried again. Texts of yours wait and are not sent yet.",
        LimitAction.RETRY,
    ),
    LimitKind.BLUEZ_TOO_OLD: LimitSpec(
        _PERMISSION,
        LimitScope.APP,
        Whose.THIS_COMPUTER,
        "This computer's BlueZ is too old: {detail}",
        "BlueZ 5.66 is the oldest that was seen to work; 5.86 and newer tell most.",
        LimitAction.RETRY,
    ),
    LimitKind.CLASS_OF_DEVICE: LimitSpec(
        _PERMISSION,
        LimitScope.APP,
        Whose.PHONE_MAKER,
        "Messages are hidden. {detail}",
        "iPhones offer messages to hands-free sets only. bluetoothd forgets the class when it starts;"
        " `phonelink pair --print-class-unit` prints a systemd unit that sets it each time.",
        LimitAction.RETRY,
    ),
    LimitKind.OBEXD_IN_THE_WAY: LimitSpec(
        _PERMISSION,
        LimitScope.APP,
        Whose.THIS_COMPUTER,
        "obexd receives this phone's reports: --phone obexd uses it, or mask obex.service.",
        "Only one program on a computer can receive them. systemctl --user mask --now obex.service stops the"
        " other; unmask undoes it.",
        LimitAction.RETRY,
    ),
    LimitKind.BOND_CHANGED: LimitSpec(
        _PERMISSION,
        LimitScope.APP,
        Whose.THIS_COMPUTER,
        "This is not the pairing the phone was known by: {detail}",
        "Somebody paired again, or something pretends to be your phone. If it was you: `phonelink pair` asks about"
        " it; what is kept stays.",
        LimitAction.RETRY,
    ),
    LimitKind.NOT_KEPT: LimitSpec(
        _PERMISSION,
        LimitScope.APP,
        Whose.THIS_COMPUTER,
        "Nothing is kept after you quit.",
        "Messages live in memory only, and a restart forgets them. A key opens an archive: `phonelink archive unlock`"
        " gives the background relay a passphrase; --key-file FILE is the way without.",
    ),
    LimitKind.HISTORY_SET_ASIDE: LimitSpec(
        _PERMISSION,
        LimitScope.APP,
        Whose.THIS_COMPUTER,
        "Damaged history was set aside: {files}.",
        "It could not be read when the relay began, and a new history was begun; nothing was deleted. `phonelink"
        " archive info` tells where the file lies: keep it for a repair, or remove it, which ends this line.",
    ),
    LimitKind.TEXTS_STOPPED: LimitSpec(
        _TEMPORARY,
        LimitScope.APP,
        Whose.YOU,
        "You stopped reading texts after {read}; older ones are missing here.",
        "What was read stays, and new texts come as before. What was left out is read when you say so.",
        LimitAction.READ_ON,
    ),
    LimitKind.CONTACTS_STOPPED: LimitSpec(
        _TEMPORARY,
        LimitScope.APP,
        Whose.YOU,
        "You stopped reading contacts after {read}; other names are missing here.",
        "What was read stays. The book is read from its begin when you say so.",
        LimitAction.READ_ON,
    ),
}


def _policy(scope: LimitScope, why: str) -> LimitSpec:
    """A rule of the administrator: the sentence is theirs."""
    return LimitSpec(LimitClass.POLICY, scope, Whose.ADMINISTRATOR, "{said}", why)


_EXPLAIN = (
    "It is refused here whatever is confirmed; `phonelink policy explain {}` says where that is written."
)

LIMITS.update(
    {
        LimitKind.POLICY_BANNER: _policy(LimitScope.APP, "It is to be shown always, and cannot be put away."),
        LimitKind.POLICY_UNUSABLE: _policy(
            LimitScope.APP,
            "A policy that cannot be believed might have refused anything. Its administrator can mend it.",
        ),
        LimitKind.POLICY_READ: _policy(LimitScope.APP, _EXPLAIN.format("read")),
        LimitKind.POLICY_NOTIFICATIONS: _policy(LimitScope.APP, _EXPLAIN.format("notifications")),
        LimitKind.POLICY_SEND: _policy(LimitScope.COMPOSER, _EXPLAIN.format("send")),
        LimitKind.POLICY_STORE: _policy(LimitScope.APP, _EXPLAIN.format("store")),
        LimitKind.POLICY_EXPORT: _policy(LimitScope.STATUS, _EXPLAIN.format("export")),
        LimitKind.POLICY_COPY: _policy(LimitScope.STATUS, _EXPLAIN.format("copy")),
        LimitKind.POLICY_RULES: _policy(LimitScope.STATUS, "`phonelink policy show` lists them."),
    }
)


@frozen
class Limitation:
    """One limit in force."""

    kind: LimitKind
    scope: LimitScope
    target: str
    """The thread or message it belongs to; empty for the app."""
    sentence: str
    """One plain sentence. May hold names from the phone, which are `RemoteText` already."""
    since: datetime | None
    """Shown as an age on temporary limits."""
    evidence: str
    """What it rests on, in our own words."""

    @property
    def spec(self) -> LimitSpec:
        """The fixed part: class, whose, why, action."""
        return LIMITS[self.kind]


def make_limitation(
    kind: LimitKind, *, target: str = "", since: datetime | None = None, evidence: str = "", **words: str
) -> Limitation:
    """A limitation of `kind`, its sentence filled with `words`.

    Words are substituted literally: a name that holds braces stays a name.
    """
    spec = LIMITS[kind]
    return Limitation(kind, spec.scope, target, spec.sentence.format(**words), since, evidence)
