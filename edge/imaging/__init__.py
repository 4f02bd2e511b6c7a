"""Page images: masters kept as they came, what is measured on them, what is derived from them."""
