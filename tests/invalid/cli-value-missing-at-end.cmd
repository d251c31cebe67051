borgmatic extract --archive
