from django.db import migrations, models

# What was concluded before had one ballot, counted again from its votes.
_COUNTED = """
    UPDATE calls_commissionitem AS item
    SET ballots = jsonb_build_array(jsonb_build_object(
        'at', to_char(item.concluded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
        'for', told.yes, 'against', told.no, 'abstain', told.abstained, 'adopted', item.outcome = item.proposal,
        'cast', CASE WHEN told.yes = told.no THEN told.chair END
    ))
    FROM (
        SELECT vote.item_id,
            count(*) FILTER (WHERE vote.ballot = 'for') AS yes,
            count(*) FILTER (WHERE vote.ballot = 'against') AS no,
            count(*) FILTER (WHERE vote.ballot = 'abstain') AS abstained,
            max(member.id) FILTER (WHERE member.quality = 'chair') AS chair
        FROM calls_vote AS vote JOIN calls_commissionmember AS member ON member.id = vote.member_id
        GROUP BY vote.item_id
    ) AS told
    WHERE told.item_id = item.id AND item.outcome <> ''
"""


class Migration(migrations.Migration):
    """Each ballot of a commission on a file stays, ties included, and whose vote broke one."""

    dependencies = [("calls", "0009_assignments_proposed_by_the_worker")]

    operations = [
        migrations.AddField(
            model_name="commissionitem",
            name="ballots",
            field=models.JSONField(default=list, verbose_name="scrutins"),
        ),
        migrations.RunSQL(_COUNTED, migrations.RunSQL.noop),
    ]
