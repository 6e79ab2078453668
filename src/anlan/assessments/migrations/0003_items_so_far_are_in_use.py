from django.db import migrations, models


def say_what_stands(apps, schema_editor):
    """What was there before reviews is in use, or retired; files read so far are done."""
    items = apps.get_model("assessments", "Item").objects
    items.filter(retired_at__isnull=True).update(status="in_use")
    items.filter(retired_at__isnull=False).update(status="retired")
    apps.get_model("assessments", "BankUpload").objects.update(status="done", format="sheet")


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0002_review_pictures_and_paper_rules'),
    ]

    operations = [
        migrations.RunPython(say_what_stands, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('retired_at__isnull', False), ('status', 'retired')), models.Q(models.Q(('status', 'retired'), _negated=True), ('retired_at__isnull', True)), _connector='OR'), name='item_retired_with_its_time'),
        ),
    ]
