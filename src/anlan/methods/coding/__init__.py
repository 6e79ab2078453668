"""Narrative coding: what happened, in words, to the code a clerk would give it.

Word and character n-grams, a linear model, calibrated probabilities; it answers what it is sure of
and hands the rest to a person with three suggestions. Nothing in it knows a language.
"""

from anlan.methods.coding.cards import Card, Recipe
from anlan.methods.coding.cases import Cases
from anlan.methods.coding.coder import Answers, Coder, Guess, answer_all
from anlan.methods.coding.evaluation import Evaluation, baseline_accuracy, evaluate
from anlan.methods.coding.reviews import Learner, Review, report_on
from anlan.methods.coding.storage import load_coder, open_coder, pack_coder, save_coder
from anlan.methods.coding.training import train

__all__ = [
    "Answers",
    "Card",
    "Cases",
    "Coder",
    "Evaluation",
    "Guess",
    "Learner",
    "Recipe",
    "Review",
    "answer_all",
    "baseline_accuracy",
    "evaluate",
    "load_coder",
    "open_coder",
    "pack_coder",
    "report_on",
    "save_coder",
    "train",
]
