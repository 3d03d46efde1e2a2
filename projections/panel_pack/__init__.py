"""A pack for people who will not use a terminal: rulings and appeals as a folder of pages, to browse, search and print.

Pages are written from the record and nothing else, so whoever has the ledger can write them again and compare.
"""
