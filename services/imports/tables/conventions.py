"""What the columns of a table show, and what must be asked of them; the parts stand in files of their own.

surveying    what stands in every column, in one pass
decisions    what the cells of a column decide together
questions    what they leave open
"""

from services.imports.tables.decisions import with_conventions
from services.imports.tables.questions import Choice, Question, questions
from services.imports.tables.surveying import ColumnSurvey, Evidence, Survey, survey

__all__ = [
    "Choice",
    "ColumnSurvey",
    "Evidence",
    "Question",
    "Survey",
    "questions",
    "survey",
    "with_conventions",
]
