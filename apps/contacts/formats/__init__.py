"""Contact formats: bytes to plain records and back, no database, no network.

Each format is a module with two functions of the same shape:

    read(stream: BinaryIO, options: ReadOptions) -> Iterator[Card | Rejected]
    write(cards: Iterable[Card], ...) -> Iterator[bytes]

`read` never raises for a bad record: it yields a `Rejected` and goes on. It raises
`UnreadableFile` only where nothing at all can be made of the file.
"""
