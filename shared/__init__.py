"""What the app knows and talks to: contracts, ports and the adapters behind them."""
