borgmatic check --only everything
