"""Who may see and do what, asked in one place (ADR 0017).

roles    what each role may do
tree     nodes, memberships and logins as every service keeps them: the statements that keep them
grants   what was granted to one caller, as the database of this service knows it
rights   what a caller sees (their sight) and may do
"""
