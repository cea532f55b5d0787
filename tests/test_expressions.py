"""The grammar of payoffs: right where it can be read, an error in words where it cannot."""

import ast
import math
import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winset import open_case
from winset.case.expressions import (
    DEEPEST,
    LONGEST,
    Call,
    ExpressionError,
    NameExpression,
    Number,
    parse_bounded,
)
from winset.case.parts import Condition, Stance
from winset.case.quantities import QUANTITIES, Quantity, parse_quantity
from winset.errors import CaseError, WinsetError
from winset.explain.levers import read_goal
from winset.games import SIGNATURES, evaluate, parse_expression


class Given:
    """Names with values; a call is the sum of its numbers and the lengths of its ids."""

    def __init__(self, **names):
        self.names = {name: np.atleast_1d(np.asarray(v, float)) for name, v in names.items()}
        self.draws = max((len(v) for v in self.names.values()), default=1)

    def value(self, name):
        return np.broadcast_to(self.names[name], (self.draws,))

    def call(self, call, numbers):
        ids = [call.id(label) for label, _ in call.arguments]
        return np.full(self.draws, sum(len(id) for id in ids if id)) + sum(numbers.values())


def value_of(text, **names):
    return evaluate(parse_expression(text), Given(**names)).item()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("1.5", 1.5), (".5", 0.5), ("2.", 2), ("1e3", 1000), ("1E-2", 0.01),
        ("1 - 2 - 3", -4), ("8 / 4 / 2", 1), ("2 + 3 * 4", 14), ("(2 + 3) * 4", 20), ("-2 * -3", 6),
        ("- - 2", 2), ("2 - -2", 4), ("2--2", 4), ("min(3, 1, 2)", 1), ("max(1, -1) + 1", 2),
        (" \n 1\t+\r\n1 ", 2), ("((((1))))", 1), ("min(1+1,max(2,3))*2", 4),
    ],
)  # fmt: skip
def test_arithmetic_is_read_as_everybody_reads_it(text, value):
    assert value_of(text) == value


def test_a_name_holds_hyphens_and_a_blank_ends_it():
    assert value_of("cover-share", **{"cover-share": 3}) == 3
    assert value_of("cover -share", cover=5, share=3) == 2
    assert value_of("a.b_c-1", **{"a.b_c-1": 3}) == 3


def test_an_id_may_begin_with_a_digit_where_an_id_is_expected():
    (call,) = parse_expression("gain(3rd-way, 5g, 70 - 5)").calls()
    assert (call.id("actor"), call.id("issue")) == ("3rd-way", "5g")


def test_options_stand_last_by_name():
    expression = parse_expression("p_agreement(deal, party=iran, unity = 0)")
    assert isinstance(expression.root, Call)
    assert dict(expression.root.arguments)["unity"] == Number(0.0, start=0, end=0)
    assert expression.root.id("party") == "iran"


