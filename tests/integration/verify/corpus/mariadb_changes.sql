-- schema collation
ALTER DATABASE COLLATE utf8mb4_bin;
--> schema the default schema: collation

-- table added
CREATE TABLE scratch (id int);
--> table scratch: added

-- table dropped
DROP TABLE cache;
--> table cache: removed

-- table dropped with keys
DROP TABLE orders;
--> table orders: removed

-- partitioned table dropped
DROP TABLE measures;
--> table measures: removed

-- versioned table dropped
DROP TABLE prices;
--> table prices: removed

-- engine
ALTER TABLE cache ENGINE=InnoDB;
--> table cache: engine
--> index cache.v_idx: method

-- table collation
ALTER TABLE items DEFAULT COLLATE utf8mb4_bin;
--> table items: collation

-- table converted
ALTER TABLE items CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
--> table items: collation
--> column items.label: collation

-- table charset
ALTER TABLE items CONVERT TO CHARACTER SET latin1;
--> table items: collation
--> column items.label: collation

-- row format
ALTER TABLE customers ROW_FORMAT=COMPACT;
--> table customers: row format

-- row format set
ALTER TABLE items ROW_FORMAT=REDUNDANT;
--> table items: row format

-- table comment
ALTER TABLE customers COMMENT='it''s';
--> table customers: comment

-- table option
ALTER TABLE customers STATS_PERSISTENT=1;
--> table customers: options

-- table option added
ALTER TABLE items CHECKSUM=1;
--> table items: options

-- column added
ALTER TABLE items ADD extra int;
--> column items.extra: added

-- column added first, with a key
ALTER TABLE items ADD extra int UNIQUE FIRST;
--> column items.extra: added
--> index items.extra: added

-- column dropped
ALTER TABLE items DROP COLUMN label;
--> column items.label: removed

-- column renamed
ALTER TABLE items CHANGE label title varchar(20);
--> column items.label: removed
--> column items.title: added

-- type
ALTER TABLE items MODIFY price bigint;
--> column items.price: type

-- length
ALTER TABLE items MODIFY label varchar(21);
--> column items.label: type

-- unsigned
ALTER TABLE items MODIFY price int unsigned;
--> column items.price: type

-- zerofill
ALTER TABLE items MODIFY price int zerofill;
--> column items.price: type

-- unsigned lost
ALTER TABLE orders MODIFY quantity tinyint NOT NULL DEFAULT 1;
--> column orders.quantity: type

-- scale
ALTER TABLE customers DROP COLUMN total;
ALTER TABLE customers MODIFY balance decimal(12,3) NOT NULL DEFAULT 0 CHECK (balance >= 0);
--> column customers.total: removed
--> column customers.balance: default, type

-- fraction of seconds
ALTER TABLE customers MODIFY created timestamp(6) NOT NULL DEFAULT current_timestamp(6);
--> column customers.created: default, type

-- enum label added
ALTER TABLE customers MODIFY status enum('new','old','lost') NOT NULL DEFAULT 'new';
--> column customers.status: type

-- enum label renamed
ALTER TABLE customers MODIFY status enum('new','aged') NOT NULL DEFAULT 'new';
--> column customers.status: type

-- enum labels in another order
ALTER TABLE customers MODIFY status enum('old','new') NOT NULL DEFAULT 'new';
--> column customers.status: type

-- null
ALTER TABLE customers MODIFY email varchar(120);
--> column customers.email: nullable

-- not null
ALTER TABLE items MODIFY price int NOT NULL;
--> column items.price: nullable

-- default
ALTER TABLE orders ALTER quantity SET DEFAULT 2;
--> column orders.quantity: default

-- default dropped
ALTER TABLE orders ALTER quantity DROP DEFAULT;
--> column orders.quantity: default

-- default added
ALTER TABLE items ALTER price SET DEFAULT 7;
--> column items.price: default

-- default expression
ALTER TABLE orders MODIFY placed date NOT NULL DEFAULT (curdate() + interval 1 day);
--> column orders.placed: default

-- on update lost
ALTER TABLE customers MODIFY updated timestamp NOT NULL DEFAULT current_timestamp();
--> column customers.updated: on update

