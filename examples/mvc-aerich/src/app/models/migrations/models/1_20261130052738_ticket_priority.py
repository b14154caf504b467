from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return "ALTER TABLE tickets ADD priority VARCHAR(8) NOT NULL DEFAULT 'normal'"


async def downgrade(db: BaseDBAsyncClient) -> str:
    return "ALTER TABLE tickets DROP COLUMN priority"


MODELS_STATE = (
    "eJztmVtv2jAUx78KylMnbVVhbYf2RrtWY1thotlFnabIJAasJnbmOOvQxnefj3O/0QRRBo"
    "w3OJfY/h3j+H/4rTnMwrZ3rBPzHgtPR2Mba69bvzWKHPhQ6n/e0pDrJl4wiDBTE0GkChp7"
    "giNTSPME2R6WJgt7JieuIIxC8JDiVpBwDAkWM2UGodMSn0/JDx8bgk2xmGEuI759l2ZCLf"
    "wLe9FX996YEGxbmTUQCx6g7IaYu8rWp+JaBcKwY8Nktu/QJNidixmjcTShAqxTTDFHAsPj"
    "BfdhQdS37XDp0RqDmSYhwRRTORaeIN8GLJAdTCCxaYYxGOrG7ZVuGFoBWZSRIhWaTEYBt5"
    "yqp1Y/hSm86LRPX512X56fdmWImmZsebUIhk7ABIkKz0DXFsqPBAoiFOMEqskxkDCQKMJ9"
    "Iz2COLiccDYzR9oKU4+jD3nuEeVl4CNDQj7Zf5tALxdoDak9D0u+hLPev7m61Xs3H2E4x/"
    "N+2IpfT78CT0dZ5znr0fkzsDP50wp+cvFDWl/6+tsWfG3dDQdXCi/zxJSrEZM4/U6DOSFf"
    "MIOyBwNZqd0ZWSNqMjKpuu9aK1Y9m3mo+rZUPWKUKns4+6Tqgojg2M8W/HKGeHmx44RcnS"
    "WvXaysg34ZNqZTMYPz8+RkSWk/90aXb3ujIxmVq9cgdHUC3yJDeMyseRPAUfwe8j09qQUY"
    "wioJB84sYk9IIk0YxwlPBblwHdCYi6m2Ecrt8xqM2/kzJyEMrixflxPGiWi0jdM5m9vKGm"
    "XcQXYRdMq+DsbdGoi7lYS7ecDyPJfg1JQaIM5mrQQ53KfbeVy06x0X7WXHRbvkuECeR6YU"
    "Y6OReshlPS4jVsK9ezoixdWXSHhDqumclZiuchpvOVSQu5P7Um0W8CoCvmYcy+35Hs8V57"
    "6cE6Jm2TsulP2fPMwT0b9bjBfRLoqsyfgcPcRtguzmkgjkwrFQEEby3jzqX+pa6cGwabzb"
    "dSzUpps9ECv4wl4eI/P+AXHLyGxq8LAOy1ni2KLL6Th5C6JoqgDBUmDiRfwlLa9scaobXj"
    "7E1W93QXh5syv2HFpdh1bXrki33Wx6HFpd/2PV67S6sIOI3URfxQnr0a//9iDNNrrOzuo0"
    "us7Oqhtd4Mte/ydyYEN9acA4k7SHLa92XQm7TMEW+jHy6vXA5B1phrxZo6ZMPnEPia+tiV"
    "tQYdVX2YKEKLmrXYSZ1+9H2EYVXZuK/2R3q4tTJSByfzzEfyZvjNO2bdxKUE8pjXqYE3Om"
    "lcii0PN8mSRCScxjmqgaw0EFbZcK+illbsPecyplH98hT3E/gh9VA8Jh+B7SfZI7kRxRYF"
    "oi6N7dDgcVEj5JySs5YorWn5ZNvDV1oP/Fa6UMLsDIyLWI6dFN72se9+WH4UVeh8EDLppd"
    "jtb/Mlv8BYgscFQ="
)
