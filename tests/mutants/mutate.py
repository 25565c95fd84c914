# SPDX-License-Identifier: GPL-2.0-or-later
"""One thing changed at a time in a C file: an operator, a constant, a label."""
import re

TOKEN = re.compile(r"""
    (?P<skip> /\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*'
            | ^[ \t]*\#[ \t]*define[ \t]+\w+(?:\([^)]*\))? | ^[ \t]*\#[^\n]* )
  | (?P<float> \d+\.\d*(?:e[-+]?\d+)? | \d+e[-+]?\d+ )
  | (?P<number> 0[xX][0-9a-fA-F]+[uUlL]* | \d+[uUlL]* )
  | (?P<word> [A-Za-z_]\w* )
  | (?P<operator> <<= | >>= | \+\+ | -- | -> | [-+*/%&|^<>=!]= | && | \|\| | << | >> | \.\.\. | [^\w\s] )
""", re.X | re.M | re.S)

COMPARED = {"==": ["!="], "!=": ["=="], "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"]}
OPERATORS = {**COMPARED, "&&": ["||"], "||": ["&&"], "!": [""], "+": ["-"], "-": ["+"], "++": ["--"], "--": ["++"],
             "+=": ["-="], "-=": ["+="], "*=": ["/="], "/=": ["*="], "|=": ["&="], "&=": ["|="]}
# These have another meaning where nothing stands before them.
BINARY = {"*": ["/"], "/": ["*"], "%": ["*"], "&": ["|"], "|": ["&"], "<<": [">>"], ">>": ["<<"]}
TYPES = {"char", "int", "unsigned", "long", "short", "double", "float", "void", "bool", "const"}
WORDS = {"true": ["false"], "false": ["true"]}


def enumerators(text):
    """Each enumerator of a header with those beside it."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)
    beside = {}
    for body in re.findall(r"\benum\s*\w*\s*\{(.*?)\}", text, re.S):
        names = re.findall(r"(?:^|,)\s*([A-Z]\w*)", body)
        for at, name in enumerate(names):
            beside[name] = names[max(at - 1, 0):at] + names[at + 1:at + 2]
    return beside


def is_type(tokens, at):
    """Whether the word at @at can only be the end of a type."""
    kind, text, _ = tokens[at]
    return kind == "word" and (text in TYPES or text.endswith("_t") or
                               (at > 0 and tokens[at - 1][1] in ("struct", "enum", "union")))


def is_binary(tokens, at):
    if not at:
        return False
    kind, text, _ = tokens[at - 1]
    return kind in ("number", "float") or text in (")", "]") or \
        (kind == "word" and text not in ("return", "case", "sizeof") and not is_type(tokens, at - 1))


def instead(tokens, at, beside):
    """What may stand there instead of a token: texts."""
    kind, text, _ = tokens[at]
    following = tokens[at + 1][1] if at + 1 < len(tokens) else ""
    if kind == "float":
        return [f"({text} * 2)", f"({text} / 2)"]
    if kind == "number":
        return [f"({text} + 1)", f"({text} - 1)"]
    if kind == "operator":
        return OPERATORS.get(text) or (BINARY.get(text, []) if is_binary(tokens, at) else [])
    if text in beside:
        return beside[text]
    if re.fullmatch(r"[A-Z][A-Z0-9_]+", text) and following != "(":
        return [f"({text} + 1)", f"({text} - 1)"]
    return WORDS.get(text, [])


def mutants(text, beside):
    """(offset, length, what stands there instead) of each."""
    tokens = [(match.lastgroup, match[0], match.start()) for match in TOKEN.finditer(text)
              if match.lastgroup != "skip"]
    for at, (_, word, offset) in enumerate(tokens):
        if word == "case":
            end = tokens[at + 2][2] + 1
            if tokens[at + 2][1] == ":":
                yield offset, end - offset, ""      # it falls to what the others have
        elif at and tokens[at - 1][1] == "case":
            continue    # another label would stand there twice
        else:
            for other in instead(tokens, at, beside):
                yield offset, len(word), other
