"""Updates: what of a deployed stage must outlive them, as it was when it was released."""
