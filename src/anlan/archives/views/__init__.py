"""Pages of archives and certificates; `public` is the door that needs no login."""
