"""Two SQL roles: the owner of the tables (migrations, workers, commands) and the one of the web processes.

The second reads and writes what pages need, and no more. Whoever holds its connection cannot change a table, remove the
triggers that keep the journal, rewrite what the journal says, nor pretend that a migration was made. They may still
blank personal data in the journal, as an account's owner does by deleting it: the pages do that.
"""

from django.db import connection
from psycopg import sql

# What the web role may not do to a table that it otherwise writes like any other.
_KEPT = {
    "journal_event": ("UPDATE", "DELETE"),
    "django_migrations": ("INSERT", "UPDATE", "DELETE"),
    "pgtrigger_trigger": ("INSERT", "UPDATE", "DELETE"),
}
# What an erasure blanks; the trigger of the journal lets it only remove.
_BLANKED = sql.SQL("GRANT UPDATE (data, reason) ON journal_event TO {role}")
_EVERYTHING = (
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    # What the next migrations and the nightly index will make.
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)


class RoleError(Exception):
    """The role cannot be limited; the message says why, and what to do."""


def limit(role: str) -> None:
    """Give a role what the web processes need on this database, and take the rest; again after each migration.

    Raises `RoleError` when there is no such role, or when it would not be limited: a super-user, the owner itself.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR pg_has_role(oid, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s", [role]
        )
        found = cursor.fetchone()
        if found is None:
            raise RoleError(
                f"Le rôle « {role} » n’existe pas. Un administrateur du serveur le crée : "
                f"CREATE ROLE {role} LOGIN PASSWORD '…';"
            )
        if found[0]:
            raise RoleError(f"Le rôle « {role} » est celui du propriétaire, ou en a les droits : il en faut un autre.")
        named = sql.Identifier(role)
        for statement in _EVERYTHING:
            cursor.execute(sql.SQL(statement).format(role=named))
        tables = connection.introspection.table_names(cursor)
        for table, refused in _KEPT.items():
            if table in tables:
                rights = sql.SQL(", ").join(map(sql.SQL, refused))
                cursor.execute(
                    sql.SQL("REVOKE {rights} ON {table} FROM {role}").format(
                        rights=rights, table=sql.Identifier(table), role=named
                    )
                )
        cursor.execute(_BLANKED.format(role=named))
