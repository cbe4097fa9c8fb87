"""How Alembic reaches the database: the connection `engine/schema.py` hands it. SQLite changes tables in batches."""

from alembic import context

from models.base import Codes, Id, Sealed, UtcDateTime
from models.tables import metadata


def render_item(type_, obj, autogen_context):
    """Our own column types are written as themselves in a generated revision."""
    if type_ == "type" and isinstance(obj, (Id, Sealed, UtcDateTime, Codes)):
        autogen_context.imports.add("from models.base import Codes, Id, Sealed, UtcDateTime")
        return f"{type(obj).__name__}()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
