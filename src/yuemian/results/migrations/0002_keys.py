from django.db import migrations


class Migration(migrations.Migration):

    replaces = [('results', '0005_approval')]

    dependencies = [
        ('results', '0001_tables'),
        ('messaging', '0002_keys'),
    ]

    operations = [
        # A notice is of its decision's outcome, and its letter is of that class: no row can say otherwise.
        migrations.RunSQL(
            """ALTER TABLE results_resultnotice
               ADD CONSTRAINT notice_of_decision FOREIGN KEY (decision_id, outcome, number, application_id)
               REFERENCES results_decision (id, outcome, number, application_id)
               ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
               ADD CONSTRAINT notice_letter_of_outcome FOREIGN KEY (letter_id, outcome)
               REFERENCES messaging_templateversion (id, outcome) DEFERRABLE INITIALLY DEFERRED""",
            """ALTER TABLE results_resultnotice DROP CONSTRAINT notice_of_decision,
               DROP CONSTRAINT notice_letter_of_outcome""",
        ),
    ]
