"""Read a message as an iPhone delivers it over Bluetooth (MAP, GetMessage), and clean its text for a terminal.

    python examples/decode_bmessage.py

Only the protocol room is used: bytes in, values out, no phone and no connection.
"""

from phonelink_tui.domain.text import clean
from phonelink_tui.errors import RemoteProtocolError
from phonelink_tui.profiles.quirks import strip_scheme_tag
from phonelink_tui.protocol.map.bmessage_decoder import decode_bmessage

DELIVERED = "\r\n".join(
    [
        "BEGIN:BMSG",
        "VERSION:1.0",
        "STATUS:UNREAD",
        "TYPE:SMS_GSM",
        "FOLDER:telecom/msg/inbox",
        "BEGIN:VCARD",
        "VERSION:2.1",
        "N:Moreau;Alice;;;",
        "TEL:7:+15550100",  # the tag of one character is the iPhone's
        "END:VCARD",
        "BEGIN:BENV",
        "BEGIN:BBODY",
        "CHARSET:UTF-8",
        "LENGTH:49",
        "BEGIN:MSG",
        "Dinner at 7? \x1b]0;not your title\x07",  # whoever writes this wants your terminal's title
        "END:MSG",
        "END:BBODY",
        "END:BENV",
        "END:BMSG",
        "",
    ]
).encode()


def main() -> None:
    message = decode_bmessage(DELIVERED)
    sender = message.originator
    assert sender is not None
    assert message.body is not None
    print("from  ", sender.name, strip_scheme_tag(sender.tels[0]))
    print("read  ", message.read)
    print("text  ", clean(message.body.text))

    try:
        decode_bmessage(DELIVERED[:-60])
    except RemoteProtocolError as error:
        print("cut   ", error.message)


if __name__ == "__main__":
    main()
