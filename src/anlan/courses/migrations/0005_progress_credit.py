import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """`Watching` was never written before this: it is made anew."""

    dependencies = [
        ('courses', '0002_lessons'),
        ('identity', '0001_initial'),
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
        migrations.DeleteModel(name='Watching'),
        migrations.CreateModel(
            name='Watching',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('device', models.CharField(blank=True, max_length=64)),
                ('started_at', models.DateTimeField()),
                ('credited_until', models.DateTimeField()),
                ('tries', models.PositiveIntegerField(default=0)),
                ('tried_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='watching', to='identity.person')),
                ('progress', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='courses.progress')),
            ],
        ),
    ]
