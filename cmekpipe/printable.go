package cmekpipe

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable returns text from outside this module, such as the name of a transform, so that it is safe to print: a terminal
// would obey control characters in it, and show text after a bidirectional override backwards. White space that breaks lines
// becomes a space, and other characters that a terminal does not show as themselves become their escape in Go, such as \u202e.
// Text without such characters is returned as it is.
func Printable(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for rest := s; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case !hidden(r):
			b.WriteString(rest[:size])
		case r == '\t' || r == '\n' || r == '\v' || r == '\f' || r == '\r':
			b.WriteByte(' ')
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(rest[0]), 16))
		default:
			b.WriteString(strings.Trim(strconv.QuoteRuneToGraphic(r), "'"))
		}
		rest = rest[size:]
	}
	return b.String()
}

// hidden reports whether a terminal does not show a character as itself. That is so for control characters, those that
// only format text, line and paragraph separators, surrogates, and bytes that are no UTF-8.
func hidden(r rune) bool { return r == utf8.RuneError || !unicode.IsGraphic(r) }
