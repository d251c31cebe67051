borgmatic list info --json
