borgmatic repo-list --repository nowhere -c good.yaml -c bad.yaml
