CREATE TABLE customers (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name varchar(40) NOT NULL DEFAULT 'no''body' COMMENT 'as written',
  email varchar(120) NOT NULL,
  bio text,
  settings json,
  status enum('new','old') NOT NULL DEFAULT 'new',
  balance decimal(12,2) NOT NULL DEFAULT '0' CHECK (balance >= 0),
  hidden int INVISIBLE DEFAULT 3,
  created timestamp NOT NULL DEFAULT current_timestamp(),
  updated timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  short varchar(10) AS (left(name, 10)) VIRTUAL,
  total decimal(14,2) AS (balance * 2) STORED,
  place point NOT NULL,
  note varchar(20) CHARACTER SET latin1,
  UNIQUE KEY email (email),
  KEY name_idx (name(10), created DESC),
  KEY spare_idx (status) IGNORED,
  KEY said_idx (hidden) COMMENT 'kept',
  FULLTEXT KEY bio_idx (bio),
  SPATIAL KEY place_idx (place),
  CONSTRAINT named CHECK (name <> 'it''s')
) COMMENT='who buys' ROW_FORMAT=DYNAMIC STATS_PERSISTENT=0;
CREATE TABLE items (id int NOT NULL, price int, label varchar(20), PRIMARY KEY (id));
CREATE TABLE orders (
  id bigint NOT NULL AUTO_INCREMENT,
  customer_id int unsigned NOT NULL,
  item_id int,
  quantity tinyint unsigned NOT NULL DEFAULT 1,
  placed date NOT NULL DEFAULT (curdate()),
  PRIMARY KEY (id),
  KEY customer_idx (customer_id),
  CONSTRAINT customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id) ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE TABLE measures (id int NOT NULL, day date NOT NULL, PRIMARY KEY (id, day))
  PARTITION BY RANGE (year(day))
  (PARTITION old VALUES LESS THAN (2000) COMMENT 'gone', PARTITION new VALUES LESS THAN (2030));
CREATE TABLE spread (id int NOT NULL PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3;
CREATE TABLE prices (id int NOT NULL PRIMARY KEY, price int) WITH SYSTEM VERSIONING;
CREATE TABLE cache (k varchar(20) NOT NULL, v int, PRIMARY KEY (k), KEY v_idx (v) USING BTREE) ENGINE=MEMORY;
CREATE TABLE `odd ``name` (`select` int, `a.b` varchar(5) DEFAULT '%s', KEY `the key` (`select`));
CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 2 CACHE 10;
CREATE TABLE nameless (
  id int NOT NULL PRIMARY KEY, a int, b int, number bigint DEFAULT nextval(numbers),
  CHECK (a > 0 OR b > 0), CHECK (a < 9 AND b < 9),
  FOREIGN KEY (a) REFERENCES items (id) ON DELETE CASCADE, FOREIGN KEY (b) REFERENCES items (id)
);
CREATE VIEW rich AS SELECT id, name FROM customers WHERE balance > 100;
CREATE SQL SECURITY INVOKER VIEW cheap AS SELECT id, price FROM items WHERE price < 5 WITH CASCADED CHECK OPTION;
CREATE TRIGGER first_trigger BEFORE INSERT ON orders FOR EACH ROW SET NEW.quantity = NEW.quantity + 1;
CREATE TRIGGER second_trigger BEFORE INSERT ON orders FOR EACH ROW SET NEW.quantity = NEW.quantity * 2;
CREATE TRIGGER after_trigger AFTER UPDATE ON items FOR EACH ROW SET @seen = 1;
CREATE FUNCTION doubled(x int) RETURNS int DETERMINISTIC RETURN x * 2;
CREATE PROCEDURE touch(IN which int, OUT found int) COMMENT 'touches' SELECT which INTO found;
CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY DO DELETE FROM orders WHERE id < 0;
CREATE EVENT resting ON SCHEDULE EVERY '1:30' HOUR_MINUTE DISABLE DO DELETE FROM items WHERE id < 0;
