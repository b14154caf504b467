from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    if db.capabilities.dialect == "sqlite":
        return """
        ALTER TABLE "notes" ADD "done" INT NOT NULL DEFAULT 0;"""
    return """
        ALTER TABLE "notes" ADD "done" BOOL NOT NULL DEFAULT False;"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        ALTER TABLE "notes" DROP COLUMN "done";"""


MODELS_STATE = (
    "eJztlm9vmzAQxr9KxKtM2qomS9aq75Ko0zq1IKXZNKmaLAcuYMXYFMyWqs13n89AIEBY+m"
    "L/qr2JwnPP2Xc/4TOPlpAKkhNb/1oXvUdL0BD/VOXXPYtG0U7EZ0WXHPYUukxUTF2lxRXl"
    "CWjJg8SNWaSYFGh1BPTQfoJ2T7raz4TfiKSC3adAlPRBBRDr+N1XLTPhwUZvlT9Ga7JiwL"
    "29mpmHCxidqIfIaFdCvTdG3HRJXMnTUJTm6EEFUuzcTChUfRAQUwW4vIpTbEaknOdNF/1l"
    "lZaWrMRKjgcrmnJEgtlZAaVmEWI7C3J7uSDEauAqMiqccsmVAlHrUhPTvY8lvBkORmej87"
    "fvRufaYsrcKWfbbOsSTJZo8NgLa2viVNHMYRiXUBVsVBPrLKBxO9fCXyOrS66TLTh2oS2E"
    "km35dv0OuCHdEA7CV4F+HJ+edqD8PJnPPkzmfe16hVtKfRyyQ2LnoWEWQ94lX08KaPKdSs"
    "mBinbERUoN8VLn/CrGO6UKuf2gHw23g+XUca6xlTBJ7rkRrhY1pp9uppfz/sCg1iamoHyf"
    "cUKs1pXXGYUlddffaeyRRkQO5SFvMxQOw7pCBfUNN+wTu8qG5wRi5gYtUzUPdM1VWlp+Nl"
    "gP8/4/Sv+uUfoN4gRLesY0raS8wIE6HI+PGKjadXCgmtj+QMUz9QzCuf0F0h0cdV0NOq6r"
    "QfO60jsqEC1fBB9vHbudcCWlRtljruo99ThLGrPiH6DdARdh7N1fBdP+zeRLHffs2pkaOD"
    "JRfmxWMQtM//RNtv0BKl3Wwg=="
)
