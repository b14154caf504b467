from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# Aerich writes the SQL of one database; this is what it writes on each of the three.
SQLITE = """
        CREATE TABLE IF NOT EXISTS "users" (
            "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
            "created_at" TIMESTAMP NOT NULL,
            "updated_at" TIMESTAMP NOT NULL,
            "email" VARCHAR(255) NOT NULL UNIQUE,
            "full_name" VARCHAR(100) NOT NULL,
            "password_hash" VARCHAR(200) NOT NULL
        ) /* One user. */;
        CREATE TABLE IF NOT EXISTS "tickets" (
            "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
            "created_at" TIMESTAMP NOT NULL,
            "updated_at" TIMESTAMP NOT NULL,
            "title" VARCHAR(200) NOT NULL,
            "body" VARCHAR(4000) NOT NULL,
            "state" VARCHAR(16) NOT NULL,
            "resolution" VARCHAR(1000),
            "assignee_id" INT REFERENCES "users" ("id") ON DELETE RESTRICT,
            "author_id" INT NOT NULL REFERENCES "users" ("id") ON DELETE RESTRICT
        ) /* One ticket. */;
        CREATE INDEX IF NOT EXISTS "idx_tickets_state_734c4a" ON "tickets" ("state");
        CREATE INDEX IF NOT EXISTS "idx_tickets_assigne_941253" ON "tickets" ("assignee_id");
        CREATE INDEX IF NOT EXISTS "idx_tickets_author__21167a" ON "tickets" ("author_id");
        CREATE TABLE IF NOT EXISTS "aerich" (
            "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
            "version" VARCHAR(255) NOT NULL,
            "app" VARCHAR(100) NOT NULL,
            "content" JSON NOT NULL
        );"""
POSTGRESQL = """
        CREATE TABLE IF NOT EXISTS "users" (
            "id" SERIAL NOT NULL PRIMARY KEY,
            "created_at" TIMESTAMPTZ NOT NULL,
            "updated_at" TIMESTAMPTZ NOT NULL,
            "email" VARCHAR(255) NOT NULL UNIQUE,
            "full_name" VARCHAR(100) NOT NULL,
            "password_hash" VARCHAR(200) NOT NULL
        );
        COMMENT ON TABLE "users" IS 'One user.';
        CREATE TABLE IF NOT EXISTS "tickets" (
            "id" SERIAL NOT NULL PRIMARY KEY,
            "created_at" TIMESTAMPTZ NOT NULL,
            "updated_at" TIMESTAMPTZ NOT NULL,
            "title" VARCHAR(200) NOT NULL,
            "body" VARCHAR(4000) NOT NULL,
            "state" VARCHAR(16) NOT NULL,
            "resolution" VARCHAR(1000),
            "assignee_id" INT REFERENCES "users" ("id") ON DELETE RESTRICT,
            "author_id" INT NOT NULL REFERENCES "users" ("id") ON DELETE RESTRICT
        );
        CREATE INDEX IF NOT EXISTS "idx_tickets_state_734c4a" ON "tickets" ("state");
        CREATE INDEX IF NOT EXISTS "idx_tickets_assigne_941253" ON "tickets" ("assignee_id");
        CREATE INDEX IF NOT EXISTS "idx_tickets_author__21167a" ON "tickets" ("author_id");
        COMMENT ON TABLE "tickets" IS 'One ticket.';
        CREATE TABLE IF NOT EXISTS "aerich" (
            "id" SERIAL NOT NULL PRIMARY KEY,
            "version" VARCHAR(255) NOT NULL,
            "app" VARCHAR(100) NOT NULL,
            "content" JSONB NOT NULL
        );"""
