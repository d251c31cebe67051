borgmatic compact --threshold -5
