"""A trainee's kernel: the magics, and the widgets of items and explorers."""
