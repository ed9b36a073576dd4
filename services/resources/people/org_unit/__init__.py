"""Units of the organisation, to which persons belong."""
