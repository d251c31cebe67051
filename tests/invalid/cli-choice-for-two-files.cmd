borgmatic -v 3 -c good.yaml -c folder/a.yaml
