-- rows
INSERT INTO items VALUES (9, 2, 'z');
DELETE FROM items WHERE id = 9;

-- analyze
ANALYZE;

-- vacuum
VACUUM;

-- reindex
REINDEX;

-- sequence
INSERT INTO customers (name, email) VALUES ('Bob', 'b');
DELETE FROM customers WHERE name = 'Bob';

-- whitespace, case and comments
DROP TABLE pairs;
create table if not exists main.[pairs](-- the letters (
`a` text not null,/* and , */
"b" int NOT NULL, v any,
primary key("a" , b desc))without rowid,strict;

-- quotes in a check
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
  status TEXT CHECK (status IN ('new', 'old')),
  balance DECIMAL(12, 2) DEFAULT 0 NOT NULL,
  created DATETIME DEFAULT CURRENT_TIMESTAMP,
  made TEXT DEFAULT (datetime('now')),
  short TEXT GENERATED ALWAYS AS (substr(name, 1, 10)) VIRTUAL,
  total NUMERIC GENERATED ALWAYS AS (balance * 2) STORED,
  constraint "named" check ( ( LENGTH( [name] )>0 and `name` != 'it''s' ) ),
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);

-- constraints in another order
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
  status TEXT CHECK (status IN ('new', 'old')),
  balance DECIMAL(12, 2) DEFAULT 0 NOT NULL,
  created DATETIME DEFAULT CURRENT_TIMESTAMP,
  made TEXT DEFAULT (datetime('now')),
  short TEXT GENERATED ALWAYS AS (substr(name, 1, 10)) VIRTUAL,
  total NUMERIC GENERATED ALWAYS AS (balance * 2) STORED,
  CONSTRAINT named CHECK (length(name) > 0 AND name <> 'it''s'),
  UNIQUE (name, balance) ON CONFLICT REPLACE,
  UNIQUE (email)
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);

-- keys in their columns
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers ON DELETE CASCADE,
  item_id INTEGER,
  quantity SMALLINT DEFAULT '1' NOT NULL,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);

-- unique in its column
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR (120) CONSTRAINT e NOT NULL ON CONFLICT IGNORE UNIQUE,
  status TEXT CHECK (status IN ('new', 'old')),
  balance DECIMAL(12, 2) DEFAULT 0 NOT NULL,
  created DATETIME DEFAULT CURRENT_TIMESTAMP,
  made TEXT DEFAULT (datetime('now')),
  short TEXT GENERATED ALWAYS AS (substr(name, 1, 10)) VIRTUAL,
  total NUMERIC GENERATED ALWAYS AS (balance * 2) STORED,
  CONSTRAINT named CHECK (length(name) > 0 AND name <> 'it''s'),
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);

-- columns in another order
DROP TABLE items;
CREATE TABLE items (id INTEGER NOT NULL, label VARCHAR(20), price INT, PRIMARY KEY (id));
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 5;
CREATE INDEX collated_idx ON items (label COLLATE NOCASE);
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;

-- defaults written otherwise
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
  status TEXT CHECK (status IN ('new', 'old')),
  balance DECIMAL(12, 2) NOT NULL DEFAULT '0.0',
  created DATETIME DEFAULT CURRENT_TIMESTAMP,
  made TEXT DEFAULT (datetime('now')),
  short TEXT GENERATED ALWAYS AS (substr(name, 1, 10)) VIRTUAL,
  total NUMERIC GENERATED ALWAYS AS (balance * 2) STORED,
  CONSTRAINT named CHECK (length(name) > 0 AND name <> 'it''s'),
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);

-- default in parentheses
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT (1),
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);

-- default null
DROP TABLE items;
CREATE TABLE items (id INTEGER NOT NULL, price INT DEFAULT NULL, label VARCHAR(20), PRIMARY KEY (id));
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 5;
CREATE INDEX collated_idx ON items (label COLLATE NOCASE);
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;

-- generated without saying so
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
  status TEXT CHECK (status IN ('new', 'old')),
  balance DECIMAL(12, 2) DEFAULT 0 NOT NULL,
  created DATETIME DEFAULT CURRENT_TIMESTAMP,
  made TEXT DEFAULT (datetime('now')),
  short TEXT AS (substr("name",1,10)),
  total NUMERIC GENERATED ALWAYS AS (balance * 2) STORED,
  CONSTRAINT named CHECK (length(name) > 0 AND name <> 'it''s'),
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);

-- no action
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE ON UPDATE NO ACTION NOT DEFERRABLE INITIALLY IMMEDIATE,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);

-- name of a foreign key
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);

-- batch mode
PRAGMA legacy_alter_table = ON;
CREATE TABLE _alembic_tmp_items (id INTEGER NOT NULL, price INT, label VARCHAR(20), PRIMARY KEY (id));
INSERT INTO _alembic_tmp_items SELECT * FROM items;
DROP TABLE items;
ALTER TABLE _alembic_tmp_items RENAME TO items;
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE (price > 5);
CREATE INDEX collated_idx ON items (label COLLATE "NOCASE");
create trigger [counted] after update of "price" on "items" for each row when (new.price>3) begin update orders set quantity=1 where item_id=new.id; end;

-- added by alter table
DROP TABLE pairs;
CREATE TABLE pairs (a TEXT NOT NULL, b INT NOT NULL, PRIMARY KEY (a, b DESC)) WITHOUT ROWID, STRICT;
ALTER TABLE pairs ADD COLUMN v any;

-- view written otherwise
DROP VIEW renamed;
create view if not exists main.[renamed](x,y)as select id,"price" -- of it
from items;

-- temporary table
CREATE TEMP TABLE passing (id INT);

-- index written otherwise
DROP INDEX name_idx;
create index [name_idx] on `customers`("name" asc, created desc);
