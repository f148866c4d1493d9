from django.db import migrations

# A seat carries its slot's capacity, kept equal by this key, so that `seat_is_there` is a check of one row; a slot whose
# capacity is lowered below a seat that is taken is refused.
SEATS_FIT = """
ALTER TABLE interviews_seat ADD CONSTRAINT seat_of_capacity FOREIGN KEY (slot_id, capacity)
    REFERENCES interviews_slot (id, capacity) ON UPDATE CASCADE
"""
# Nobody has two slots at once. The usual constraint (uuid WITH =, range WITH &&) needs an extension that neither the
# embedded server nor every managed one has; boxes are built in: across, the person's hash, a line; upwards, the time.
# A box contains its edges, hence the second that is taken off the end.
NOBODY_TWICE = """
ALTER TABLE interviews_slot ADD CONSTRAINT nobody_has_two_slots_at_once EXCLUDE USING gist (
    box(
        point(uuid_hash_extended(interviewer_id, 0)::float8,
              extract(epoch FROM starts_at AT TIME ZONE 'UTC')::float8),
        point(uuid_hash_extended(interviewer_id, 0)::float8,
              extract(epoch FROM ends_at AT TIME ZONE 'UTC')::float8 - 1)
    ) WITH &&
) WHERE (interviewer_id IS NOT NULL)
"""


class Migration(migrations.Migration):

    replaces = [('interviews', '0012_decisions')]

    dependencies = [
        ('interviews', '0001_tables'),
    ]

    operations = [
        migrations.RunSQL(SEATS_FIT, "ALTER TABLE interviews_seat DROP CONSTRAINT seat_of_capacity"),
        migrations.RunSQL(NOBODY_TWICE, "ALTER TABLE interviews_slot DROP CONSTRAINT nobody_has_two_slots_at_once"),
    ]
