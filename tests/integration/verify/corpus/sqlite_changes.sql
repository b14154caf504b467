-- table added
CREATE TABLE scratch (id INTEGER);
--> table scratch: added

-- table dropped
DROP TABLE pairs;
--> table pairs: removed

-- table dropped with keys
DROP TABLE orders;
--> table orders: removed

-- table with indexes and triggers dropped
DROP TABLE items;
--> table items: removed

-- table renamed
ALTER TABLE pairs RENAME TO couples;
--> table pairs: removed
--> table couples: added

-- strict lost
DROP TABLE pairs;
CREATE TABLE pairs (a TEXT NOT NULL, b INT NOT NULL, v ANY, PRIMARY KEY (a, b DESC)) WITHOUT ROWID;
--> table pairs: strict

-- strict added
DROP TABLE items;
CREATE TABLE items (id INTEGER NOT NULL, price INT, label TEXT, PRIMARY KEY (id)) STRICT;
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 5;
CREATE INDEX collated_idx ON items (label COLLATE NOCASE);
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
--> table items: strict
--> column items.label: type

-- without rowid lost
DROP TABLE pairs;
CREATE TABLE pairs (a TEXT NOT NULL, b INT NOT NULL, v ANY, PRIMARY KEY (a, b DESC)) STRICT;
--> table pairs: without rowid

-- without rowid added
DROP TABLE items;
CREATE TABLE items (id INTEGER NOT NULL, price INT, label VARCHAR(20), PRIMARY KEY (id)) WITHOUT ROWID;
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 5;
CREATE INDEX collated_idx ON items (label COLLATE NOCASE);
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
--> table items: without rowid

-- column added
ALTER TABLE items ADD COLUMN extra INT;
--> column items.extra: added

-- column added with a default
ALTER TABLE items ADD COLUMN extra INT NOT NULL DEFAULT 3;
--> column items.extra: added

-- column dropped
ALTER TABLE customers DROP COLUMN made;
--> column customers.made: removed

-- column dropped with a trigger
DROP TRIGGER counted;
ALTER TABLE orders DROP COLUMN quantity;
--> column orders.quantity: removed
--> trigger items.counted: removed

-- virtual column dropped
ALTER TABLE customers DROP COLUMN short;
--> column customers.short: removed

-- stored column dropped
ALTER TABLE customers DROP COLUMN total;
--> column customers.total: removed

-- column renamed
ALTER TABLE pairs RENAME COLUMN v TO w;
--> column pairs.v: removed
--> column pairs.w: added

-- type
DROP TABLE items;
CREATE TABLE items (id INTEGER NOT NULL, price BIGINT, label VARCHAR(20), PRIMARY KEY (id));
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 5;
CREATE INDEX collated_idx ON items (label COLLATE NOCASE);
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
--> column items.price: type

-- length
DROP TABLE items;
CREATE TABLE items (id INTEGER NOT NULL, price INT, label VARCHAR(21), PRIMARY KEY (id));
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 5;
CREATE INDEX collated_idx ON items (label COLLATE NOCASE);
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
--> column items.label: type

-- scale
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
  status TEXT CHECK (status IN ('new', 'old')),
  balance DECIMAL(12, 3) DEFAULT 0 NOT NULL,
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
--> column customers.balance: type

-- not null lost
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);
--> column orders.customer_id: nullable

-- not null added
DROP TABLE items;
CREATE TABLE items (id INTEGER NOT NULL, price INT NOT NULL, label VARCHAR(20), PRIMARY KEY (id));
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 5;
CREATE INDEX collated_idx ON items (label COLLATE NOCASE);
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
--> column items.price: nullable

-- default
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT 2,
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);
--> column orders.quantity: default

-- default dropped
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);
--> column orders.quantity: default

-- default added
DROP TABLE items;
CREATE TABLE items (id INTEGER NOT NULL, price INT DEFAULT 7, label VARCHAR(20), PRIMARY KEY (id));
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 5;
CREATE INDEX collated_idx ON items (label COLLATE NOCASE);
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
--> column items.price: default