-- on update added
ALTER TABLE customers MODIFY created timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp();
--> column customers.created: on update

-- virtual expression
ALTER TABLE customers MODIFY short varchar(10) AS (right(name, 10)) VIRTUAL;
--> column customers.short: generated

-- stored expression
ALTER TABLE customers DROP total, ADD total decimal(14,2) AS (balance * 3) STORED;
--> column customers.total: generated

-- virtual to stored
ALTER TABLE customers DROP short, ADD short varchar(10) AS (left(name, 10)) STORED;
--> column customers.short: generated

-- generated to plain
ALTER TABLE customers MODIFY total decimal(14,2);
--> column customers.total: generated

-- plain to generated
ALTER TABLE items DROP price, ADD price int AS (id * 2) STORED;
--> column items.price: generated

-- visible
ALTER TABLE customers MODIFY hidden int DEFAULT 3;
--> column customers.hidden: invisible

-- invisible
ALTER TABLE items MODIFY price int INVISIBLE;
--> column items.price: invisible

-- column collation
ALTER TABLE items MODIFY label varchar(20) COLLATE utf8mb4_bin;
--> column items.label: collation

-- column charset
ALTER TABLE customers MODIFY note varchar(20) CHARACTER SET utf8mb4;
--> column customers.note: collation

-- column comment
ALTER TABLE customers MODIFY name varchar(40) NOT NULL DEFAULT 'no''body';
--> column customers.name: comment

-- auto_increment lost
ALTER TABLE orders MODIFY id bigint NOT NULL;
--> column orders.id: identity

-- primary key of a target dropped
ALTER TABLE orders DROP FOREIGN KEY item_fk;
ALTER TABLE nameless DROP FOREIGN KEY nameless_ibfk_1, DROP FOREIGN KEY nameless_ibfk_2;
ALTER TABLE items DROP PRIMARY KEY;
--> primary key items.PRIMARY: removed
--> foreign key orders.item_fk: removed
--> foreign key nameless.(`a`): removed
--> foreign key nameless.(`b`): removed

-- json is text
ALTER TABLE customers MODIFY settings longtext;
--> column customers.settings: collation, type

-- json without a check
ALTER TABLE customers MODIFY settings longtext COLLATE utf8mb4_bin;
--> column customers.settings: collation, type

-- column compressed
ALTER TABLE items MODIFY label varchar(20) COMPRESSED;
--> column items.label: type

-- primary key dropped
ALTER TABLE cache DROP PRIMARY KEY;
--> primary key cache.PRIMARY: removed

-- primary key of other columns
ALTER TABLE cache MODIFY v int NOT NULL, DROP PRIMARY KEY, ADD PRIMARY KEY (k, v);
--> primary key cache.PRIMARY: columns
--> column cache.v: nullable

-- primary key in another order
ALTER TABLE measures DROP PRIMARY KEY, ADD PRIMARY KEY (day, id);
--> primary key measures.PRIMARY: columns

-- primary key added
ALTER TABLE `odd ``name` ADD PRIMARY KEY (`select`);
--> primary key odd `name.PRIMARY: added
--> column odd `name.select: nullable

-- unique lost
ALTER TABLE customers DROP INDEX email, ADD KEY email (email);
--> index customers.email: unique

-- unique added
ALTER TABLE customers DROP INDEX name_idx, ADD UNIQUE KEY name_idx (name(10), created DESC);
--> index customers.name_idx: unique

-- unique dropped
ALTER TABLE customers DROP INDEX email;
--> index customers.email: removed

-- index dropped
DROP INDEX name_idx ON customers;
--> index customers.name_idx: removed

-- index added
CREATE INDEX price_idx ON items (price);
--> index items.price_idx: added

-- index renamed
ALTER TABLE customers RENAME INDEX name_idx TO name_index;
--> index customers.name_idx: removed
--> index customers.name_index: added

-- prefix length
ALTER TABLE customers DROP INDEX name_idx, ADD KEY name_idx (name(11), created DESC);
--> index customers.name_idx: columns

