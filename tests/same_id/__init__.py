"""The same id twice: the first answer, or a refusal when its content is another."""
