"""Making what a phone can play: renditions of a film, pictures of a PDF's pages."""
