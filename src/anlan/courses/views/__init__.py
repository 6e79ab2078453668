"""Pages of courses: the syllabi, the keepers' desk, the learner's phone."""