-- default text
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'nobody' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
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
--> column customers.name: default

-- default expression
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
  status TEXT CHECK (status IN ('new', 'old')),
  balance DECIMAL(12, 2) DEFAULT 0 NOT NULL,
  created DATETIME DEFAULT CURRENT_TIMESTAMP,
  made TEXT DEFAULT (datetime('now', 'localtime')),
  short TEXT GENERATED ALWAYS AS (substr(name, 1, 10)) VIRTUAL,
  total NUMERIC GENERATED ALWAYS AS (balance * 2) STORED,
  CONSTRAINT named CHECK (length(name) > 0 AND name <> 'it''s'),
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
--> column customers.made: default

-- default constant
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
  status TEXT CHECK (status IN ('new', 'old')),
  balance DECIMAL(12, 2) DEFAULT 0 NOT NULL,
  created DATETIME DEFAULT CURRENT_DATE,
  made TEXT DEFAULT (datetime('now')),
  short TEXT GENERATED ALWAYS AS (substr(name, 1, 10)) VIRTUAL,
  total NUMERIC GENERATED ALWAYS AS (balance * 2) STORED,
  CONSTRAINT named CHECK (length(name) > 0 AND name <> 'it''s'),
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
--> column customers.created: default

-- virtual expression
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
  status TEXT CHECK (status IN ('new', 'old')),
  balance DECIMAL(12, 2) DEFAULT 0 NOT NULL,
  created DATETIME DEFAULT CURRENT_TIMESTAMP,
  made TEXT DEFAULT (datetime('now')),
  short TEXT GENERATED ALWAYS AS (substr(name, 1, 11)) VIRTUAL,
  total NUMERIC GENERATED ALWAYS AS (balance * 2) STORED,
  CONSTRAINT named CHECK (length(name) > 0 AND name <> 'it''s'),
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
--> column customers.short: generated

-- stored expression
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
  total NUMERIC GENERATED ALWAYS AS (balance * 3) STORED,
  CONSTRAINT named CHECK (length(name) > 0 AND name <> 'it''s'),
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
--> column customers.total: generated

-- virtual to stored
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
  status TEXT CHECK (status IN ('new', 'old')),
  balance DECIMAL(12, 2) DEFAULT 0 NOT NULL,
  created DATETIME DEFAULT CURRENT_TIMESTAMP,
  made TEXT DEFAULT (datetime('now')),
  short TEXT GENERATED ALWAYS AS (substr(name, 1, 10)) STORED,
  total NUMERIC GENERATED ALWAYS AS (balance * 2) STORED,
  CONSTRAINT named CHECK (length(name) > 0 AND name <> 'it''s'),
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
--> column customers.short: generated

-- generated to plain
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
  total NUMERIC,
  CONSTRAINT named CHECK (length(name) > 0 AND name <> 'it''s'),
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
--> column customers.total: generated

-- column collation lost
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body',
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
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
--> column customers.name: collation

-- column collation
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE RTRIM,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
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
--> column customers.name: collation

-- column collation added
DROP TABLE pairs;
CREATE TABLE pairs (a TEXT COLLATE NOCASE NOT NULL, b INT NOT NULL, v ANY, PRIMARY KEY (a, b DESC)) STRICT, WITHOUT ROWID;
--> column pairs.a: collation

-- conflict clause of a column
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL,
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
--> column customers.email: on conflict

-- conflict clause of a constraint
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
  UNIQUE (email),
  UNIQUE (name, balance)
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
--> constraint customers.(name, balance): on conflict

-- conflict clause of a key
DROP TABLE pairs;
CREATE TABLE pairs (a TEXT NOT NULL, b INT NOT NULL, v ANY, PRIMARY KEY (a, b DESC) ON CONFLICT REPLACE) STRICT, WITHOUT ROWID;
--> primary key pairs: on conflict

-- autoincrement lost
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
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
--> primary key customers: autoincrement

