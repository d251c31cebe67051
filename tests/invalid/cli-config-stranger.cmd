borgmatic config frobnicate
