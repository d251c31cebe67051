borgmatic check --json
