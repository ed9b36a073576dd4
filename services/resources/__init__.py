"""Resources: the people who do the work, inside and outside, and what they are booked for."""
