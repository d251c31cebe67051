borgmatic repo-list --repository three
