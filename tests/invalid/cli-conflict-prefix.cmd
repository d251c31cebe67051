borgmatic repo-list --prefix a --match-archives b
