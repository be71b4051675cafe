# SPDX-License-Identifier: LGPL-2.1-or-later
"""Just enough C to lint it: comments and strings blanked, tokens, functions with their length and nesting."""
import os
import re

NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
TOKEN = re.compile(r'[A-Za-z_]\w*|\d[\w.]*|\S')
DIRECTIVE = re.compile(r'^[ \t]*#[ \t]*(\w+)((?:\\\n|[^\n])*)', re.MULTILINE)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
CONTROL = {'if', 'for', 'while', 'switch'}

TREES = ('src', 'plugins', 'tests', 'po', 'data', 'docs', '.ci')
SKIPPED_FOLDERS = {'corpus', '__pycache__', 'node_modules'}


def files(root):
    """Every file of ours below root, as paths relative to it, sorted."""
    found = [name for name in os.listdir(root) if os.path.isfile(os.path.join(root, name))]
    for tree in TREES:
        for folder, subfolders, names in os.walk(os.path.join(root, tree)):
            subfolders[:] = [name for name in subfolders if name not in SKIPPED_FOLDERS]
            found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


def read(root, path):
    """The file's text; None if it is not UTF-8 text."""
    try:
        with open(os.path.join(root, path), encoding='utf-8') as stream:
            return stream.read()
    except UnicodeDecodeError:
        return None


def blank(text, strings=True):
    """The same text with comments (and what is inside strings) turned into spaces, line for line."""
    def replace(match):
        found = match.group()
        if found[0] in '"\'':
            return found[0] + ' ' * (len(found) - 2) + found[0] if strings else found
        return re.sub(r'[^\n]', ' ', found)
    return NOISE.sub(replace, text)


def includes(text):
    """(line, quote, name) of every include that is not in a comment."""
    code = blank(text, strings=False)
    return [(line_of(code, match.start()), match.group(1), match.group(2)) for match in INCLUDE.finditer(code)]


def line_of(text, offset):
    return text.count('\n', 0, offset) + 1


def directives(text):
    """(line, name, rest, number of lines) of every preprocessor directive."""
    code = blank(text, strings=False)
    return [(line_of(code, match.start()), match.group(1), match.group(2).strip(), match.group().count('\n') + 1)
            for match in DIRECTIVE.finditer(code)]


def drop_directives(code):
    """Blanks the directives, and all branches of a conditional but the first, so that braces pair up."""
    out, skipping = [], []
    continued = False
    for line in code.split('\n'):
        match = re.match(r'\s*#\s*(\w+)', line) if not continued else None
        if match:
            track_conditional(match.group(1), skipping)
        dropped = bool(match) or continued or any(skipping)
        continued = (bool(match) or continued) and line.endswith('\\')
        out.append('' if dropped else line)
    return '\n'.join(out)


def track_conditional(word, skipping):
    if word in ('if', 'ifdef', 'ifndef'):
        skipping.append(False)
    elif word in ('else', 'elif') and skipping:
        skipping[-1] = True
    elif word == 'endif' and skipping:
        skipping.pop()


class Function:
    """A function's name, its first and last line (from brace to brace), its deepest nesting and where that is."""

    def __init__(self, name, first):
        self.name = name
        self.first = first
        self.last = first
        self.nesting = 0
        self.nesting_line = first

    @property
    def length(self):
        return self.last - self.first + 1


class Parser:
    """Walks the tokens of one file; statements nest, expressions are skipped over."""

    def __init__(self, text):
        code = drop_directives(blank(text))
        self.tokens = []
        for number, line in enumerate(code.split('\n'), 1):
            self.tokens += [(token, number) for token in TOKEN.findall(line)]
        self.position = 0
        self.function = None

    def peek(self):
        return self.tokens[self.position][0] if self.position < len(self.tokens) else None

    def line(self):
        return self.tokens[min(self.position, len(self.tokens) - 1)][1]

    def skip_group(self):
        """Steps over a bracketed group, with the opening bracket next."""
        depth = 0
        while self.peek() is not None:
            depth += {'(': 1, '[': 1, '{': 1, ')': -1, ']': -1, '}': -1}.get(self.peek(), 0)
            self.position += 1
            if depth == 0:
                return

    def functions(self):
        """All function definitions, in order."""
        found, opening = [], None
        while self.peek() is not None:
            token = self.peek()
            if token == '(':
                opening = self.position
                self.skip_group()
            elif token == '{' and opening and self.tokens[self.position - 1][0] == ')':
                found.append(self.body(self.tokens[opening - 1][0]))
            elif token in '{[':
                self.skip_group()
            else:
                self.position += 1
        return found

    def body(self, name):
        self.function = Function(name, self.line())
        self.block(0)
        self.function.last = self.tokens[self.position - 1][1]
        return self.function

    def block(self, depth):
        self.position += 1
        while self.peek() not in ('}', None):
            self.statement(depth, own_block=True)
        self.position += 1

    def inside(self, depth):
        """A statement that a control word governs: one level deeper, whether it has braces or not."""
        if depth + 1 > self.function.nesting:
            self.function.nesting = depth + 1
            self.function.nesting_line = self.line()
        self.statement(depth + 1)

    def statement(self, depth, own_block=False):
        token = self.peek()
        if token == '{':
            if own_block:
                self.function.nesting = max(self.function.nesting, depth + 1)
            self.block(depth + own_block)
        elif token in CONTROL:
            self.position += 1
            self.skip_group()
            self.inside(depth)
            if token == 'if':
                self.otherwise(depth)
        elif token == 'do':
            self.position += 1
            self.inside(depth)
            self.expression(depth)
        elif token in ('case', 'default'):
            self.label(depth)
        else:
            self.expression(depth)

    def otherwise(self, depth):
        if self.peek() != 'else':
            return
        self.position += 1
        if self.peek() == 'if':
            self.statement(depth)
        else:
            self.inside(depth)

    def label(self, depth):
        """A case label; the block that may follow it is no level of its own."""
        while self.peek() not in (':', None):
            self.position += 1
        self.position += 1
        if self.peek() == '{':
            self.statement(depth)

    def expression(self, depth):
        """Up to the semicolon; a macro that governs a block counts as a control word."""
        value = self.peek() == 'return'
        while self.peek() not in (';', '}', None):
            token = self.peek()
            if token == '=':
                value = True
            if token == '{' and not value and self.tokens[self.position - 1][0] == ')':
                self.inside(depth)
                return
            if token in ('(', '[', '{'):
                self.skip_group()
            else:
                self.position += 1
        if self.peek() == ';':
            self.position += 1
