borgmatic info --archive latest --prefix a
