"""What stands for content that stays on the phone?"""

from __future__ import annotations

from typing import Final

from phonelink_tui.domain.message import Placeholder
from phonelink_tui.domain.text import RemoteText

PLACEHOLDER_PREVIEW: Final = {
    Placeholder.MEDIA: RemoteText("Attachment on your phone"),
}


def placeholder_of(text: RemoteText, *, has_attachment: bool) -> Placeholder | None:
    """A photo comes as an attachment size, as an object mark, or as no text at all."""
    return Placeholder.MEDIA if has_attachment or text.strip() in ("\ufffc", "") else None
