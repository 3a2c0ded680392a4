package sql

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// quotePrefix returns how many letters stand before the quotation mark of a string or bytes literal that s begins with;
// -1 when s begins with none.
func quotePrefix(s string) int {
	for n := 0; n <= 2 && n < len(s); n++ {
		if s[n] == '\'' || s[n] == '"' {
			if prefix := strings.ToLower(s[:n]); prefix == "rr" || prefix == "bb" {
				return -1
			}
			return n
		}
		if c := s[n] | 0x20; c != 'r' && c != 'b' {
			return -1
		}
	}
	return -1
}

// quoted reads a string or bytes literal that follows a prefix of n letters.
func (l *lexer) quoted(n int) (token, error) {
	start := l.at
	prefix := strings.ToLower(l.rest()[:n])
	body := l.rest()[n:]
	mark := body[:1]
	if triple := strings.Repeat(mark, 3); strings.HasPrefix(body, triple) {
		mark = triple
	}
	end := closing(body[len(mark):], mark)
	if end < 0 {
		return token{}, l.fault(start, "Unclosed string literal")
	}
	raw := body[len(mark) : len(mark)+end]
	l.at += n + end + 2*len(mark)
	isBytes := strings.Contains(prefix, "b")
	text := raw
	if !strings.Contains(prefix, "r") {
		var ok bool
		if text, ok = unescape(raw, isBytes); !ok {
			return token{}, l.fault(start, "Illegal escape sequence")
		}
	}
	if isBytes {
		return token{bytesToken, text, start}, nil
	}
	if !utf8.ValidString(text) {
		return token{}, l.fault(start, "String literal is not valid UTF-8")
	}
	return token{stringToken, text, start}, nil
}

// closing finds the mark that ends a literal; -1 when there is none. A backslash escapes the next byte, in raw
// literals too.
func closing(s, mark string) int {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case strings.HasPrefix(s[i:], mark):
			return i
		case s[i] == '\n' && len(mark) == 1:
			return -1
		}
	}
	return -1
}

// unescape replaces escape sequences.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/lexical#escape_sequences.
func unescape(s string, isBytes bool) (string, bool) {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(s, `\`)
		out.WriteString(before)
		if !found {
			return out.String(), true
		}
		if after == "" {
			return "", false
		}
		text, size, ok := escape(after, isBytes)
		if !ok {
			return "", false
		}
		out.WriteString(text)
		s = after[size:]
	}
}

// escape reads what follows a backslash and returns how many bytes of it belong to the sequence.
func escape(s string, isBytes bool) (text string, size int, ok bool) {
	const from, to = "abfnrtv\\?\"'`", "\a\b\f\n\r\t\v\\?\"'`"
	if i := strings.IndexByte(from, s[0]); i >= 0 {
		return to[i : i+1], 1, true
	}
	digits, base, skip := 0, 16, 1
	switch s[0] {
	case 'x', 'X':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	case '0', '1', '2', '3':
		digits, base, skip = 3, 8, 0
	}
	if digits == 0 || len(s) < skip+digits || isBytes && digits > 3 {
		return "", 0, false
	}
	code, err := strconv.ParseUint(s[skip:skip+digits], base, 32)
	if err != nil {
		return "", 0, false
	}
	if isBytes {
		return string([]byte{byte(code)}), skip + digits, code < 256
	}
	return string(rune(code)), skip + digits, code <= utf8.MaxRune && utf8.ValidRune(rune(code)) && code != 0
}
