"""Actions: what somebody is to do by a day."""
