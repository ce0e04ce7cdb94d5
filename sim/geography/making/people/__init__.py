"""Where people live: a raster, points or polygons made into cells with whole people."""
