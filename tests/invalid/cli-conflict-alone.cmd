borgmatic create config validate
