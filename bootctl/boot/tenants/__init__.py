"""Many databases of one service, each of them migrated as if it were the only one."""
