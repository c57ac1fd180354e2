"""How well the configured model routes and plans: labelled dialogues, and the scores of one run."""