-- autoincrement added
DROP TABLE items;
CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, price INT, label VARCHAR(20));
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 5;
CREATE INDEX collated_idx ON items (label COLLATE NOCASE);
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
--> primary key items: autoincrement

-- primary key dropped
DROP TABLE items;
CREATE TABLE items (id INTEGER NOT NULL, price INT, label VARCHAR(20));
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 5;
CREATE INDEX collated_idx ON items (label COLLATE NOCASE);
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
--> primary key items: removed

-- primary key of other columns
DROP TABLE pairs;
CREATE TABLE pairs (a TEXT NOT NULL, b INT NOT NULL, v ANY, PRIMARY KEY (a)) STRICT, WITHOUT ROWID;
--> primary key pairs: columns

-- primary key in another order
DROP TABLE pairs;
CREATE TABLE pairs (a TEXT NOT NULL, b INT NOT NULL, v ANY, PRIMARY KEY (b DESC, a)) STRICT, WITHOUT ROWID;
--> primary key pairs: columns

-- primary key order of rows
DROP TABLE pairs;
CREATE TABLE pairs (a TEXT NOT NULL, b INT NOT NULL, v ANY, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;
--> primary key pairs: columns

-- primary key added
DROP TABLE "odd ""name";
CREATE TABLE "odd ""name" ("select" INTEGER PRIMARY KEY, "a.b" TEXT DEFAULT '%s', [third one] INT);
CREATE INDEX "the key" ON "odd ""name" ("select");
--> primary key odd "name: added
--> column odd "name.select: nullable

-- unique dropped
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
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
--> constraint customers.(email): removed

-- unique added
DROP TABLE items;
CREATE TABLE items (id INTEGER NOT NULL, price INT, label VARCHAR(20), PRIMARY KEY (id), UNIQUE (price));
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 5;
CREATE INDEX collated_idx ON items (label COLLATE NOCASE);
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
--> constraint items.(price): added

-- unique of other columns
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
  UNIQUE (email, status),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
--> constraint customers.(email): removed
--> constraint customers.(email, status): added

-- check dropped
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
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
--> check customers.named: removed

-- check changed
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
  CONSTRAINT named CHECK (length(name) > 1 AND name <> 'it''s'),
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
--> check customers.named: definition

-- check text changed
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
  CONSTRAINT named CHECK (length(name) > 0 AND name <> 'its'),
  UNIQUE (email),
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
--> check customers.named: definition

-- column check dropped
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
  status TEXT,
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
--> check customers.(status IN ('new', 'old')): removed

-- column check changed
DROP TABLE customers;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name VARCHAR(40) NOT NULL DEFAULT 'no''body' COLLATE NOCASE,
  email VARCHAR(120) NOT NULL ON CONFLICT IGNORE,
  status TEXT CHECK (status IN ('new', 'OLD')),
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
--> check customers.(status IN ('new', 'old')): removed
--> check customers.(status IN ('new', 'OLD')): added

-- check added
ALTER TABLE items ADD COLUMN extra INT CHECK (extra > 0);
--> column items.extra: added
--> check items.(extra > 0): added

-- foreign key dropped
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);
--> foreign key orders.(customer_id): removed

-- foreign key added
ALTER TABLE items ADD COLUMN o INT REFERENCES orders (id);
--> column items.o: added
--> foreign key items.(o): added

-- on delete
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);
--> foreign key orders.(item_id): on delete

-- on update
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
);
--> foreign key orders.(item_id): on update

-- restrict
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);
--> foreign key orders.(customer_id): on delete

-- deferred lost
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL ON UPDATE CASCADE
);
--> foreign key orders.(item_id): deferrable

-- deferred added
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);
--> foreign key orders.(customer_id): deferrable

-- foreign key to another table
DROP TABLE orders;
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES customers (id)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);
--> foreign key orders.(item_id): target

-- index dropped
DROP INDEX name_idx;
--> index customers.name_idx: removed