MYSQL = """
        CREATE TABLE IF NOT EXISTS `users` (
            `id` INT NOT NULL PRIMARY KEY AUTO_INCREMENT,
            `created_at` DATETIME(6) NOT NULL,
            `updated_at` DATETIME(6) NOT NULL,
            `email` VARCHAR(255) NOT NULL UNIQUE,
            `full_name` VARCHAR(100) NOT NULL,
            `password_hash` VARCHAR(200) NOT NULL
        ) CHARACTER SET utf8mb4 COMMENT='One user.';
        CREATE TABLE IF NOT EXISTS `tickets` (
            `id` INT NOT NULL PRIMARY KEY AUTO_INCREMENT,
            `created_at` DATETIME(6) NOT NULL,
            `updated_at` DATETIME(6) NOT NULL,
            `title` VARCHAR(200) NOT NULL,
            `body` VARCHAR(4000) NOT NULL,
            `state` VARCHAR(16) NOT NULL,
            `resolution` VARCHAR(1000),
            `assignee_id` INT,
            `author_id` INT NOT NULL,
            CONSTRAINT `fk_tickets_users_e92905f5` FOREIGN KEY (`assignee_id`) REFERENCES `users` (`id`) ON DELETE RESTRICT,
            CONSTRAINT `fk_tickets_users_fab79b91` FOREIGN KEY (`author_id`) REFERENCES `users` (`id`) ON DELETE RESTRICT,
            KEY `idx_tickets_state_734c4a` (`state`),
            KEY `idx_tickets_assigne_941253` (`assignee_id`),
            KEY `idx_tickets_author__21167a` (`author_id`)
        ) CHARACTER SET utf8mb4 COMMENT='One ticket.';
        CREATE TABLE IF NOT EXISTS `aerich` (
            `id` INT NOT NULL PRIMARY KEY AUTO_INCREMENT,
            `version` VARCHAR(255) NOT NULL,
            `app` VARCHAR(100) NOT NULL,
            `content` JSON NOT NULL
        ) CHARACTER SET utf8mb4;"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return {"sqlite": SQLITE, "postgres": POSTGRESQL, "mysql": MYSQL}[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE tickets;
        DROP TABLE users;"""


MODELS_STATE = (
    "eJztmVtv2jAUx78KylMndVVh0FZ7o4yqrCtMNLuo0xSZxEBEYqeJM4o6vvt8nBu50QQBBc"
    "YbnEts/45x/D+8SCbVsOGcybo6wcyR0cDA0sfKi0SQCR8y/acVCVlW5AUD8zMl5kWKoIHD"
    "bKQybh4iw8HcpGFHtXWL6ZRAcI/gipdwBgkaVXmGTkYZPpfoTy5WGB1hNsY2j/j1m5t1ou"
    "Fn7ARfrYky1LGhxdaga/AAYVfYzBK2DmE3IhCGHSgqNVyTRMHWjI0pCaN1wsA6wgTbiGF4"
    "PLNdWBBxDcNferBGb6ZRiDfFhRwND5FrABbI9iYQ2SRF6fZk5aEtK4qUQhZkLJDyTSolgJ"
    "tP1RGrH8EU3teq9cv61YeL+hUPEdMMLZdzb+gIjJco8HRlaS78iCEvQjCOoKo2BhIKYmm4"
    "n7iH6SbOJhzPTJDW/NSz4EOSe0B5GfjAEJGP9t820PMFaj1izPySL+Esd+7bD3Lz/isMZz"
    "rOkyH4NeU2eGrCOktYTy7egZ3yn5b3kwsfUvnRkW8r8LXy2Ou2BV7qsJEtRozi5EcJ5oRc"
    "RhVCpwrSFnZnYA2o8cio6q6lrVj1eOax6rtS9YDRQtn92UdVZzrzjv14wVtjZGcXO0xI1J"
    "nz2sfKmuhZMTAZsTGcn+fnS0r7vdlv3Tb7JzwqUa+u76p5vnmM8IBqszKAg/gD5Fs/LwQY"
    "wnIJe844YodxImUYhwmbgpy6DkjUwkTaCuXqRQHG1eSZExEGV5wvP244OjGrEpDjWSuR9j"
    "Hu5m6uFtvN1WW7uZqxm5Hj6COCsVLqcpvIev2WuxLu/bvmLnB1ORK7JNXFnJWYrnJY7DhU"
    "UGPDSaZ08HilAd9QG/PteYdngnOHzwkRNesI9lXpNwfbkSbdL8bzYBcF1mh8G01DFRvfXB"
    "wBXzhmAkKfX+v6nZYsZR4M28a7W8dCYbrxAzGHL+zlAVInU2RrSmxTg4fWaMISxqZdZs1M"
    "WhBBIwEIlgITT+PP6MjEi5Pfj3Ehrng3BsKzezGh59iJOXZi9kVZ7KcmP3Zi/seqF+nEYB"
    "PpRhl9FSasR8S+7UEa78M0GkX6MI1Gfh8GfPHr/5APrIgvJRjHkg6wI1MtKmGXKdgkaYtf"
    "vaaU35HGyBmXoZ1KPEDia+sxplRY/lU2JSEy7mrXfubNXR8bKKdrk/OX4X51cfIERKIvHv"
    "7XuTVOu7Zxc0FtUho1sa2rYylDFvme02WSCEUxr2mifAxHFbRbKugPl7kle88LKYf4DtnE"
    "/Qh+VCUI++EHSHcjdyI+IsMkQ9B9fuh1cyR8lJJUcrrKKn8rhu6sqQP9Fq+VLLgAIybXAq"
    "Yn982fSdytL73rpA6DB1yXuxyt/2U2/wdlM/7c"
)
