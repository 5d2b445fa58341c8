"""
The compression of header fields in HTTP/2 (RFC 7541), for tests: everything
that a peer may send is read; what is sent is plain literals, unless a test
puts its bytes together itself.
"""

STATIC = [(name, value) for name, _, value in (
    line.partition(" ") for line in """\
:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate""".splitlines())]

# The code is canonical (5.2), so the lengths of its 257 words tell it all:
# those of each byte, and the end-of-string.
LENGTHS = [int(word, 36) for word in (
    "d n s s s s s s s o u s s u s s s s s s s s u s s s s s s s s s "
    "6 a a c d 6 8 b a a 8 b 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 f 6 c a "
    "d 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 d j d e 6 "
    "f 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 f b e d s "
    "k m k k m m m n m n n n n n o n o o m n o n n n n l m n m n n o "
    "m l k m m n n l n m m o l m n n l l m l n m n n k m m m n m m n "
    "q q k j m n m p q q q r r q o p j l q r r q r o l l q q s r r r "
    "k o k l m l l n m m p p o o q n q r q q r r r r r s r r r r r q "
    "u").split()]


def _words():
    words, code, length = {}, 0, 0
    for symbol in sorted(range(257), key=lambda s: (LENGTHS[s], s)):
        code <<= LENGTHS[symbol] - length
        length = LENGTHS[symbol]
        words[length, code] = symbol
        code += 1
    return words


WORDS = _words()


def unhuffman(data):
    text, code, length = bytearray(), 0, 0
    for byte in data:
        for place in range(7, -1, -1):
            code = code << 1 | byte >> place & 1
            length += 1
            symbol = WORDS.get((length, code))
            if symbol is not None:
                text.append(symbol)
                code = length = 0
    if length > 7 or code != (1 << length) - 1:
        raise ValueError("padding that is no beginning of the end")
    return bytes(text)


def integer(value, prefix, first=0):
    """An integer behind the bits `first` of its first byte (5.1)."""
    most = (1 << prefix) - 1
    if value < most:
        return bytes([first | value])
    out = [first | most]
    value -= most
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + [value])


def literal(name, value, first=0x00):
    """A field as it is, in no table: names and values are str or bytes."""
    out = bytes([first])
    for text in (name, value):
        if isinstance(text, str):
            text = text.encode("latin-1")
        out += integer(len(text), 7) + text
    return out


def encode(fields):
    return b"".join(literal(name, value) for name, value in fields)


class Decoder:
    """One direction of a connection."""

    def __init__(self):
        self.table = []
        self.size = 4096

    def _integer(self, prefix):
        most = (1 << prefix) - 1
        value = self.data[self.at] & most
        self.at += 1
        if value < most:
            return value
        shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value += (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def _text(self):
        huffman = self.data[self.at] & 128
        length = self._integer(7)
        text = self.data[self.at:self.at + length]
        if len(text) != length:
            raise ValueError("a text that ends early")
        self.at += length
        return (unhuffman(text) if huffman else bytes(text)).decode("latin-1")

    def _entry(self, index):
        if index == 0:
            raise ValueError("index 0")
        if index <= len(STATIC):
            return STATIC[index - 1]
        return self.table[index - len(STATIC) - 1]

    def _shrink(self):
        def used():
            return sum(32 + len(n) + len(v) for n, v in self.table)
        while self.table and used() > self.size:
            self.table.pop()

    def decode(self, data):
        """The fields of a header block, as a list of pairs."""
        self.data, self.at = data, 0
        fields = []
        while self.at < len(data):
            byte = data[self.at]
            if byte & 128:
                fields.append(self._entry(self._integer(7)))
            elif byte & 64:
                fields.append(self._literal(6))
                self.table.insert(0, fields[-1])
                self._shrink()
            elif byte & 32:
                self.size = self._integer(5)
                self._shrink()
            else:
                fields.append(self._literal(4))
        return fields

    def _literal(self, prefix):
        index = self._integer(prefix)
        name = self._entry(index)[0] if index else self._text()
        return name, self._text()
