-- rows
INSERT INTO items VALUES (1, 2, 'x');
UPDATE items SET price = 3;
DELETE FROM items;

-- auto_increment
INSERT INTO customers (email, place) VALUES ('a', point(1, 2));
DELETE FROM customers;
ALTER TABLE orders AUTO_INCREMENT = 1000;

-- analyze
ANALYZE TABLE customers, items, orders;

-- optimize
OPTIMIZE TABLE customers, items;

-- rebuild
ALTER TABLE items FORCE;
ALTER TABLE items ENGINE=InnoDB;

-- nextval
SELECT NEXTVAL(numbers);

-- truncate
SET foreign_key_checks = 0;
TRUNCATE TABLE orders;
SET foreign_key_checks = 1;

-- order of columns
ALTER TABLE items MODIFY label varchar(20) FIRST;

-- partitions rebuilt
ALTER TABLE measures REBUILD PARTITION old;

-- partition reorganised
ALTER TABLE measures REORGANIZE PARTITION old INTO (PARTITION old VALUES LESS THAN (2000) COMMENT 'gone');

-- exchanged
CREATE TABLE apart LIKE measures;
ALTER TABLE apart REMOVE PARTITIONING;
ALTER TABLE measures EXCHANGE PARTITION old WITH TABLE apart;
DROP TABLE apart;

-- maker of a view
CREATE OR REPLACE DEFINER='nobody'@'localhost' VIEW rich AS SELECT id, name FROM customers WHERE balance > 100;

-- maker of a trigger
DROP TRIGGER after_trigger;
CREATE DEFINER='nobody'@'localhost' TRIGGER after_trigger AFTER UPDATE ON items FOR EACH ROW SET @seen = 1;

-- temporary table
CREATE TEMPORARY TABLE passing (id int);

-- event made anew
DROP EVENT tidy;
CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY DO DELETE FROM orders WHERE id < 0;

-- event told again when
ALTER EVENT tidy ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00';

-- default written otherwise
ALTER TABLE customers ALTER balance SET DEFAULT 0.00;
ALTER TABLE orders ALTER quantity SET DEFAULT '1';

-- check written otherwise
ALTER TABLE customers DROP CONSTRAINT named;
ALTER TABLE customers ADD CONSTRAINT named CHECK (( `name` != 'it\'s' ));

-- restrict is no action
ALTER TABLE orders DROP FOREIGN KEY customer_fk;
ALTER TABLE orders ADD CONSTRAINT customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE ON UPDATE RESTRICT;

-- json written otherwise
ALTER TABLE customers MODIFY settings longtext COLLATE utf8mb4_bin CHECK (json_valid(settings));

-- nameless constraints in another order
ALTER TABLE nameless DROP FOREIGN KEY nameless_ibfk_1, DROP CONSTRAINT CONSTRAINT_1;
ALTER TABLE nameless ADD FOREIGN KEY (a) REFERENCES items (id) ON DELETE CASCADE, ADD CHECK (a > 0 OR b > 0);
