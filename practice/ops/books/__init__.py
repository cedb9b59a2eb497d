"""books: proves every sum of money from the rows and names the row that breaks one. Reads only; nothing is mended."""
