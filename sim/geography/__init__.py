"""Where things are: map bundles, the roads of one, and the making of one."""