-- prefix lost
ALTER TABLE customers DROP INDEX name_idx, ADD KEY name_idx (name, created DESC);
--> index customers.name_idx: columns

-- index order
ALTER TABLE customers DROP INDEX name_idx, ADD KEY name_idx (name(10), created);
--> index customers.name_idx: columns

-- index columns
ALTER TABLE customers DROP INDEX name_idx, ADD KEY name_idx (created DESC, name(10));
--> index customers.name_idx: columns

-- index ignored
ALTER TABLE customers ALTER INDEX name_idx IGNORED;
--> index customers.name_idx: ignored

-- index not ignored
ALTER TABLE customers ALTER INDEX spare_idx NOT IGNORED;
--> index customers.spare_idx: ignored

-- index comment
ALTER TABLE customers DROP INDEX said_idx, ADD KEY said_idx (hidden) COMMENT 'other';
--> index customers.said_idx: comment

-- full text dropped
ALTER TABLE customers DROP INDEX bio_idx;
--> index customers.bio_idx: removed

-- full text to plain
ALTER TABLE customers DROP INDEX bio_idx, ADD KEY bio_idx (bio(20));
--> index customers.bio_idx: columns, method

-- spatial dropped
ALTER TABLE customers DROP INDEX place_idx;
--> index customers.place_idx: removed

-- index method
ALTER TABLE cache DROP INDEX v_idx, ADD KEY v_idx (v) USING HASH;
--> index cache.v_idx: method

