"""The cast of the tests and a few builders. Outside the floors; the product never imports it."""
