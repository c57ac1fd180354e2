"""What fills the local cloud: users, ERP, model rules and settings of the demo."""