-- index added
CREATE INDEX price_idx ON items (price);
--> index items.price_idx: added

-- index made unique
DROP INDEX name_idx;
CREATE UNIQUE INDEX name_idx ON customers (name, created DESC);
--> index customers.name_idx: unique

-- index not unique
DROP INDEX dear_idx;
CREATE INDEX dear_idx ON items (label) WHERE price > 5;
--> index items.dear_idx: unique

-- index order
DROP INDEX name_idx;
CREATE INDEX name_idx ON customers (name, created);
--> index customers.name_idx: columns

-- index columns
DROP INDEX name_idx;
CREATE INDEX name_idx ON customers (created DESC, name);
--> index customers.name_idx: columns

-- index expression
DROP INDEX lower_idx;
CREATE INDEX lower_idx ON customers (upper(email), status);
--> index customers.lower_idx: columns

-- predicate
DROP INDEX dear_idx;
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 6;
--> index items.dear_idx: predicate

-- predicate lost
DROP INDEX dear_idx;
CREATE UNIQUE INDEX dear_idx ON items (label);
--> index items.dear_idx: predicate

-- index collation
DROP INDEX collated_idx;
CREATE INDEX collated_idx ON items (label);
--> index items.collated_idx: columns

-- index on another table
DROP INDEX collated_idx;
CREATE INDEX collated_idx ON pairs (v);
--> index items.collated_idx: removed
--> index pairs.collated_idx: added

-- index of an odd name
DROP INDEX "the key";
--> index odd "name.the key: removed

-- view changed
DROP TRIGGER inserted;
DROP VIEW rich;
CREATE VIEW rich AS SELECT id, name FROM customers WHERE balance > 200;
--> view rich: definition
--> trigger rich.inserted: removed

-- view changed below its trigger
DROP VIEW rich;
CREATE VIEW rich AS SELECT id, name FROM customers WHERE balance > 200;
CREATE TRIGGER inserted INSTEAD OF INSERT ON rich BEGIN SELECT 1; END;
--> view rich: definition

-- view replaced by a table
DROP VIEW renamed;
CREATE TABLE renamed (x int);
--> view renamed: removed
--> table renamed: added

-- view dropped
DROP VIEW renamed;
--> view renamed: removed

-- view with a trigger dropped
DROP VIEW rich;
--> view rich: removed
--> trigger rich.inserted: removed

-- view columns
DROP VIEW renamed;
CREATE VIEW renamed (x, z) AS SELECT id, price FROM items;
--> view renamed: columns

-- view added
CREATE VIEW every AS SELECT * FROM items;
--> view every: added

-- trigger dropped
DROP TRIGGER counted;
--> trigger items.counted: removed

-- trigger body
DROP TRIGGER counted;
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 2 WHERE item_id = new.id; END;
--> trigger items.counted: definition

-- trigger condition
DROP TRIGGER counted;
CREATE TRIGGER counted AFTER UPDATE OF price ON items BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
--> trigger items.counted: when

-- trigger timing
DROP TRIGGER counted;
CREATE TRIGGER counted BEFORE UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
--> trigger items.counted: timing

-- trigger columns
DROP TRIGGER counted;
CREATE TRIGGER counted AFTER UPDATE OF price, label ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
--> trigger items.counted: timing

-- trigger added
CREATE TRIGGER more AFTER DELETE ON items BEGIN SELECT 1; END;
--> trigger items.more: added

-- trigger of a view dropped
DROP TRIGGER inserted;
--> trigger rich.inserted: removed

-- virtual table dropped
DROP TABLE texts;
--> table texts: removed

-- virtual table arguments
DROP TABLE texts;
CREATE VIRTUAL TABLE texts USING fts5(title, body);
--> table texts: virtual

-- virtual table module
DROP TABLE texts;
CREATE VIRTUAL TABLE texts USING fts4(title, body);
--> table texts: virtual

-- virtual table added
CREATE VIRTUAL TABLE boxes USING rtree(id, a, b);
--> table boxes: added
