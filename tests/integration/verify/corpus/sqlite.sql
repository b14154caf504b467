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
  UNIQUE (name, balance) ON CONFLICT REPLACE
);
CREATE TABLE items (id INTEGER NOT NULL, price INT, label VARCHAR(20), PRIMARY KEY (id));
CREATE TABLE orders (
  id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  item_id INTEGER,
  quantity SMALLINT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id)
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE pairs (a TEXT NOT NULL, b INT NOT NULL, v ANY, PRIMARY KEY (a, b DESC)) STRICT, WITHOUT ROWID;
CREATE TABLE "odd ""name" ("select" INT, "a.b" TEXT DEFAULT '%s', [third one] INT);
CREATE INDEX name_idx ON customers (name, created DESC);
CREATE INDEX lower_idx ON customers (lower(email), status);
CREATE UNIQUE INDEX dear_idx ON items (label) WHERE price > 5;
CREATE INDEX collated_idx ON items (label COLLATE NOCASE);
CREATE INDEX "the key" ON "odd ""name" ("select");
CREATE VIEW rich AS SELECT id, name FROM customers WHERE balance > 100;
CREATE VIEW renamed (x, y) AS SELECT id, price FROM items;
CREATE TRIGGER counted AFTER UPDATE OF price ON items WHEN new.price > 3 BEGIN UPDATE orders SET quantity = 1 WHERE item_id = new.id; END;
CREATE TRIGGER inserted INSTEAD OF INSERT ON rich BEGIN SELECT 1; END;
CREATE VIRTUAL TABLE texts USING fts5(title, body, tokenize = 'porter ascii');
INSERT INTO customers (name, email) VALUES ('Ada', 'a@b');
INSERT INTO items VALUES (1, 2, 'x'), (2, 7, 'y');
INSERT INTO orders VALUES (1, 1, 1, 1), (2, 1, 2, 3);
INSERT INTO pairs VALUES ('a', 1, 'v');
