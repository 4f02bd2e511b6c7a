"""The steps that turn the npm package into a wheel."""
