package sql

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind tells words from literals and signs.
type tokenKind int

const (
	endToken    tokenKind = iota
	wordToken             // a keyword or name; text is as written
	quotedToken           // a name in backticks, without them
	intToken
	floatToken
	stringToken
	bytesToken
	paramToken // @name, without the sign
	signToken  // operators, brackets, "?" and the like
)

type token struct {
	kind tokenKind
	text string
	pos  int // offset in the query
}

// is reports whether the token is a keyword, in any case, or a sign.
func (t token) is(text string) bool {
	return t.kind == signToken && t.text == text || t.kind == wordToken && strings.EqualFold(t.text, text)
}

// maxQuery is how long a query may be, in bytes.
// Source: https://docs.cloud.google.com/bigquery/quotas#query_jobs.
const maxQuery = 1 << 20

type lexer struct {
	text string
	at   int
}

// lex cuts a query into tokens, of which the last is of kind endToken.
func lex(text string) ([]token, error) {
	if len(text) > maxQuery {
		return nil, fault("The query is too large. The maximum standard SQL query length is 1024.00K characters, including comments and white space characters.")
	}
	if !utf8.ValidString(text) {
		return nil, fault("Query string is not valid UTF-8")
	}
	l := &lexer{text: text}
	var tokens []token
	for {
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		if t.kind == endToken {
			return tokens, nil
		}
	}
}

func (l *lexer) rest() string { return l.text[l.at:] }

// take moves on by n bytes and returns them as a token.
func (l *lexer) take(kind tokenKind, n int) token {
	t := token{kind, l.rest()[:n], l.at}
	l.at += n
	return t
}

func (l *lexer) next() (token, error) {
	if err := l.skip(); err != nil {
		return token{}, err
	}
	rest := l.rest()
	if rest == "" {
		return token{kind: endToken, pos: l.at}, nil
	}
	if n := quotePrefix(rest); n >= 0 {
		return l.quoted(n)
	}
	switch c := rest[0]; {
	case c == '`':
		return l.name()
	case isDigit(c), c == '.' && len(rest) > 1 && isDigit(rest[1]):
		return l.number()
	case c == '@':
		if n := wordLength(rest[1:]); n > 0 {
			t := l.take(paramToken, n+1)
			t.text = t.text[1:]
			return t, nil
		}
	case wordLength(rest) > 0:
		return l.take(wordToken, wordLength(rest)), nil
	}
	for _, sign := range []string{"<=", ">=", "<>", "!=", "||", "<<", ">>", "=>"} {
		if strings.HasPrefix(rest, sign) {
			return l.take(signToken, 2), nil
		}
	}
	if strings.IndexByte("+-*/%=<>(),.;[]?&|^~:", rest[0]) >= 0 {
		return l.take(signToken, 1), nil
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return token{}, l.fault(l.at, fmt.Sprintf("Illegal input character %q", r))
}

// skip passes over blanks and comments.
func (l *lexer) skip() error {
	for {
		before := l.at
		l.at += len(l.rest()) - len(strings.TrimLeftFunc(l.rest(), unicode.IsSpace))
		switch rest := l.rest(); {
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "#"):
			line, _, _ := strings.Cut(rest, "\n")
			l.at += len(line)
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return l.fault(l.at, "Unclosed comment")
			}
			l.at += end + 4
		}
		if l.at == before {
			return nil
		}
	}
}

func (l *lexer) number() (token, error) {
	rest := l.rest()
	if strings.HasPrefix(rest, "0x") || strings.HasPrefix(rest, "0X") {
		n := 2 + span(rest[2:], func(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' })
		return l.take(intToken, n), nil
	}
	kind, n := intToken, span(rest, isDigit)
	if n < len(rest) && rest[n] == '.' && wordLength(strings.TrimLeft(rest[n+1:], "eE")) == 0 { // not my-project-1.dataset
		kind = floatToken
		n += 1 + span(rest[n+1:], isDigit)
	}
	if n < len(rest) && rest[n]|0x20 == 'e' {
		digits := n + 1
		if digits < len(rest) && (rest[digits] == '+' || rest[digits] == '-') {
			digits++
		}
		if exponent := span(rest[digits:], isDigit); exponent > 0 {
			kind, n = floatToken, digits+exponent
		}
	}
	if wordLength(rest[n:]) > 0 {
		return token{}, l.fault(l.at+n, "Missing whitespace between literal and alias")
	}
	return l.take(kind, n), nil
}

// name reads a name in backticks.
func (l *lexer) name() (token, error) {
	start := l.at
	end := strings.IndexAny(l.rest()[1:], "`\n")
	if end <= 0 || l.rest()[end+1] == '\n' {
		return token{}, l.fault(start, "Unclosed identifier literal")
	}
	t := l.take(quotedToken, end+2)
	t.text = t.text[1 : end+1]
	if strings.ContainsRune(t.text, '\\') {
		return token{}, unsupported("escapes in names")
	}
	return t, nil
}

// fault is a syntax error at an offset.
func (l *lexer) fault(pos int, message string) error { return syntaxFault(l.text, pos, message) }

func syntaxFault(text string, pos int, message string) error {
	return fault("Syntax error: " + message + " at " + place(text, pos))
}

// place writes an offset as BigQuery does: "[line:column]".
func place(text string, pos int) string {
	before := text[:min(pos, len(text))]
	line := strings.Count(before, "\n")
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return "[" + strconv.Itoa(line+1) + ":" + strconv.Itoa(column+1) + "]"
}

func wordLength(s string) int {
	if s == "" || isDigit(s[0]) {
		return 0
	}
	return span(s, func(c byte) bool { return isDigit(c) || c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' })
}

// span counts the bytes at the front of s that are ok.
func span(s string, ok func(byte) bool) int {
	for i := range len(s) {
		if !ok(s[i]) {
			return i
		}
	}
	return len(s)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
