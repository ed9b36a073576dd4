"""The five services of Portolan, and the two ways to run them."""
