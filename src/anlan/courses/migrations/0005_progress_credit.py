import uuid

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("courses", "0003_makings"),
    ]

    operations = [
        migrations.AddField(
            model_name='progress',
            name='reached',
            field=models.FloatField(default=0),
        ),
        migrations.AlterField(
            model_name='progress',
            name='spent',
            field=models.FloatField(default=0),
        ),
        migrations.AlterField(
            model_name='watching',
            name='key',
            field=models.UUIDField(default=uuid.uuid4, unique=True),
        ),
        migrations.AddField(
            model_name='watching',
            name='tries',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='watching',
            name='tried_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
