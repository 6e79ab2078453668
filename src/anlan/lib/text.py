"""Text of files that say nothing of their encoding."""


def decoded(content: bytes) -> str | None:
    """UTF-8 (with or without mark), UTF-16 with mark, else GB 18030 as Chinese Excel saves csv.

    None when it is none of these.
    """
    encodings = ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ()
    for encoding in (*encodings, "utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    return None
