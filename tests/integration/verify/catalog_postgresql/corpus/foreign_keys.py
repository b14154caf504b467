"""Changes by hand: foreign keys."""

from tests.integration.verify.catalog_postgresql.by_hand import ByHand

FOREIGN_KEYS = (
    ByHand(
        "foreign key dropped",
        "ALTER TABLE orders DROP CONSTRAINT orders_buyer",
        {"foreign key orders.orders_buyer": "-"},
    ),
    ByHand(
        "foreign key not validated",
        "ALTER TABLE orders DROP CONSTRAINT orders_buyer, ADD CONSTRAINT orders_buyer FOREIGN KEY (buyer) REFERENCES users ON DELETE CASCADE NOT VALID",
        {"foreign key orders.orders_buyer": "validated"},
    ),
    ByHand(
        "foreign key with another action",
        "ALTER TABLE orders DROP CONSTRAINT orders_buyer, ADD CONSTRAINT orders_buyer FOREIGN KEY (buyer) REFERENCES users ON DELETE SET NULL ON UPDATE RESTRICT",
        {"foreign key orders.orders_buyer": "on delete|on update"},
    ),
    ByHand(
        "foreign key that sets one column to null",
        "ALTER TABLE without_key DROP CONSTRAINT pair, ADD CONSTRAINT pair FOREIGN KEY (a, b) REFERENCES couples MATCH FULL ON UPDATE SET NULL ON DELETE SET NULL (a) DEFERRABLE",
        {"foreign key without_key.pair": "on delete"},
        since=15,
    ),
    ByHand(
        "foreign key without action",
        "ALTER TABLE orders DROP CONSTRAINT orders_buyer, ADD CONSTRAINT orders_buyer FOREIGN KEY (buyer) REFERENCES users",
        {"foreign key orders.orders_buyer": "on delete"},
    ),
    ByHand(
        "foreign key deferrable",
        "ALTER TABLE orders ALTER CONSTRAINT orders_buyer DEFERRABLE INITIALLY DEFERRED",
        {"foreign key orders.orders_buyer": "deferrable"},
    ),
    ByHand(
        "foreign key of another target",
        'ALTER TABLE orders DROP CONSTRAINT orders_buyer, ADD CONSTRAINT orders_buyer FOREIGN KEY (buyer) REFERENCES "Order" ON DELETE CASCADE',
        {"foreign key orders.orders_buyer": "target"},
    ),
    ByHand(
        "foreign key without MATCH FULL",
        "ALTER TABLE without_key DROP CONSTRAINT pair, ADD CONSTRAINT pair FOREIGN KEY (a, b) REFERENCES couples ON UPDATE SET NULL DEFERRABLE",
        {"foreign key without_key.pair": "match"},
    ),
    ByHand(
        "foreign key of other columns",
        "ALTER TABLE without_key DROP CONSTRAINT pair, ADD CONSTRAINT pair FOREIGN KEY (b, a) REFERENCES couples MATCH FULL ON UPDATE SET NULL DEFERRABLE",
        {"foreign key without_key.pair": "columns"},
    ),
    ByHand(
        "foreign key of another schema dropped",
        "ALTER TABLE other.items DROP CONSTRAINT items_owner_fkey",
        {"foreign key other.items.items_owner_fkey": "-"},
    ),
    ByHand(
        "foreign key of a quoted table dropped",
        'ALTER TABLE "Order" DROP CONSTRAINT "Order_from_fkey"',
        {"foreign key Order.Order_from_fkey": "-"},
    ),
    ByHand(
        "foreign key added",
        "ALTER TABLE orders ADD FOREIGN KEY (room) REFERENCES users",
        {"foreign key orders.orders_room_fkey": "+"},
    ),
    ByHand(
        "foreign key not enforced",
        "ALTER TABLE orders DROP CONSTRAINT orders_buyer, ADD CONSTRAINT orders_buyer FOREIGN KEY (buyer) REFERENCES users ON DELETE CASCADE NOT ENFORCED",
        {"foreign key orders.orders_buyer": "enforced"},
        since=18,
    ),
)
