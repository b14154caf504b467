from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


SQLITE = """
        CREATE TABLE IF NOT EXISTS "notes" (
            "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
            "text" VARCHAR(500) NOT NULL
        ) /* One note. */;
        CREATE TABLE IF NOT EXISTS "aerich" (
            "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
            "version" VARCHAR(255) NOT NULL,
            "app" VARCHAR(100) NOT NULL,
            "content" JSON NOT NULL
        );"""
POSTGRESQL = """
        CREATE TABLE IF NOT EXISTS "notes" (
            "id" SERIAL NOT NULL PRIMARY KEY,
            "text" VARCHAR(500) NOT NULL
        );
        COMMENT ON TABLE "notes" IS 'One note.';
        CREATE TABLE IF NOT EXISTS "aerich" (
            "id" SERIAL NOT NULL PRIMARY KEY,
            "version" VARCHAR(255) NOT NULL,
            "app" VARCHAR(100) NOT NULL,
            "content" JSONB NOT NULL
        );"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return SQLITE if db.capabilities.dialect == "sqlite" else POSTGRESQL


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE "notes";"""


MODELS_STATE = (
    "eJztlV9vmzAUxb9KxFMrbVXDkrXaWxpt2qaNSG00TZoqywEHrIBN7cuWquO719eGQCFh7c"
    "v+VHuJwrnn2tc/ccydJyQwfRKYX+/N6M4TNMM/bfnFyKN5vhPxGegqZQ8UutKgaAhGXNNU"
    "MyNFTIeK58ClQOtCsBHaT9AeydD4uYh7lULwm4IRkDGDhClT/3ZtZC4itjVbVY/5hqw5S6"
    "MHM/MIF7A6gdvcah8EvLNG3HRFQpkWmWjM+S0kUuzcXACqMRNMUWC4PKgCDyOKNK0OXZ/P"
    "TdpY3IitnoitaZEiEux2AzSaR0iwWJKrt0tCvB6uuqPFqZJCKRC1GVXb08c4wkt/PDmbnL"
    "96PTk3FjvmTjkr3dYNGNdo8QRLr7R1CtQ5LOMGKrAt9LHOE6r2c639HbJm5C7ZmuMQ2lpo"
    "2DZv1++Am9EtSZmIITGP09PTAZRfZpfz97PLI+M6xi2liYMLSVCVfFcrS3yD15sWbhRWNN"
    "z8oCoivYr05SFvv5T5WVehgsaWHR4ST+DCPWOKh8me1FeFodzTxvKr4B+G/T/qf1fUvzOl"
    "caQnpL3V8gwD70+njwi8cR0MvK0h9YYyZuoJhCv7M6Q7ftR1Oh64TsfuOm3TNTsCE3u+WB"
    "+vFsF+wq2WDuWIhzD6OUq57t0V/wDtAbgIA1fOtL5J20yPPs++dnHPPy0uLBypIVZ2FbvA"
    "xZ/+kpX3vudnPg=="
)
