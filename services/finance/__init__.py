"""Finance: budgets, costs, vendors, contracts and earned value."""
