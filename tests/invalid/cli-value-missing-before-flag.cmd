borgmatic extract --archive --progress