def test_the_same_expression_with_other_blanks_is_equal():
    assert parse_expression("a+b").root == parse_expression(" a + b ").root
    assert parse_expression("a + b").root != parse_expression("b + a").root


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("", 0, "the end"),
        ("1 +", 3, "the end"),
        ("1 2", 2, "“2”"),
        ("2x", 1, "“x”"),
        ("1 ** 2", 3, "“* 2”"),
        ("1 // 2", 3, "“/ 2”"),
        ("+1", 0, "a number, a name"),
        ("(1", 2, "close the bracket"),
        ("1)", 1, "a bracket closes that was not opened"),
        ("1, 2", 1, "only a function's arguments"),
        ("١", 0, "“١”"),
        ("1\u00a0+ 1", 1, "+ - * /"),
        ("1e999", 0, "a number that a computer can hold"),
        ("a.__class__.__mro__[0]", 19, "“[0]”"),
        ("__import__('os')", 0, "“__import__('os')”"),
        ("open(1)", 0, "must be a function; found “open(1)”; known: "),
        ("gian(a, b, 1)", 0, "did you mean “gain”?"),
        ("gain(a, b)", 0, "gain takes (actor, issue, point); found no point"),
        ("gain()", 0, "no actor, issue, point"),
        ("gain(a, b, 1, 2)", 14, "gain takes (actor, issue, point)"),
        ("gain(a, b, 1,)", 13, "gain takes"),
        ("gain(a b, 1)", 7, "“,” or “)”"),
        ("gain(a, 'b', 1)", 8, "must be the id of an issue"),
        ("gain(a, b, 1", 12, "the end"),
        ("min(1)", 0, "two arguments or more"),
        ("min()", 0, "two arguments or more"),
        ("max(1, 2", 8, "the end"),
        ("p_agreement(x, uniti=0)", 15, "did you mean “unity”?"),
        ("p_agreement(x, unity=0, unity=1)", 24, "must give unity once"),
        ("p_agreement(unity=0, x)", 21, "options stand last"),
        ("p_agreement(x, 0)", 15, "p_agreement takes (issue, unity=…, party=…)"),
        ("salience(a, b, unity=0)", 15, "salience takes (actor, issue)"),
    ],
)
def test_what_cannot_be_read_is_an_error_at_its_place(text, at, said):
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert caught.value.at == at
    assert said in str(caught.value)


def refusal_of(text, read=parse_expression):
    """What the grammar has against a text; None if nothing."""
    try:
        read(text)
    except ExpressionError as error:
        return error
    return None


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_any_text_is_an_expression_or_an_error_in_words(text):
    error = refusal_of(text)
    assert error is None or (error.required and error.actual and 0 <= error.at <= len(text))


_PIECES = ["(", ")", "-", "+", "*", "/", ",", "=", " ", "a", "b-c", "min", "gain", "p_agreement",
           "unity", "1", ".5", "2e3", "\n", "é", "[", "_"]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
@settings(max_examples=500)
def test_pieces_of_the_grammar_in_any_order_are_read_or_refused(text):
    error = refusal_of(text)
    if error is not None:
        assert 0 <= error.at <= len(text)
        return
    spans = [text[term.start : term.end] for term in parse_expression(text).terms()]
    assert spans[0].strip() == spans[0]
    assert all(spans)


@pytest.mark.parametrize(
    "text",
    [
        "(" * (LONGEST // 2), "(" * 900 + "1" + ")" * 900, "-" * LONGEST, "min(" * 400,
        "gain(" * 300, "1" * (LONGEST + 1), "a" * 10**6, "p_agreement(x, unity=" * 80,
    ],
)  # fmt: skip
def test_deep_or_long_texts_are_refused_in_a_short_sentence(text):
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert len(str(caught.value)) < 200


def test_the_deepest_and_the_longest_that_are_read_can_be_computed():
    deep = DEEPEST - 1
    assert value_of("(" * deep + "1" + ")" * deep) == 1
    assert value_of("-" * deep + "1") == -1
    long = "+".join(["1"] * (LONGEST // 2))
    assert value_of(long) == LONGEST // 2
    nested = "min(2," * deep + "1" + ")" * deep
    assert value_of(nested) == 1


_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
              ast.Div: operator.truediv}  # fmt: skip


def in_python(node, names):
    """The value of Python's own tree for the same text, in Python's own floats."""
    match node:
        case ast.Expression():
            return in_python(node.body, names)
        case ast.Constant():
            return float(node.value)
        case ast.Name():
            return names[node.id]
        case ast.UnaryOp(op=ast.USub()):
            return -in_python(node.operand, names)
        case ast.BinOp():
            left, right = in_python(node.left, names), in_python(node.right, names)
            return _OPERATORS[type(node.op)](left, right)
        case ast.Call():
            chosen = {"min": min, "max": max}[node.func.id]
            return chosen(in_python(argument, names) for argument in node.args)
    raise AssertionError(ast.dump(node))


_leaves = st.one_of(
    st.sampled_from(["x", "y"]),
    st.integers(0, 999).map(str),
    st.floats(0, 1e6, allow_subnormal=False).map(repr),
)
_blank = st.sampled_from(["", " ", "  "])
written = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds("{1}{0}{2}{0}{3}".format, _blank, inner, st.sampled_from("+-*/"), inner),
        st.builds("({}{})".format, _blank, inner),
        st.builds("-{}".format, inner),
        st.builds("{}({},{}{})".format, st.sampled_from(["min", "max"]), inner, _blank, inner),
    ),
    max_leaves=25,
)