-- index of an odd name
ALTER TABLE `odd ``name` DROP INDEX `the key`;
--> index odd `name.the key: removed

-- foreign key dropped
ALTER TABLE orders DROP FOREIGN KEY item_fk;
--> foreign key orders.item_fk: removed

-- on delete
ALTER TABLE orders DROP FOREIGN KEY item_fk;
ALTER TABLE orders ADD CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id) ON DELETE CASCADE ON UPDATE CASCADE;
--> foreign key orders.item_fk: on delete

-- on update
ALTER TABLE orders DROP FOREIGN KEY item_fk;
ALTER TABLE orders ADD CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id) ON DELETE SET NULL;
--> foreign key orders.item_fk: on update

-- actions lost
ALTER TABLE orders DROP FOREIGN KEY item_fk;
ALTER TABLE orders ADD CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES items (id) ;
--> foreign key orders.item_fk: on delete, on update

-- foreign key to another table
CREATE TABLE spare (id int PRIMARY KEY);
ALTER TABLE orders DROP FOREIGN KEY item_fk;
ALTER TABLE orders ADD CONSTRAINT item_fk FOREIGN KEY (item_id) REFERENCES spare (id) ON DELETE SET NULL ON UPDATE CASCADE;
--> foreign key orders.item_fk: target
--> table spare: added

-- foreign key added
ALTER TABLE cache ENGINE=InnoDB, ADD CONSTRAINT v_fk FOREIGN KEY (v) REFERENCES items (id);
--> foreign key cache.v_fk: added
--> table cache: engine
--> index cache.v_idx: method

-- check dropped
ALTER TABLE customers DROP CONSTRAINT named;
--> check customers.named: removed

-- check changed
ALTER TABLE customers DROP CONSTRAINT named;
ALTER TABLE customers ADD CONSTRAINT named CHECK (name <> 'its');
--> check customers.named: definition

-- check added
ALTER TABLE items ADD CONSTRAINT dear CHECK (price > 1);
--> check items.dear: added

-- column check dropped
ALTER TABLE customers MODIFY balance decimal(12,2) NOT NULL DEFAULT 0;
--> column customers.balance: check

-- column check changed
ALTER TABLE customers MODIFY balance decimal(12,2) NOT NULL DEFAULT 0 CHECK (balance > 0);
--> column customers.balance: check

-- column check added
ALTER TABLE items MODIFY price int CHECK (price > 0);
--> column items.price: check

-- partition dropped
ALTER TABLE measures DROP PARTITION old;
--> partition measures.old: removed

-- partition added
ALTER TABLE measures ADD PARTITION (PARTITION later VALUES LESS THAN (2040));
--> partition measures.later: added

-- partition bound
ALTER TABLE measures REORGANIZE PARTITION new INTO (PARTITION new VALUES LESS THAN (2031));
--> partition measures.new: bound

-- partitions of a hash
ALTER TABLE spread ADD PARTITION PARTITIONS 1;
--> partition spread.p3: added

-- partition key
ALTER TABLE spread PARTITION BY KEY (id) PARTITIONS 3;
--> table spread: partition key

-- partitioning removed
ALTER TABLE measures REMOVE PARTITIONING;
--> table measures: partition key
--> partition measures.old: removed
--> partition measures.new: removed

-- partitioning added
ALTER TABLE cache PARTITION BY KEY (k) PARTITIONS 2;
--> table cache: partition key
--> partition cache.p0: added
--> partition cache.p1: added

-- versioning lost
ALTER TABLE prices DROP SYSTEM VERSIONING;
--> table prices: versioning

-- versioning added
ALTER TABLE items ADD SYSTEM VERSIONING;
--> table items: versioning

-- sequence dropped
DROP SEQUENCE numbers;
--> sequence numbers: removed

-- sequence added
CREATE SEQUENCE others;
--> sequence others: added

-- sequence increment
ALTER SEQUENCE numbers INCREMENT BY 3;
--> sequence numbers: increment

-- sequence cycle
ALTER SEQUENCE numbers CYCLE;
--> sequence numbers: cycle

-- sequence bounds
ALTER SEQUENCE numbers MAXVALUE 1000;
--> sequence numbers: maximum

-- sequence cache
ALTER SEQUENCE numbers CACHE 20;
--> sequence numbers: cache

-- view changed
CREATE OR REPLACE VIEW rich AS SELECT id, name FROM customers WHERE balance > 200;
--> view rich: definition

-- view replaced by a table
DROP VIEW rich;
CREATE TABLE rich (id int);
--> view rich: removed
--> table rich: added

-- view dropped
DROP VIEW rich;
--> view rich: removed

-- view added
CREATE VIEW every AS SELECT * FROM items;
--> view every: added

-- view security
CREATE OR REPLACE SQL SECURITY INVOKER VIEW rich AS SELECT id, name FROM customers WHERE balance > 100;
--> view rich: security

-- view check option
CREATE OR REPLACE SQL SECURITY INVOKER VIEW cheap AS SELECT id, price FROM items WHERE price < 5;
--> view cheap: check option

-- view algorithm
CREATE OR REPLACE ALGORITHM=TEMPTABLE VIEW rich AS SELECT id, name FROM customers WHERE balance > 100;
--> view rich: algorithm

-- trigger dropped
DROP TRIGGER after_trigger;
--> trigger items.after_trigger: removed

-- trigger body
DROP TRIGGER after_trigger;
CREATE TRIGGER after_trigger AFTER UPDATE ON items FOR EACH ROW SET @seen = 2;
--> trigger items.after_trigger: definition

-- trigger timing
DROP TRIGGER after_trigger;
CREATE TRIGGER after_trigger BEFORE UPDATE ON items FOR EACH ROW SET @seen = 1;
--> trigger items.after_trigger: timing

-- trigger event
DROP TRIGGER after_trigger;
CREATE TRIGGER after_trigger AFTER DELETE ON items FOR EACH ROW SET @seen = 1;
--> trigger items.after_trigger: timing

-- trigger added
CREATE TRIGGER more AFTER DELETE ON items FOR EACH ROW SET @gone = 1;
--> trigger items.more: added

-- trigger order
DROP TRIGGER second_trigger;
CREATE TRIGGER second_trigger BEFORE INSERT ON orders FOR EACH ROW PRECEDES first_trigger SET NEW.quantity = NEW.quantity * 2;
--> trigger orders.second_trigger: follows
--> trigger orders.first_trigger: follows

-- first trigger dropped
DROP TRIGGER first_trigger;
--> trigger orders.first_trigger: removed
--> trigger orders.second_trigger: follows

-- trigger in another mode
DROP TRIGGER after_trigger;
SET sql_mode = 'ANSI_QUOTES';
CREATE TRIGGER after_trigger AFTER UPDATE ON items FOR EACH ROW SET @seen = 1;
SET sql_mode = DEFAULT;
--> trigger items.after_trigger: sql mode

-- function body
DROP FUNCTION doubled;
CREATE FUNCTION doubled(x int) RETURNS int DETERMINISTIC RETURN x * 3;
--> function doubled: definition

-- function returns
DROP FUNCTION doubled;
CREATE FUNCTION doubled(x int) RETURNS bigint DETERMINISTIC RETURN x * 2;
--> function doubled: returns

-- function parameters
DROP FUNCTION doubled;
CREATE FUNCTION doubled(x bigint) RETURNS int DETERMINISTIC RETURN x * 2;
--> function doubled: parameters

-- function determinism
DROP FUNCTION doubled;
CREATE FUNCTION doubled(x int) RETURNS int RETURN x * 2;
--> function doubled: deterministic

-- function security
ALTER FUNCTION doubled SQL SECURITY INVOKER;
--> function doubled: security

-- function dropped
DROP FUNCTION doubled;
--> function doubled: removed

-- function added
CREATE FUNCTION one() RETURNS int RETURN 1;
--> function one: added

-- procedure dropped
DROP PROCEDURE touch;
--> procedure touch: removed

-- procedure body
CREATE OR REPLACE PROCEDURE touch(IN which int, OUT found int) COMMENT 'touches' SELECT which + 1 INTO found;
--> procedure touch: definition

-- procedure parameters
CREATE OR REPLACE PROCEDURE touch(IN which int, INOUT found int) COMMENT 'touches' SELECT which INTO found;
--> procedure touch: parameters

-- procedure comment
ALTER PROCEDURE touch COMMENT 'else';
--> procedure touch: comment

-- procedure data access
ALTER PROCEDURE touch READS SQL DATA;
--> procedure touch: data access

-- event disabled
ALTER EVENT tidy DISABLE;
--> event tidy: enabled

-- event enabled
ALTER EVENT resting ENABLE;
--> event resting: enabled

-- event schedule
ALTER EVENT tidy ON SCHEDULE EVERY 2 DAY;
--> event tidy: schedule

-- event ends
ALTER EVENT tidy ON SCHEDULE EVERY 1 DAY ENDS '2037-01-01 00:00:00';
--> event tidy: ends

-- event body
DROP EVENT tidy;
CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY DO DELETE FROM orders WHERE id < -1;
--> event tidy: definition

-- event preserved
ALTER EVENT tidy ON COMPLETION PRESERVE;
--> event tidy: preserve

-- event comment
ALTER EVENT tidy COMMENT 'nightly';
--> event tidy: comment

-- event dropped
DROP EVENT tidy;
--> event tidy: removed

-- event added
CREATE EVENT more ON SCHEDULE EVERY 1 HOUR DO SET @x = 1;
--> event more: added

-- tables that refer to each other added
CREATE TABLE apart (id int PRIMARY KEY);
CREATE TABLE beside (id int PRIMARY KEY, a int, CONSTRAINT beside_fk FOREIGN KEY (a) REFERENCES apart (id));
--> table apart: added
--> table beside: added

-- tables that refer to each other dropped
DROP TABLE orders;
DROP TABLE nameless;
DROP TABLE items;
--> table orders: removed
--> table nameless: removed
--> table items: removed

-- nameless foreign key dropped
ALTER TABLE nameless DROP FOREIGN KEY nameless_ibfk_1;
--> foreign key nameless.(`a`): removed

-- nameless foreign key changed
ALTER TABLE nameless DROP FOREIGN KEY nameless_ibfk_1;
ALTER TABLE nameless ADD FOREIGN KEY (a) REFERENCES items (id);
--> foreign key nameless.(`a`): on delete

-- nameless check dropped
ALTER TABLE nameless DROP CONSTRAINT CONSTRAINT_1;
--> check nameless.(`a` > 0 or `b` > 0): removed

-- default of another sequence
CREATE SEQUENCE others;
ALTER TABLE nameless ALTER number SET DEFAULT nextval(others);
--> sequence others: added
--> column nameless.number: default
