borgmatic extract --archive latest --strip-components all
