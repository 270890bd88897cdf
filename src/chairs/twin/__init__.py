"""The digital twin of flow."""
