"""The pages of places: for those who keep one (`/commerce`), and for the office (`/gestion`)."""
