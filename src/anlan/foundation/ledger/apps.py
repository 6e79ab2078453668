from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "anlan.foundation.ledger"
    label = "ledger"
    verbose_name = "存证账本"
