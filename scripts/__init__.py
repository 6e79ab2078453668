"""Programs of the project beside the product: environment, pictures, licences, a test server."""
