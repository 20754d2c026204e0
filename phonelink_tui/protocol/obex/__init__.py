"""The OBEX room: one connection of IrOBEX 1.5 / GOEP as bytes in, values out, in both roles.

    codes         opcodes, response codes, header ids
    headers       one header, and the headers of a packet with typed access
    parameters    the tag-length-value triples of Application Parameters and authentication challenges
    packets       one request or response packet
    framing       a byte stream cut into packets by their length
    segments      an operation's headers and body spread over packets
    operations    what a client asks for: CONNECT, DISCONNECT, SETPATH, GET, PUT
    client        the machine that asks
    server        the machine that answers; the virtual phone and our notification server are made of it

May import `errors` and `protocol.limits` only. Never here: a clock, a socket, a profile's tags.

Single Response Mode, OBEX authentication, ACTION and SESSION are not spoken. Their headers and opcodes are
read and either left out of the answer or refused; nothing of them breaks a connection.
"""
