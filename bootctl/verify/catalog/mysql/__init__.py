"""The catalog of a database of MySQL or MariaDB, from information_schema."""
