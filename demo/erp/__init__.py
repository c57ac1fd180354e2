"""A small ERP (tasks, projects, users) that the demo talks to as if it were the real one."""
