from django.db import migrations


class Migration(migrations.Migration):
    """The reviews that were given before there were tallies are counted, as `calls.operations.tallies` does."""

    dependencies = [("calls", "0004_tallies_of_reviews")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO calls_tally (application_id, mean, low, high, read, awaited)
            SELECT given.application_id,
                round(avg(review.mean) FILTER (WHERE given.state = 'done')::numeric, 6)::float8,
                min(review.mean) FILTER (WHERE given.state = 'done'),
                max(review.mean) FILTER (WHERE given.state = 'done'),
                count(review.mean) FILTER (WHERE given.state = 'done'),
                count(*) FILTER (WHERE given.state = 'given')
            FROM calls_assignment AS given LEFT JOIN calls_review AS review ON review.assignment_id = given.id
            GROUP BY given.application_id
            """,
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
