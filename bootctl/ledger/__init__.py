"""bootctl's side table: which files were applied, what a migration did, what leads out of half of one."""