@given(
    # After a name a minus would be part of it.
    text=written.map(lambda text: text.replace("x-", "x -").replace("y-", "y -")),
    x=st.floats(-1e3, 1e3, allow_subnormal=False),
    y=st.floats(-1e3, 1e3, allow_subnormal=False),
)
@settings(max_examples=500)
def test_values_are_python_s_own_to_the_last_bit(text, x, y):
    try:
        expected = in_python(ast.parse(text, mode="eval"), {"x": x, "y": y})
    except ZeroDivisionError:
        with pytest.raises(ExpressionError, match="must not divide by 0"):
            value_of(text, x=x, y=y)
        return
    found = value_of(text, x=x, y=y)
    assert found == expected or (math.isnan(found) and math.isnan(expected))


@given(st.lists(st.tuples(*[st.floats(-9, 9).filter(bool)] * 2), min_size=1, max_size=8))
def test_all_draws_at_once_are_each_draw_alone(rows):
    x, y = np.array(rows).T
    expression = parse_expression("min(x * y, x / y) - max(x, -y, 0.5) / 3")
    together = evaluate(expression, Given(x=x, y=y))
    assert together.shape == (len(rows),)
    for k, (a, b) in enumerate(rows):
        assert together[k] == evaluate(expression, Given(x=a, y=b)).item()


def test_a_division_by_zero_names_its_divisor_and_counts_the_draws():
    with pytest.raises(ExpressionError, match=r"“b - 1”, which is 0 in 2 of 3 draws") as caught:
        evaluate(parse_expression("2 / (b - 1)"), Given(b=[1, 2, 1]))
    assert caught.value.at == 5


def test_a_constant_fills_all_draws():
    assert evaluate(parse_expression("2"), Given(x=np.zeros(4))).tolist() == [2.0] * 4


def test_ids_reach_the_resolver_by_label():
    assert value_of("dependence(ab, cde) + gain(a, b, 10)") == 5 + 12


def test_every_function_says_what_it_returns():
    assert all(signature.meaning for signature in SIGNATURES.values())


