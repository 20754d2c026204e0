"""How do two drafts become one, when two conversations turn out to be the same?"""

from __future__ import annotations


def with_part(draft: str, old: str, new: str) -> str:
    """`draft` with `new` where it held `old`; behind it, on a line of its own, where it did not.

    Args:
        draft: What is kept, perhaps joined from two drafts before.
        old: What the part was when it was joined; "" where it never was.
        new: What the part is now; "" where there is none any more.
    """
    if draft == new:
        return draft
    lines, part = draft.split("\n"), old.split("\n")
    if old and lines[-len(part) :] == part:
        draft = "\n".join(lines[: -len(part)])
    return "\n".join(filter(None, (draft, new)))
