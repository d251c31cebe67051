borgmatic prune --archive latest
