borgmatic extract --archive latest --destination ''
