package gsurl

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// glob is a pattern of object names with the meaning of Beam's gs:// patterns: "*" and "?" match no slash, "**" does,
// "**/" matches any number of folders, "[ab]" and "[!ab]" match one character. Object names may contain these characters,
// so a pattern also matches the object of exactly that name, and a bracket that opens no group matches itself.
type glob struct {
	pattern, prefix string
	expr            *regexp.Regexp // nil if the pattern has no special characters
}

// Glob parses a pattern of object names. All names that match start with prefix, which is the whole pattern if that has no
// special characters.
func Glob(pattern string) (prefix string, match func(name string) bool) {
	g := newGlob(pattern)
	return g.prefix, g.match
}

func newGlob(pattern string) glob {
	special := strings.IndexAny(pattern, "*?[")
	if special < 0 || !utf8.ValidString(pattern) { // names are valid UTF-8, and so must be a regular expression
		return glob{pattern: pattern, prefix: pattern}
	}
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for rest := pattern; rest != ""; {
		var part string
		part, rest = cutGlob(rest)
		b.WriteString(part)
	}
	b.WriteString(`\z`)
	return glob{pattern: pattern, prefix: pattern[:special], expr: regexp.MustCompile(b.String())}
}

func (g glob) match(name string) bool {
	return name == g.pattern || g.expr != nil && g.expr.MatchString(name)
}

// cutGlob translates the first element of a pattern to a regular expression and returns the rest.
func cutGlob(pattern string) (expr, rest string) {
	if rest, found := strings.CutPrefix(pattern, "**/"); found {
		return "(?:.*/)?", rest
	}
	if rest, found := strings.CutPrefix(pattern, "**"); found {
		return ".*", rest
	}
	switch pattern[0] {
	case '*':
		return "[^/]*", pattern[1:]
	case '?':
		return "[^/]", pattern[1:]
	case '[':
		return cutClass(pattern)
	}
	end := strings.IndexAny(pattern, "*?[")
	if end < 0 {
		end = len(pattern)
	}
	return regexp.QuoteMeta(pattern[:end]), pattern[end:]
}

// cutClass translates "[…]" to a regular expression. A leading "]", or one after "!", is a member.
func cutClass(pattern string) (expr, rest string) {
	body, open := pattern[1:], "["
	if strings.HasPrefix(body, "!") {
		body, open = body[1:], "[^"
	}
	start := 0
	if strings.HasPrefix(body, "]") {
		start = 1
	}
	end := strings.IndexByte(body[start:], ']')
	if end < 0 {
		return `\[`, pattern[1:]
	}
	members := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `^`, `\^`).Replace(body[:start+end])
	class := open + members + "]"
	if _, err := regexp.Compile(class); err != nil { // such as [z-a]
		return `\[`, pattern[1:]
	}
	return class, body[start+end+1:]
}
