"""A trainee's machine: the desk's folder, handing in, serving, the page's script."""
