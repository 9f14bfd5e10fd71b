"""Errors a learner may meet, each with what to do next."""


class CourseError(Exception):
    """Something the learner or teacher can put right.

    ``message`` says what was wrong and what was expected; ``remedy`` says
    what to do. Both are kept as attributes and shown one below the other.
    """

    def __init__(self, message: str, remedy: str = ""):
        self.message = message
        self.remedy = remedy
        text = f"{message}\nWhat to do: {remedy}" if remedy else message
        super().__init__(text)

    def __reduce__(self):
        return type(self), (self.message, self.remedy)
