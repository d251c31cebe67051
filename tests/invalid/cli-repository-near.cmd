borgmatic repo-list --repository ones
