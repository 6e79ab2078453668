"""From questions to bank files in the formats of others. Pure functions: items in, bytes out."""
