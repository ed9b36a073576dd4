"""Projects: demand, structure, schedule, governance and closure of the organisation's IT projects."""
