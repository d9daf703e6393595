"""The pages in docs/ that say in words what stands in seeds and contracts."""
