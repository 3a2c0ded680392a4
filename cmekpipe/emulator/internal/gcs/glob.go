package gcs

import (
	"regexp"
	"strings"
)

// compileGlob compiles a matchGlob: "*" and "?" match within a folder, "**" crosses folders, "[a-c]" and "[!a-c]" are
// classes, "{a,b}" alternatives, and "\" escapes the next character. Source:
// https://docs.cloud.google.com/storage/docs/json_api/v1/objects/list#list-objects-and-prefixes-using-glob.
func compileGlob(glob string) (func(string) bool, error) {
	var b strings.Builder
	depth := 0
	for rest := []rune(glob); len(rest) > 0; {
		n := 1
		switch r := rest[0]; {
		case r == '*' && len(rest) > 1 && rest[1] == '*':
			n = 2
			b.WriteString(".*")
		case r == '*':
			b.WriteString("[^/]*")
		case r == '?':
			b.WriteString("[^/]")
		case r == '\\' && len(rest) > 1:
			n = 2
			b.WriteString(regexp.QuoteMeta(string(rest[1])))
		case r == '[':
			n = globClass(&b, rest)
		case r == '{':
			depth++
			b.WriteString("(?:")
		case r == '}' && depth > 0:
			depth--
			b.WriteString(")")
		case r == ',' && depth > 0:
			b.WriteString("|")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
		rest = rest[max(n, 1):]
	}
	expression, err := regexp.Compile(`(?s)\A(?:` + b.String() + `)\z`)
	if err != nil || depth > 0 {
		return nil, invalid("Invalid matchGlob: got %q", glob)
	}
	return expression.MatchString, nil
}

// globClass writes the class at the start of rest and returns its length in characters. A bracket that is never closed
// matches itself.
func globClass(b *strings.Builder, rest []rune) int {
	end := 2
	for end < len(rest) && rest[end] != ']' {
		end++
	}
	if end >= len(rest) {
		b.WriteString(`\[`)
		return 1
	}
	class := rest[1:end]
	b.WriteByte('[')
	if class[0] == '!' || class[0] == '^' {
		b.WriteByte('^')
		class = class[1:]
	}
	for _, r := range class {
		if strings.ContainsRune(`\[]^`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte(']')
	return end + 1
}
