borgmatic prune extract --archive latest --strip-components many
