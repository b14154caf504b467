"""What the tests share: real projects, real databases, and bootctl run as a process."""
