"""What the nightly job has computed, so that enterprises can be ranked and compared."""

from typing import ClassVar

from django.db import models

from anlan.organizations.models import Organization


class IndicatorValue(models.Model):
    """One indicator of one enterprise and year. An empty numerator is 缺数据, never zero.

    `share` is numerator ÷ denominator (the numerator itself where there is no denominator), kept so
    that the database can sort and take a median.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=16)
    numerator = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    denominator = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    share = models.FloatField(null=True)
    verified = models.BooleanField(default=True)
    data_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    computed_on = models.DateField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organization", "year", "key"], name="indicator_once_a_year"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["year", "key", "share"], name="indicator_ranked"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.year} {self.key}"
