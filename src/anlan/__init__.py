"""安澜 Anlan: a city's work-injury prevention platform."""
