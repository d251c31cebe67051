borgmatic config generate -s ''
