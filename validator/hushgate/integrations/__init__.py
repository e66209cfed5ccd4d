"""The gate in a customer's framework: Flask, Django, FastAPI and WTForms. Each file needs its framework and no other."""