# A call or a word within bounds: quantities, goals, conditions.


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("agreement()", Quantity(kind="agreement", subject="", together=("all",))),
        ("agreement(a, b & b)", Quantity(kind="agreement", subject="", together=("a", "b"))),
        ("agreement( x & x )", Quantity(kind="agreement", subject="x")),
        ("settlement(x)>=-4.5", Quantity(kind="settlement", subject="x", low=-4.5)),
        ("settlement (x) <= ٤٠", Quantity(kind="settlement", subject="x", high=40.0)),
        ("settlement(x) between 4 and 6", Quantity(kind="settlement", subject="x", low=4, high=6)),
        (" move( g ,\u00a0a )\n", Quantity(kind="move", subject="g", action="a")),
        ("blame(iran)", Quantity(kind="blame", subject="iran")),
    ],
)  # fmt: skip
def test_a_quantity_is_a_call_within_bounds(text, quantity):
    assert parse_quantity(text) == quantity


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("", 0, "must be a quantity or an id; found the end"),
        ("settlment(x) >= 4", 0, "did you mean “settlement”?"),
        ("settlement(x) > 40", 14, "must go on with >=, <=, between or end; found “> 40”"),
        ("settlement(x) between 4 or 5", 24, "must go on with “and” and a number; found “or 5”"),
        ("settlement(x) >= y", 17, "must be a number; found “y”"),
        ("settlement(x) >= 4 5", 19, "must end; found “5”"),
        ("settlement(x)", 13, "must go on with >=, <= or between; found the end"),
        ("settlement(x & y) >= 4", 13, "must go on with “,” or “)”"),
        ("settlement() >= 4", 0, "settlement takes (issue); found no issue"),
        ("agreement(x y)", 12, "must go on with “&”, “,” or “)”; found “y)”"),
        ("agreement(x &)", 13, "must be the id of an issue; found “)”"),
        ("agreement(x) >= 4", 13, "agreement takes no bounds; found >="),
        ("move(g)", 0, "move takes (game, action); found no action"),
        ("agreement", 0, "must be a quantity of something in brackets"),
        ("agreement(" * 150, 19, "must go on with “&”, “,” or “)”"),
        ("agreement(" + "x," * LONGEST, 0, "must have at most 2,000 characters"),
    ],
)
def test_a_quantity_that_cannot_be_read_is_an_error_at_its_place(text, at, said):
    with pytest.raises(ExpressionError) as caught:
        parse_quantity(text)
    assert caught.value.at == at
    assert said in str(caught.value)


@given(st.lists(st.sampled_from([*_PIECES, "&", ">=", "<= ", "between ", "and ", "settlement"]),
                max_size=20).map("".join))  # fmt: skip
@settings(max_examples=300)
def test_pieces_within_bounds_are_read_or_refused_at_a_place(text):
    def read(text):
        return parse_bounded(text, {**QUANTITIES, **SIGNATURES})

    error = refusal_of(text, read)
    if error is None:
        bounded = read(text)
        assert text[bounded.start : bounded.end] == text.strip()
    else:
        assert error.required
        assert 0 <= error.at <= len(text)


def test_a_word_stands_before_an_issue_or_the_bounds():
    for text in ("settlement between 4 and 5", "settlement between"):
        bounded = parse_bounded(text, QUANTITIES)
        assert bounded.subject == NameExpression("settlement", start=0, end=0)
    assert bounded.word == "between"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("x agreed", "x agreed"), ("3rd  >=  40.0", "3rd >= 40"), ("a-b<=.5", "a-b <= 0.5"),
        ("agreed agreed", "agreed agreed"),
    ],
)  # fmt: skip
def test_a_condition_is_written_in_one_way_and_reads_back(text, canonical):
    condition = Stance(issue="i", actor="a", condition=text).condition
    assert isinstance(condition, Condition)
    assert str(condition) == canonical
    assert Stance(issue="i", actor="a", condition=canonical).condition == condition


@pytest.mark.parametrize("text", ["x", "x agreed >= 4", "x between 4 and 5", "x > 4", "f(x) >= 4"])
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(ValueError, match="a condition such as “enrichment agreed”"):
        Stance(issue="i", actor="a", condition=text)


def test_a_goal_that_cannot_be_read_names_the_character():
    case = open_case("iran-nuclear-2015")
    with pytest.raises(WinsetError, match=r"character 24: must .* found “or 60”"):
        read_goal(case, "settlement between 40  or 60")
    assert str(read_goal(case, "settlement sanctions<=40")) == "settlement(sanctions) <= 40"


def test_a_question_of_a_case_that_cannot_be_read_names_the_character(tmp_path):
    case = open_case("iran-nuclear-2015")
    text = case.files["case.yaml"].decode()
    assert "settlement(sanctions) between 50 and 80" in text
    text = text.replace("(sanctions) between 50 and 80", "(sanctions) between 50 to 80")
    (tmp_path / "case.yaml").write_text(text)
    for path, data in case.files.items():
        if path != "case.yaml":
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(data)
    with pytest.raises(CaseError, match="at character 34: must go on with “and” and a number"):
        open_case(tmp_path)
