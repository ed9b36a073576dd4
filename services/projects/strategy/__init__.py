"""What steers projects: portfolios and programmes."""
