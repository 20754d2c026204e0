"""Which concrete classes make up a running program? The one place that names them."""
