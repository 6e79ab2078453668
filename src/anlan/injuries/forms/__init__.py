"""Text in, clean values out; nothing here saves."""
