"""Background work is found by a query, never queued: what a crash interrupts is found again.

A lease keeps two workers from doing the same job at once. Its holder renews it; a killed worker's
runs out within a minute.
"""

from django.db import models


class Lease(models.Model):
    """Who runs a job until when, and how its last run ended."""

    job = models.CharField(max_length=120, primary_key=True)
    holder = models.CharField(max_length=64, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_done = models.IntegerField(default=0)
    last_error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.job
