borgmatic extract
