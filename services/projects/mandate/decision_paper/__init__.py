"""Decision papers: a question with its options, decided by several persons.

subjects   what a paper is about, and how it stood when the paper was circulated
content    what a circulated paper is frozen with
rules      its life, and what holds of it
commands   circulated, recalled and withdrawn: what follows for those who are asked
deciding   what follows once enough of them have answered
resolving  the paper by which something is decided that nobody decides alone
"""
