"""Projects as a list and a sheet: plan against forecast, money, earned value, health."""
