"""What Aerich's and Tortoise's own migrations have in common: Tortoise ORM."""
