"""The pages of this room: the learner's exam, the keepers' banks."""
