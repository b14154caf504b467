"""Tables of SQLAlchemy's models as the database itself stores them, made where nothing stays of them."""
