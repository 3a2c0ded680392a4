package condition

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// kind is the kind of a token.
type kind int

const (
	end kind = iota
	name
	text
	number
	operator
)

type token struct {
	kind  kind
	value string // of a text, without quotes
}

// tokens splits an expression.
func tokens(source string) ([]token, error) {
	var all []token
	for rest := strings.TrimSpace(source); rest != ""; rest = strings.TrimSpace(rest) {
		t, length, err := next(rest)
		if err != nil {
			return nil, err
		}
		all, rest = append(all, t), rest[length:]
	}
	return append(all, token{kind: end}), nil
}

func next(rest string) (t token, length int, err error) {
	switch c := rune(rest[0]); {
	case c == '"' || c == '\'':
		return quoted(rest)
	case unicode.IsDigit(c):
		n := span(rest, unicode.IsDigit)
		return token{number, rest[:n]}, n, nil
	case unicode.IsLetter(c) || c == '_':
		n := span(rest, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' })
		return token{name, rest[:n]}, n, nil
	}
	for _, op := range []string{"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ".", ",", "+", "-"} {
		if strings.HasPrefix(rest, op) {
			return token{operator, op}, len(op), nil
		}
	}
	return token{}, 0, Unsupported("character " + strconv.Quote(rest[:1]))
}

func span(s string, in func(rune) bool) int {
	if n := strings.IndexFunc(s, func(r rune) bool { return !in(r) }); n >= 0 {
		return n
	}
	return len(s)
}

// quoted reads a string constant in single or double quotes.
func quoted(rest string) (token, int, error) {
	quote := rest[0]
	var value strings.Builder
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == quote:
			return token{text, value.String()}, i + 1, nil
		case c == '\\' && i+1 < len(rest):
			i++
			value.WriteByte(rest[i])
		default:
			value.WriteByte(c)
		}
	}
	return token{}, 0, fmt.Errorf("the string %s has no end", rest)
}
