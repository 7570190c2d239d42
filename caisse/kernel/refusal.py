"""A rule said no: one reason from a closed list, one sentence for the person."""


class Refusal(Exception):
    """An operation was refused by a rule and changed nothing.

    `reason` is a word of the package's closed list; `sentence` says in French what happened and
    what to do. Named for what it is to its reader, not for an error: nothing went wrong.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
